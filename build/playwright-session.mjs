/** Gives end-to-end tests a private session: screen, D-Bus, unlocked keyring. Says first what they run on. */
import { startSession } from './session.mjs'
import { readRuntime } from './setup/electron-runtime.mjs'

/** Playwright calls this once before the workers start; they inherit the environment. */
export default async function setup() {
  const { version, fallback } = readRuntime()
  console.log(
    `End to end on Electron ${version}${fallback ? ' (the fallback; users get the pinned version)' : ''}`,
  )
  if (process.platform !== 'linux') return undefined
  const session = await startSession({ keyring: 'unlocked', display: true })
  for (const name of Object.keys(process.env)) if (!(name in session.env)) delete process.env[name]
  Object.assign(process.env, session.env)
  return session.stop
}
