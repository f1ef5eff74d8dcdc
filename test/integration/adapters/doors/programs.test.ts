import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemPrograms } from '../../../../electron/adapters/doors/programs.ts'

const windows = process.platform === 'win32'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'programs-')))
  // Stands for our own command: says which process it is, and waits until nobody reads from it any more.
  await writeFile(join(folder, 'latchkey.cjs'), 'console.log(process.pid); process.stdin.resume()')
  await writeFile(join(folder, 'deploy.sh'), '"$NODE" latchkey.cjs\ntrue\n')
  await writeFile(
    join(folder, 'tool.mjs'),
    "import { spawn } from 'node:child_process'\nspawn('sh', ['-c', '\"$NODE\" latchkey.cjs; true'], { stdio: 'inherit' })\n",
  )
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Starts a program in the folder, and asks about the process of our own command below it. */
async function callerBelow(
  words: readonly [string, ...string[]],
  ask = (pid: number) => systemPrograms.callerOf(pid),
): Promise<{ readonly top: number; readonly seen: Awaited<ReturnType<typeof ask>> }> {
  const [program, ...rest] = words
  const env = { ...process.env, NODE: process.execPath }
  const child = spawn(program, rest, { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  try {
    return { top: child.pid ?? 0, seen: await ask(Number(line.toString())) }
  } finally {
    child.stdin.end()
    await once(child, 'close')
  }
}

describe.skipIf(windows)('programs of this machine', () => {
  it('are found as the script that had our command started', async () => {
    const { top, seen } = await callerBelow(['bash', 'deploy.sh'])
    expect(seen).toMatchObject({
      ...{ pid: top, name: 'deploy.sh', path: join(folder, 'deploy.sh'), folder, sameUser: true },
    })
  })

  it('are found behind a shell that only passes it on', async () => {
    const { top, seen } = await callerBelow([process.execPath, './tool.mjs'])
    expect(seen).toMatchObject({ pid: top, name: 'tool.mjs', path: join(folder, 'tool.mjs'), folder })
  })

  it('have the same key at every start, and another one elsewhere', async () => {
    const [first, second] = [
      await callerBelow(['bash', 'deploy.sh']),
      await callerBelow(['bash', './deploy.sh']),
    ]
    expect(first.seen?.key).toMatch(/^[A-Za-z0-9_-]{8,64}$/)
    expect(second.seen?.key).toBe(first.seen?.key)
    const tool = await callerBelow([process.execPath, 'tool.mjs'])
    expect(tool.seen?.key).not.toBe(first.seen?.key)
  })

  it('are described themselves, and not once they are gone', async () => {
    let own = 0
    const { seen } = await callerBelow(['bash', 'deploy.sh'], (pid) => {
      own = pid
      return systemPrograms.describe(pid)
    })
    expect(seen).toMatchObject({ name: 'latchkey.cjs', path: join(folder, 'latchkey.cjs') })
    expect(await systemPrograms.describe(own)).toBeNull()
    expect(await systemPrograms.callerOf(own)).toBeNull()
    expect(await systemPrograms.describe(0)).toBeNull()
    expect(await systemPrograms.describe(2 ** 31)).toBeNull()
  })

  it.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
    'of another user are not believed about who started them',
    async () => {
      const child = spawn('sleep', ['20'], { uid: 65_534, cwd: '/', stdio: 'ignore' })
      const pid = child.pid ?? 0
      expect(await systemPrograms.callerOf(pid)).toBeNull()
      expect(await systemPrograms.describe(pid)).toMatchObject({ sameUser: false })
      child.kill()
    },
  )
})

it('names this run of the machine, the same each time', async () => {
  const session = await systemPrograms.session()
  expect(session).not.toBe('unknown')
  expect(session.length).toBeGreaterThan(7)
  expect(await systemPrograms.session()).toBe(session)
})
