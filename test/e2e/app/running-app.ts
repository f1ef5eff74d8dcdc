/**
 * The real app in a private session of its own: its screen, D-Bus, unlocked keyring, home folder, and a real
 * Chromium as the system browser. Domain verbs for tests; what a test asserts stays in the test.
 */
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ElectronApplication, Page } from '@playwright/test'
import { _electron, test as base, expect } from '@playwright/test'
import * as driver from '../../../build/app-driver.mjs'
import { electronCommand, electronEnvironment } from '../../../build/electron-process.mjs'
import { startSession } from '../../../build/session.mjs'
import type { OpenedBrowser, SystemBrowser } from '../../../build/system-browser.mjs'
import { installSystemBrowser } from '../../../build/system-browser.mjs'
import { createHttp } from '../../../electron/adapters/http.ts'
import type { Snapshot } from '../../../electron/contract/views.ts'
import type { PracticeControl } from '../../../electron/practice/practice-control.ts'
import { createPracticeControl } from '../../../electron/practice/practice-control.ts'

const run = promisify(execFile)

export interface Machine {
  readonly env: Record<string, string>
  readonly dataFolder: string
  readonly browser: SystemBrowser
  /** Starts the app; ended with the test. */
  start(more?: Readonly<Record<string, string>>): Promise<RunningApp>
  /** The account names and passwords that the real keychain holds under a service, asked by another process. */
  keychain(service: string): Promise<readonly { readonly account: string; readonly password: string }[]>
}

export interface RunningApp {
  readonly electron: ElectronApplication
  readonly page: Page
  /** What the app wrote to its output so far. */
  readonly output: () => string
  snapshot(): Promise<Snapshot>
  close(): Promise<void>
  kill(): Promise<void>
}

const readKeychain = `
const [service] = process.argv.slice(1)
require('keytar').findCredentials(service).then((found) => process.stdout.write(JSON.stringify(found)))
`

interface Options {
  keyring: 'unlocked' | 'locked' | 'none'
}

export const test = base.extend<Options & { machine: Machine }>({
  keyring: ['unlocked', { option: true }],
  machine: async ({ keyring }, use) => {
    const session = await startSession({ keyring, display: true })
    const browser = installSystemBrowser(session)
    const dataFolder = join(session.home, 'latchkey')
    mkdirSync(dataFolder, { mode: 0o700 })
    const apps: RunningApp[] = []
    await use({
      env: session.env,
      dataFolder,
      browser,
      async start(more = {}) {
        const app = await startApp({ ...session.env, LATCHKEY_DATA_FOLDER: dataFolder, ...more })
        apps.push(app)
        return app
      },
      async keychain(service) {
        const { stdout } = await run(process.execPath, ['-e', readKeychain, service], { env: session.env })
        return JSON.parse(stdout) as { account: string; password: string }[]
      },
    })
    for (const app of apps) await app.kill()
    await session.stop()
  },
})

async function startApp(env: Record<string, string>): Promise<RunningApp> {
  const { executable, args } = electronCommand()
  const electron = await _electron.launch({
    executablePath: executable,
    args,
    env: electronEnvironment(env),
    colorScheme: null,
  })
  let output = ''
  const child = electron.process()
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const page = await electron.firstWindow()
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    electron,
    page,
    output: () => output,
    snapshot: () => driver.readSnapshot(page),
    close: () => electron.close(),
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exited
    },
  }
}

/** With LATCHKEY_SHOTS, a folder, a person can look too. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['LATCHKEY_SHOTS']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
}

/** Where the app's practice Google is. */
export async function issuerOf(app: RunningApp): Promise<string> {
  return (await app.snapshot()).practice?.issuer ?? ''
}

/** What practice Google itself knows: the truth that the app's words are held against. */
export async function serverOf(app: RunningApp): Promise<PracticeControl> {
  const issuer = await issuerOf(app)
  const systemProxy = (): Promise<string> => Promise.resolve('DIRECT')
  return createPracticeControl(issuer, createHttp({ allow: (url) => url.origin === issuer, systemProxy }))
}

/** First start → practice Google, ready to sign in. */
export async function openPractice({ page }: RunningApp): Promise<void> {
  await driver.openPractice(page)
}

/** Starts a sign-in from the accounts page, with the common choices named. */
export async function startSignIn({ page }: RunningApp, ...presets: readonly string[]): Promise<void> {
  await driver.chooseAccess(page, ...presets)
  await driver.startSignIn(page)
}

export interface Consent {
  readonly email: string
  /** The scopes whose boxes are ticked; all of them when left out. */
  readonly only?: readonly string[]
}

/** What a person does in the browser that opened: choose the account, tick boxes, continue. */
export async function consentInBrowser(
  browser: SystemBrowser,
  { email, only }: Consent,
): Promise<OpenedBrowser> {
  const opened = await browser.next()
  await driver.consent(opened.page, email, only ? { only } : {})
  return opened
}

/** A whole sign-in, ending with the reply page closed. */
export async function signIn(
  app: RunningApp,
  machine: Machine,
  consent: Consent,
  ...presets: string[]
): Promise<void> {
  await startSignIn(app, ...presets)
  const opened = await consentInBrowser(machine.browser, consent)
  await expect(opened.page.getByRole('heading', { name: 'Signed in' })).toBeVisible()
  await opened.close()
  await driver.waitUntilSignedIn(app.page, consent.email)
}

export { expect } from '@playwright/test'
