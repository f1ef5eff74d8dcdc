import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/** Where things that outlive one checkout are kept. */
export const cacheFolder = path.join(
  process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'),
  'latchkey',
)

/** Node 24 of the `node` dev dependency; every script but setup runs on it. */
export const node24 = path.join(
  root,
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
)

/** Written by setup: which Electron this checkout runs on. */
export const runtimeFile = path.join(root, 'dist/runtime.json')
