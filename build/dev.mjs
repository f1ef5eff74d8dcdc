/** `npm run dev`: rebuilds on every change, restarts Electron when main or preload changed, reloads the window else. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { build } from 'vite'
import { electronCommand, electronEnvironment, hasDisplay } from './electron-process.mjs'
import { root } from './setup/places.mjs'
import { say } from './setup/progress.mjs'
import { mainConfig, preloadConfig } from './vite.electron.config.mjs'

if (!hasDisplay()) {
  say('There is no display here. `npm run tour` shows the app on a virtual one.')
  process.exit(1)
}

/** @type {import('node:child_process').ChildProcess | null} */
let app = null
/** @type {NodeJS.Timeout | undefined} */
let timer

process.on('exit', () => app?.kill())
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => process.exit(1))

function restartSoon() {
  clearTimeout(timer)
  timer = setTimeout(restart, 100)
}

function restart() {
  const { executable, args } = electronCommand(process.argv.slice(2))
  const old = app
  const start = () => {
    app = spawn(executable, args, { stdio: 'inherit', env: { ...electronEnvironment(), LATCHKEY_DEV: '1' } })
    const started = app
    // Closing the window ends the session; being replaced does not.
    started.on('exit', (code) => app === started && process.exit(code ?? 0))
  }
  if (old === null || old.exitCode !== null) return start()
  app = null
  old.once('exit', start)
  old.kill()
}

/**
 * Builds once and on every change; resolves after the first build.
 *
 * @param {import('vite').InlineConfig} config
 * @param {() => void} built
 */
async function watch(config, built) {
  const watcher = await build({ ...config, build: { ...config.build, watch: {}, minify: false } })
  if (!('on' in watcher)) throw new Error('the bundler does not watch')
  await new Promise((resolve) => {
    watcher.on('event', (event) => {
      if (event.code === 'ERROR') say(event.error.message)
      if (event.code !== 'END') return
      resolve(undefined)
      built()
    })
  })
}

const rendererConfig = {
  configFile: path.join(root, 'build/vite.renderer.config.mjs'),
  logLevel: /** @type {const} */ ('warn'),
}
// The window reloads by itself: with LATCHKEY_DEV=1 the app watches dist/renderer.
await watch(rendererConfig, () => {})
let ready = false
const rebuilt = () => ready && restartSoon()
await watch(preloadConfig, rebuilt)
await watch(mainConfig, rebuilt)
ready = true
restart()
