/** The command with a real agent behind it: real keyring, ledger and practice Google. */
import type { ChildProcess } from 'node:child_process'
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { asha } from '../../support/real-google.ts'
import { partsMissing, useRealWorld } from '../../support/real-world.ts'

const world = useRealWorld()
const electron = join(import.meta.dirname, '../../../electron')
const agentScript = join(import.meta.dirname, '../../faults/agent-process.ts')

interface Ended {
  readonly code: number | null
  readonly out: string
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** On a terminal of its own: each line is typed once what stands before it was shown. */
  readonly typed?: readonly (readonly [shown: string, line: string])[]
}

function environment(): NodeJS.ProcessEnv {
  const { PATH } = process.env
  const own = { PATH, HOME: join(world.dataFolder, '..'), LATCHKEY_PROFILE: 'practice', TERM: 'xterm' }
  return { ...own, ...world.keyring.env, LATCHKEY_DATA_FOLDER: world.dataFolder }
}

async function latchkey(args: readonly string[], { env = {}, typed }: RunOptions = {}): Promise<Ended> {
  const words = [process.execPath, '--no-warnings', join(electron, 'latchkey.ts'), ...args]
  const line = words.map((word) => `'${word}'`).join(' ')
  const [program = '', ...rest] = typed ? ['script', '-qec', line, '/dev/null'] : words
  const child = spawn(program, rest, { env: { ...environment(), ...env }, cwd: join(world.dataFolder, '..') })
  const open = [...(typed ?? [])]
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    const [next] = open
    if (!next || !out.includes(next[0])) return
    open.shift()
    child.stdin.write(`${next[1]}\n`)
  })
  if (!typed) child.stdin.end()
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out }
}

async function answer<T>(args: readonly string[]): Promise<T> {
  const { code, out } = await latchkey([...args, '--json'])
  expect(code, out).toBe(0)
  return JSON.parse(out) as T
}

interface Leases {
  readonly leases: readonly {
    readonly label: string
    readonly door: string
    readonly scopes: string[] | null
  }[]
}

async function startAgent(): Promise<ChildProcess> {
  const child = fork(agentScript, [], {
    env: { ...environment(), LATCHKEY_PRACTICE_ISSUER: world.google.issuer },
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const exited = once(child, 'exit')
  world.afterwards(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const announcement = join(world.dataFolder, 'profiles/practice/run/door.json')
  await expect.poll(() => existsSync(announcement), { timeout: 20_000 }).toBe(true)
  return child
}

describe.skipIf(partsMissing !== null)('the command with an agent', { timeout: 90_000 }, () => {
  beforeEach(async () => {
    const app = await world.open()
    await app.signIn(asha)
    await app.close()
    await startAgent()
  })

  it('puts a credentials file in the place of another one, says so, and puts that one back', async () => {
    const file = join(world.dataFolder, '../adc.json')
    writeFileSync(file, '{"type":"authorized_user","refresh_token":"somebody-else"}', { mode: 0o600 })
    await answer(['adc', 'write', '--file', file, '--label', 'Nightly job', '--days', '2'])
    expect(readFileSync(file, 'utf8')).toContain('latchkey.')
    expect(await answer(['adc', 'show', '--file', file])).toMatchObject({ found: 'ours', path: file })
    const { leases } = await answer<Leases>(['lease'])
    expect(leases).toMatchObject([{ label: 'Nightly job', door: 'adc' }])
    await answer(['adc', 'undo', '--file', file])
    expect(readFileSync(file, 'utf8')).toContain('somebody-else')
    expect(await answer(['lease'])).toEqual({ leases: [] })
  })

  it('says who is meant and why, and sets a shell up once, however often it starts', async () => {
    await answer(['use', asha.email])
    expect(await answer(['who'])).toMatchObject({ account: asha.email, reason: 'active' })
    const first = await latchkey(['env', '--shell', 'sh'])
    const file = /GOOGLE_APPLICATION_CREDENTIALS='([^']+)'/.exec(first.out)?.[1] ?? ''
    expect(existsSync(file)).toBe(true)
    expect((await latchkey(['env', '--shell', 'sh'])).out).toBe(first.out)
    expect((await answer<Leases>(['lease'])).leases).toHaveLength(1)
  })

  it('asks on the terminal, and a lease for fewer scopes is just that', async () => {
    const refused = await latchkey(['token'], { typed: [['or [n]o?', 'n']] })
    expect(refused.code).toBe(5)
    const typed = [
      ['or [n]o?', 'f'],
      ['between:', '1'],
      ['Only:', 's'],
    ] as const
    const asked = await latchkey(['token'], { typed })
    expect(asked.code, asked.out).toBe(0)
    const { leases } = await answer<Leases>(['lease'])
    expect(leases).toMatchObject([{ door: 'command', scopes: [expect.any(String) as string] }])
  })

  it('answers a question from another terminal', async () => {
    const waiting = latchkey(['token', '--format', 'header'])
    const asks = (): Promise<{ readonly asks: readonly { readonly askId: string }[] }> =>
      answer(['lease', 'asks'])
    await expect.poll(async () => (await asks()).asks.length, { timeout: 20_000 }).toBe(1)
    const [ask] = (await asks()).asks
    await answer(['lease', 'answer', ask?.askId ?? '', 'once'])
    expect(await waiting).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Authorization: Bearer \S+\n$/) as string,
    })
  })
})
