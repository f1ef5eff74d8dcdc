/** Builds the fixture app and its page into a folder of its own and starts it on the real Electron. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { _electron } from '@playwright/test'
import { build } from 'vite'

/** Tests are started from the root of the checkout. */
const root = process.cwd()

export interface FixtureFolder {
  readonly path: string
  readonly app: string
  readonly pages: string
  remove(): Promise<void>
}

export interface StartOptions {
  readonly dataFolder?: string
  readonly windowState?: unknown
  readonly theme?: 'system' | 'light' | 'dark'
  readonly quitDelayMs?: number
  readonly closeWhenShown?: boolean
  readonly env?: Readonly<Record<string, string>>
}

/** Text in a file beside the pages that no request may ever get. */
export const outsideText = 'outside the folder of the app'

export async function buildFixture(): Promise<FixtureFolder> {
  const path = await mkdtemp(join(tmpdir(), 'latchkey-shell-'))
  const app = join(path, 'app')
  const pages = join(path, 'pages')
  await mkdir(app)
  await bundle(join(root, 'test/e2e/shell/fixture-main.ts'), app, 'main.cjs')
  await bundle(join(root, 'electron/preload.ts'), app, 'preload.cjs')
  await writeFile(
    join(app, 'package.json'),
    JSON.stringify({ name: 'latchkey', productName: 'Latchkey', version: '0.0.0', main: 'main.cjs' }),
  )
  await writePages(path, pages)
  return { path, app, pages, remove: () => rm(path, { recursive: true, force: true }) }
}

/** One CommonJS file, as the product's own build makes them. */
async function bundle(entry: string, outDir: string, fileName: string): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: false,
      target: 'node16',
      minify: false,
      rolldownOptions: {
        external: ['electron', /^node:/],
        output: { format: 'cjs', entryFileNames: fileName, codeSplitting: false },
      },
    },
  })
}

/** The page holds what must not work, so that it is tried while the page loads, as an attack would be. */
const pageHtml = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>A title of the page's own</title>
    <script src="/assets/violations.js"></script>
    <link rel="stylesheet" href="/assets/page.css">
    <style>#styled-by-element { color: rgb(200, 0, 0) }</style>
    <script>document.documentElement.dataset.inlineScript = 'ran'</script>
    <script type="module" src="/assets/page.js"></script>
  </head>
  <body>
    <h1>Fixture</h1>
    <p id="styled-by-element">element</p>
    <p id="styled-by-attribute" style="color: rgb(200, 0, 0)">attribute</p>
    <img id="handler" src="/assets/none.png" alt="" onerror="document.documentElement.dataset.inlineHandler = 'ran'">
    <input id="file" type="file">
    <a id="download" href="/assets/page.css" download>download</a>
  </body>
</html>
`

const violationsScript = `globalThis.violations = []
document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, originalPolicy }) => {
  globalThis.violations.push({ effectiveDirective, blockedURI, originalPolicy })
})
`

/** What runs in the page's own tasks: under a debugger's own call, Chromium relaxes some of the rules. */
const pageScript = `const tried = (run) => new Promise((resolve) => {
  setTimeout(() => {
    try { resolve('allowed: ' + String(run())) } catch (error) { resolve(error.name) }
  })
})
globalThis.probes = {
  evalText: () => tried(() => eval('1 + 1')),
  newFunction: () => tried(() => new Function('return 2')()),
  timerText: () => tried(() => setTimeout('document.documentElement.dataset.timerText = "ran"', 0)),
  html: () => tried(() => { document.createElement('div').innerHTML = '<b>x</b>' }),
  foreignPolicy: () => tried(() => trustedTypes.createPolicy('other', { createHTML: (text) => text })),
  sveltePolicy: () => tried(() => trustedTypes.createPolicy('svelte-trusted-html', { createHTML: (text) => text }).name),
}
document.documentElement.dataset.moduleScript = 'ran'
`

async function writePages(path: string, pages: string): Promise<void> {
  await mkdir(join(pages, 'assets'), { recursive: true })
  await writeFile(join(pages, 'index.html'), pageHtml)
  await writeFile(join(pages, 'assets/violations.js'), violationsScript)
  await writeFile(join(pages, 'assets/page.js'), pageScript)
  await writeFile(join(pages, 'assets/page.css'), 'h1 { color: rgb(1, 2, 3) }\n')
  await writeFile(join(path, 'outside.js'), `/* ${outsideText} */`)
  await symlink(join(path, 'outside.js'), join(pages, 'assets/link.js'))
}

export interface StartedFixture {
  readonly electron: ElectronApplication
  readonly page: Page
  readonly dataFolder: string
  close(): Promise<void>
}

/** The environment and arguments of one start. As root, Chromium's own sandbox cannot start. */
export function fixtureStart(
  folder: FixtureFolder,
  options: StartOptions,
): { executable: string; args: string[]; env: Record<string, string> } {
  const dataFolder = options.dataFolder ?? join(folder.path, 'data')
  const settings = {
    rendererRoot: folder.pages,
    preload: join(folder.app, 'preload.cjs'),
    dataFolder,
    windowState: options.windowState,
    theme: options.theme,
    quitDelayMs: options.quitDelayMs,
    closeWhenShown: options.closeWhenShown,
  }
  const args = [folder.app, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
  const env = { ...plainEnvironment(), ...options.env, LATCHKEY_SHELL_FIXTURE: JSON.stringify(settings) }
  return { executable: electronExecutable(), args, env }
}

/** What `build/setup.mjs` chose. */
function electronExecutable(): string {
  const runtime = JSON.parse(readFileSync(join(root, 'dist/runtime.json'), 'utf8')) as { executable: string }
  return runtime.executable
}

function plainEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  const { ELECTRON_RUN_AS_NODE: _asNode, NODE_OPTIONS: _options, ...env } = Object.fromEntries(entries)
  return env
}

/** Starts without a debugger, as a person would: what is printed, and how it ends. */
export function startPlainly(folder: FixtureFolder, options: StartOptions = {}): PlainStart {
  const { executable, args, env } = fixtureStart(folder, options)
  const child = spawn(executable, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }))
  })
  return { ended, output: () => output, kill: (signal) => void child.kill(signal) }
}

export interface PlainStart {
  readonly ended: Promise<{ code: number | null; output: string }>
  output(): string
  kill(signal: NodeJS.Signals): void
}

export async function startFixture(
  folder: FixtureFolder,
  options: StartOptions = {},
): Promise<StartedFixture> {
  const { executable, args, env } = fixtureStart(folder, options)
  // Without this the test runner would tell the page that the system is light, whatever it is.
  const colorScheme = null
  const electron = await _electron.launch({
    executablePath: executable,
    args,
    env,
    cwd: folder.path,
    colorScheme,
  })
  const page = await electron.firstWindow()
  await page.waitForLoadState('load')
  return {
    electron,
    page,
    dataFolder: options.dataFolder ?? join(folder.path, 'data'),
    close: () => electron.close(),
  }
}
