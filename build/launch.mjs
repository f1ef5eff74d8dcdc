/** `npm start`: builds what changed and opens the app; on a machine without a display it gives the tour instead. */
import { spawn } from 'node:child_process'
import { buildAll } from './build.mjs'
import { electronCommand, electronEnvironment, hasDisplay, needsNoSandbox } from './electron-process.mjs'
import { say } from './setup/progress.mjs'

await buildAll()
if (hasDisplay()) openApp()
else {
  say('No display here: giving the tour, the real app on a virtual screen.')
  const { giveTour } = await import('./tour.mjs')
  await giveTour()
}

function openApp() {
  if (needsNoSandbox)
    say('Running as root: Chromium starts without its sandbox. Use an ordinary user for real accounts.')
  const { executable, args } = electronCommand(process.argv.slice(2))
  const child = spawn(executable, args, { stdio: 'inherit', env: electronEnvironment() })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 1))
}
