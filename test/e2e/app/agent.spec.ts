/** The app and `latchkey agent` share a profile: real Electron, the built command, a real keyring. */
import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Bridge } from '../../../electron/contract/bridge.ts'
import type { ProfileName } from '../../../electron/contract/views.ts'
import type { Machine, RunningApp } from './running-app.ts'
import { expect, openPractice, test } from './running-app.ts'

const command = join(import.meta.dirname, '../../../dist/electron/latchkey.cjs')

function envOf(machine: Machine): NodeJS.ProcessEnv {
  return { ...machine.env, LATCHKEY_DATA_FOLDER: machine.dataFolder }
}

interface Status {
  readonly owner?: { readonly kind: string; readonly pid: number }
}

/** What `latchkey status --json` says about who has the practice profile; null while nobody has. */
function ownerOf(machine: Machine): Promise<Status['owner'] | null> {
  return new Promise((resolve) => {
    const args = [command, 'status', '--practice', '--json']
    execFile(process.execPath, args, { env: envOf(machine) }, (error, stdout) => {
      resolve(error ? null : (JSON.parse(stdout) as Status).owner)
    })
  })
}

async function startAgent(machine: Machine): Promise<ChildProcess> {
  const agent = spawn(process.execPath, [command, 'agent', '--practice'], {
    env: envOf(machine),
    stdio: 'ignore',
  })
  await expect.poll(() => ownerOf(machine), { timeout: 30_000 }).toEqual({ kind: 'agent', pid: agent.pid })
  return agent
}

async function openProfile({ page }: RunningApp, profile: ProfileName): Promise<void> {
  const opened = await page.evaluate((name) => {
    const bridge = Reflect.get(globalThis, 'latchkey') as Bridge
    return bridge.app.openProfile({ profile: name })
  }, profile)
  expect(opened).toEqual({ ok: true, value: null })
}

test('the window takes the profile over from an agent, and gives it back at its end', async ({ machine }) => {
  const agent = await startAgent(machine)
  const app = await machine.start()
  await openPractice(app)
  await expect.poll(() => ownerOf(machine)).toMatchObject({ kind: 'app' })
  expect((await app.snapshot()).profile).toBe('practice')
  // Back in the own profile, practice is the agent's again.
  await openProfile(app, 'real')
  await expect.poll(() => ownerOf(machine)).toEqual({ kind: 'agent', pid: agent.pid })
  await openProfile(app, 'practice')
  await expect.poll(() => ownerOf(machine)).toMatchObject({ kind: 'app' })
  await app.close()
  await expect.poll(() => ownerOf(machine)).toEqual({ kind: 'agent', pid: agent.pid })
  const ended = once(agent, 'exit')
  agent.kill('SIGTERM')
  expect((await ended)[0]).toBe(0)
  expect(await ownerOf(machine)).toBeNull()
})

test('an agent that is started beside the window waits, and has the profile after a crash of the app', async ({
  machine,
}) => {
  const app = await machine.start()
  await openPractice(app)
  const agent = spawn(process.execPath, [command, 'agent', '--practice'], { env: envOf(machine) })
  let said = ''
  agent.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await expect.poll(() => said, { timeout: 20_000 }).toContain('The app has the profile.')
  await app.kill()
  await expect.poll(() => ownerOf(machine), { timeout: 20_000 }).toEqual({ kind: 'agent', pid: agent.pid })
  agent.kill('SIGTERM')
  await once(agent, 'exit')
})
