import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import * as driver from '../../../build/app-driver.mjs'
import { needsNoSandbox } from '../../../build/electron-process.mjs'
import { readFuses } from '../../../build/fuses.mjs'
import { folderSize, unpackedApp } from '../../../build/package.mjs'
import type { Session } from '../../../build/session.mjs'
import { startSession } from '../../../build/session.mjs'
import { readRuntime } from '../../../build/setup/electron-runtime.mjs'
import { installSystemBrowser } from '../../../build/system-browser.mjs'

const { folder, executable } = unpackedApp()
const email = 'sam.field@gmail.test'

test.beforeAll(() => {
  if (!existsSync(executable)) throw new Error('there is no packaged app; run: npm run package')
})

async function inSession(run: (session: Session) => Promise<void>): Promise<void> {
  const session = await startSession({ keyring: 'unlocked', display: true })
  try {
    await run(session)
  } finally {
    await session.stop()
  }
}

test('the packaged app signs a practice account in and still has it after a restart', async () => {
  await inSession(async (session) => {
    const browser = installSystemBrowser(session)
    const env = { LATCHKEY_DATA_FOLDER: join(session.home, 'latchkey') }
    const first = await driver.launchPackaged(executable, session, env)
    await driver.openPractice(first.window)
    await driver.chooseAccess(first.window, 'Calendar')
    await driver.startSignIn(first.window)
    const { page } = await browser.next()
    await driver.consent(page, email)
    await driver.waitUntilSignedIn(first.window, email)
    await first.close()

    const second = await driver.launchPackaged(executable, session, env)
    const { accounts } = await driver.readSnapshot(second.window)
    await second.close()
    expect(accounts.map((account) => account.email)).toEqual([email])
    expect(accounts[0]?.grants[0]?.tokens[0]?.standing).toBe('held')
  })
})

test('each fuse of the packaged binary is as decided', async () => {
  const fuses = await readFuses(executable)
  const wrong = fuses.filter(({ wanted, found }) => found !== null && found !== wanted)
  expect(wrong).toEqual([])
  const absent = fuses.filter(({ found }) => found === null).map(({ name }) => name)
  // Electron 22 does not know the two youngest.
  expect(absent).toEqual(
    readRuntime().fallback ? ['GrantFileProtocolExtraPrivileges', 'WasmTrapHandlers'] : [],
  )
})

/** What a start prints within a few seconds, with these arguments first on its command line. */
function printed(session: Session, args: readonly string[], env: Record<string, string> = {}): string {
  const options = { ...session.env, LATCHKEY_DATA_FOLDER: join(session.home, 'latchkey'), ...env }
  const limits = { timeout: 3000, killSignal: 'SIGKILL' } as const
  const { stdout, stderr } = spawnSync(executable, args, { env: options, encoding: 'utf8', ...limits })
  return stdout + stderr
}

test('the packaged binary does not run as Node', async () => {
  await inSession(async (session) => {
    const script = 'process.stdout.write("ran as node")'
    expect(printed(session, ['-e', script], { ELECTRON_RUN_AS_NODE: '1' })).not.toContain('ran as node')
  })
})

test('the packaged app opens no debugger into main', async () => {
  await inSession(async (session) => {
    const sandbox = needsNoSandbox ? ['--no-sandbox'] : []
    expect(printed(session, ['--inspect=0', ...sandbox])).not.toContain('Debugger listening')
  })
})

test('the packaged app is at most 6 MB larger than Electron itself', () => {
  expect(folderSize(folder)).toBeLessThanOrEqual(folderSize(readRuntime().dist) + 6_000_000)
})

test('the archive is the only code: no app folder lies beside it', () => {
  expect(existsSync(join(folder, 'resources/app.asar'))).toBe(true)
  expect(existsSync(join(folder, 'resources/app'))).toBe(false)
  expect(existsSync(join(folder, 'resources/default_app.asar'))).toBe(false)
})
