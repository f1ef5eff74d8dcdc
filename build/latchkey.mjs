/** `npm run latchkey -- …`: builds what changed, then runs the command without Electron. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { buildAll } from './build.mjs'
import { root } from './setup/places.mjs'

await buildAll()
const child = spawn(
  process.execPath,
  [path.join(root, 'dist/electron/latchkey.cjs'), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
)
// Ctrl+C reaches it by itself; it ends after what it began.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => undefined)
child.on('exit', (code) => process.exit(code ?? 1))
