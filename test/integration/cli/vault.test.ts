/** `latchkey vault …` and the passphrase: as somebody types it on a terminal, and as an agent has it. */
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { takeAppSeat } from '../../../electron/adapters/doors/seat.ts'
import { openProfileFolder } from '../../../electron/adapters/profile-folder.ts'
import { createDoorListener } from '../../../electron/adapters/doors/door-listener.ts'
import { createLog } from '../../../electron/adapters/log.ts'
import { writeStoreChoice } from '../../../electron/adapters/vault/store-choice.ts'
import type { StubOwner } from '../../support/stub-owner.ts'
import { startStubOwner } from '../../support/stub-owner.ts'
import { newVault, openVault, passphrase, temporaryFolder } from '../../support/test-vault.ts'

const entry = join(import.meta.dirname, '../../../electron/latchkey.ts')
const locked = 'The vault is locked: “latchkey unlock” opens it.'

describe.skipIf(process.platform !== 'linux')('a passphrase that is typed', () => {
  let owner: StubOwner
  beforeEach(async () => {
    owner = await startStubOwner()
  })
  afterEach(() => owner.close())

  it('twice makes a vault, and is not shown', async () => {
    const typed = [
      ['New passphrase:', passphrase.reveal()],
      ['Once more:', passphrase.reveal()],
    ] as const
    const made = await owner.run(['vault', 'init'], { typed })
    expect(made.stdout).toContain('The vault is made, and secrets lie there from now on.')
    expect(made).toMatchObject({ code: 0, stdout: expect.not.stringContaining('correct horse') as string })
    expect((await openVault(owner.dataFolder)).state()).toBe('open')
  })

  it('differently the second time makes none', async () => {
    const typed = [
      ['New passphrase:', passphrase.reveal()],
      ['Once more:', 'correct horse battery stable'],
    ] as const
    const refused = await owner.run(['vault', 'init'], { typed })
    expect(refused.code).not.toBe(0)
    expect(refused.stdout).toContain('The two passphrases are not the same')
    expect((await owner.run(['vault', 'status', '--json'])).stdout).toContain('"vault":false')
  })

  it('goes to the owner that has the vault, and is not shown', async () => {
    owner.on('/v1/status', () => ({ body: { vaultLocked: true } }))
    for (const path of ['/v1/vault/unlock', '/v1/command/*']) owner.on(path, () => ({ body: {} }))
    const typed = [['Passphrase of the vault:', passphrase.reveal()]] as const
    const unlocked = await owner.run(['unlock'], { typed })
    expect(unlocked.stdout).not.toContain('correct horse')
    const bodies = owner.asked.filter(({ path }) => path === '/v1/vault/unlock').map(({ body }) => body)
    expect(bodies).toEqual([{ passphrase: passphrase.reveal() }])
  })

  it('unlocks the vault of an agent that starts, after a wrong one too, and is not shown', async () => {
    await newVault(owner.dataFolder)
    await writeStoreChoice(owner.dataFolder, 'vault')
    const typed = [
      ['Passphrase of the vault:', 'correct horse battery stable'],
      ['Passphrase of the vault:', passphrase.reveal()],
      ['Ctrl+C ends it.', '\u0003'],
    ] as const
    const ended = await owner.run(['agent', '--practice'], { typed })
    expect(ended.stdout).toContain('Latchkey has the practice profile')
    expect(ended.stdout).not.toContain('correct horse')
    expect(ended.stdout).not.toContain(locked)
  })
})

interface Running {
  readonly child: ChildProcess
  said(text: string): Promise<void>
  all(): string
}

/** With a third descriptor, which this process writes to. */
function latchkey(dataFolder: string, args: readonly string[]): Running {
  const env = { PATH: process.env['PATH'], HOME: dataFolder, LATCHKEY_DATA_FOLDER: dataFolder }
  const stdio = ['ignore', 'ignore', 'pipe', 'pipe'] as const
  const child = spawn(process.execPath, ['--no-warnings', entry, ...args], { env, stdio: [...stdio] })
  onTestFinished(() => void child.kill('SIGKILL'))
  // Interrupted, it is gone before its end of the third descriptor was read.
  child.stdio[3]?.on('error', () => undefined)
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return {
    child,
    all: () => text,
    said: (wanted) => expect.poll(() => text, { timeout: 20_000 }).toContain(wanted),
  }
}

describe('a passphrase from a descriptor', () => {
  it.skipIf(process.platform === 'win32')('that nobody writes to can be interrupted', async () => {
    const { child } = latchkey(await temporaryFolder(), ['vault', 'init', '--passphrase-fd', '3'])
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(child.exitCode).toBe(null)
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    await ended
  })

  it('opens the vault of an agent until the app takes the profile, and not once it comes back', async () => {
    const dataFolder = await newVault()
    await writeStoreChoice(dataFolder, 'vault')
    const agent = latchkey(dataFolder, ['agent', '--practice', '--vault-passphrase-fd', '3'])
    const given = agent.child.stdio[3] as NodeJS.WritableStream
    given.end(`${passphrase.reveal()}\n`)
    await agent.said('Latchkey has the practice profile')
    expect(agent.all()).not.toContain(locked)

    const log = createLog({ folder: dataFolder, home: dataFolder })
    const folder = await openProfileFolder(join(dataFolder, 'profiles', 'practice'))
    if (!folder.ok) throw new Error(folder.error.code)
    const place = { dataFolder, profile: 'practice' as const }
    const listener = createDoorListener({ ...place, version: '', log })
    const seat = await takeAppSeat({ ...place, folder: folder.value, listener, log })
    if (!seat.ok) throw new Error(seat.error.code)
    expect(agent.all()).not.toContain(locked)
    await seat.value.lock.release()
    await agent.said(locked)
  })
})
