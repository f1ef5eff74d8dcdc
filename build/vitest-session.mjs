/**
 * Gives integration tests a private D-Bus and an unlocked gnome-keyring, so that they use the real keychain and
 * never the user's own. Where that cannot be had, `LATCHKEY_NO_KEYRING` says why and the tests that need it skip.
 */
import { startSession } from './session.mjs'

/** Vitest calls this once before the workers start; they inherit the environment. */
export default async function setup() {
  if (process.platform !== 'linux') {
    process.env['LATCHKEY_NO_KEYRING'] = `no private keychain can be made on ${process.platform}`
    return undefined
  }
  try {
    const session = await startSession({ keyring: 'unlocked' })
    for (const name of ['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME']) {
      process.env[name] = session.env[name]
    }
    return session.stop
  } catch (error) {
    process.env['LATCHKEY_NO_KEYRING'] = error instanceof Error ? error.message : String(error)
    return undefined
  }
}
