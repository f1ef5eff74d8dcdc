/** How our scripts start the app: which binary, which switches, which environment. */
import { readRuntime } from './setup/electron-runtime.mjs'
import { root } from './setup/places.mjs'

/** Chromium refuses to sandbox a process of root. Only then, and only on Linux, is its sandbox given up. */
export const needsNoSandbox = process.platform === 'linux' && process.getuid?.() === 0

/** Whether this machine has a screen to open a window on. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true
  return Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])
}

/**
 * @param {readonly string[]} [more] switches and arguments for the app itself
 * @returns {{ executable: string, args: string[] }}
 */
export function electronCommand(more = []) {
  const { executable } = readRuntime()
  return { executable, args: [...(needsNoSandbox ? ['--no-sandbox'] : []), root, ...more] }
}

/**
 * Without what would turn Electron into something else: a variable that an editor's terminal leaves behind.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Record<string, string>}
 */
export function electronEnvironment(env = process.env) {
  const { ELECTRON_RUN_AS_NODE: _, ...rest } = env
  return /** @type {Record<string, string>} */ (rest)
}
