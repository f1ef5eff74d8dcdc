import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
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
import { processTree } from '../../support/process-tree.mjs'

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

/** `nobody`: a user that owns nothing. */
const nobody = 65_534

test('as an ordinary user the packaged app keeps Chromium’s own sandbox', async () => {
  test.skip(process.platform !== 'linux' || process.getuid?.() !== 0, 'only root can become another user')
  const reachable = spawnSync('test', ['-x', executable], { uid: nobody, gid: nobody }).status === 0
  test.skip(!reachable, 'the folder of this clone is closed to other users')
  await inSession(async (session) => {
    const home = mkdtempSync(join(tmpdir(), 'latchkey-nobody-'))
    chownSync(home, nobody, nobody)
    const env = {
      HOME: home,
      XDG_CONFIG_HOME: home,
      XDG_RUNTIME_DIR: home,
      LATCHKEY_DATA_FOLDER: join(home, 'data'),
    }
    const app = await driver.launchPackaged(executable, session, env, nobody)
    const pages = processTree(app.process.pid ?? 0)
      .map((pid) => ({
        command: readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8'),
        status: readFileSync(`/proc/${String(pid)}/status`, 'utf8'),
      }))
      .filter(({ command }) => command.includes('--type=renderer'))
    expect(pages.length).toBeGreaterThan(0)
    for (const { status, command } of pages) {
      expect(command).not.toContain('--no-sandbox')
      // A filter of system calls, and no way back to more rights.
      expect(status).toMatch(/^Seccomp:\t2$/m)
      expect(status).toMatch(/^NoNewPrivs:\t1$/m)
    }
    await app.close()
    rmSync(home, { recursive: true, force: true })
  })
})
