import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BrokenOff } from '../../../electron/adapters/doors/owner-answers.ts'
import type { OwnerLine } from '../../../electron/adapters/doors/owner-line.ts'
import { connectLine, ownerLine } from '../../../electron/adapters/doors/owner-line.ts'
import { mostUnread, pieces } from '../../../electron/adapters/doors/owner-words.ts'
import { RelayedDoors } from '../../../electron/adapters/doors/relayed-doors.ts'
import { relayUntilOver } from '../../../electron/adapters/doors/relay.ts'
import { Switchboard } from '../../../electron/adapters/doors/switchboard.ts'
import type { AppError } from '../../../electron/contract/outcome.ts'
import { KeptDoor } from '../../../electron/core/doors/kept-door.ts'
import type { DoorAnswer, DoorRequest, Log, OpenDoor } from '../../../electron/core/ports.ts'
import type { FakeDoorListener } from '../../support/fake-door-listener.ts'
import { fakeDoorListener } from '../../support/fake-door-listener.ts'

const port = 23_456
const address = `127.0.0.1:${String(port)}`
const ignore = (): void => undefined
const log: Log = { info: ignore, warn: ignore, error: ignore }

describe.skipIf(process.platform === 'win32')('what goes through an agent', () => {
  let folder = ''
  let server: Server
  let app: OwnerLine
  let agent: OwnerLine
  let atAgent: FakeDoorListener
  let atApp: FakeDoorListener
  let doors: RelayedDoors
  let served: Promise<void>

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lk-relay-'))
    atAgent = fakeDoorListener()
    atApp = fakeDoorListener()
    const board = new Switchboard({ listener: atAgent, own: () => null, patienceMs: 200 })
    const accepted = new Promise<OwnerLine>((resolve) => {
      server = createServer((socket) => resolve(ownerLine(socket)))
    })
    const path = join(folder, 'line.sock')
    await new Promise<void>((resolve) => server.listen(path, resolve))
    const line = await connectLine(path)
    if (!line) throw new Error('no line')
    app = line
    agent = await accepted
    agent.trust()
    served = relayUntilOver(agent, board)
    doors = new RelayedDoors(app, atApp, log, { patienceMs: 150 })
  })
  afterEach(async () => {
    app.cut()
    await served
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(answer: (request: DoorRequest) => Promise<DoorAnswer>): Promise<OpenDoor> {
    const opened = await doors.open({ kind: 'port', port }, answer)
    if (!opened.ok) throw new Error(opened.error.code)
    return opened.value
  }
  const says = (body: DoorAnswer['body']): Promise<DoorAnswer> =>
    Promise.resolve({ status: 200, headers: {}, body })
  const ask = (request: Partial<Omit<DoorRequest, 'peer'>> = {}): Promise<DoorAnswer> =>
    atAgent.ask(address, { path: '/v1/status', ...request })

  it('is whole where it is longer than any line may be, and the line goes on', async () => {
    const text = 'é😀"\n'.repeat(600_000)
    await open(() => says(text))
    const answer = await ask()
    expect(answer.status).toBe(200)
    expect(answer.body === text).toBe(true)
    expect((await ask()).status).toBe(200)
    expect(app.isOver()).toBe(false)
  })

  it('is whole in streams whose parts are longer than any line may be', async () => {
    const part = '😀x'.repeat(700_000)
    async function* stream(): AsyncGenerator<string> {
      yield part
      await sleep(1)
      yield 'end'
    }
    await open(() => says(stream()))
    expect((await read(await ask())) === `${part}end`).toBe(true)
    expect(app.isOver()).toBe(false)
  })

  it('waits for a caller who does not read, without end and without loss', async () => {
    let made = 0
    async function* stream(): AsyncGenerator<string> {
      for (; made < 120; made += 1) {
        yield 'x'.repeat(64 * 1024)
        await sleep(0)
      }
    }
    await open(() => says(stream()))
    const answer = await ask()
    await sleep(150)
    expect(made * 64 * 1024).toBeLessThanOrEqual(mostUnread + 128 * 1024)
    expect((await read(answer)).length).toBe(120 * 64 * 1024)
  })

  it('does not look whole when the app is gone in the midst of it', async () => {
    async function* stream(): AsyncGenerator<string> {
      yield 'begun'
      await sleep(5000, undefined, { ref: false })
    }
    await open(() => says(stream()))
    const answer = await ask()
    setTimeout(() => app.cut(), 30)
    await expect(read(answer)).rejects.toThrow(BrokenOff)
  })

  it('does not look whole when what the app reads fails in the midst of it', async () => {
    async function* stream(): AsyncGenerator<string> {
      yield 'begun'
      await sleep(1)
      throw new Error('the disk is gone')
    }
    await open(() => says(stream()))
    const answer = await ask()
    await expect(read(answer)).rejects.toThrow(BrokenOff)
    expect(app.isOver()).toBe(false)
  })

  it('that fails is told in the form of the door', async () => {
    await open(() => Promise.reject(new Error('internal')))
    expect(JSON.parse((await ask({ path: '/adc/token' })).body as string)).toHaveProperty(
      'error',
      'temporarily_unavailable',
    )
    expect((await ask({ path: '/computeMetadata/v1/', method: 'POST' })).headers).toHaveProperty(
      'metadata-flavor',
      'Google',
    )
  })

  it('is asked again of the next one at once when the app is gone, also while the agent still opens a door', async () => {
    await open(() => new Promise<DoorAnswer>(ignore))
    let opened: (door: OpenDoor) => void = ignore
    atAgent.open = () =>
      new Promise((resolve) => {
        opened = (value) => resolve({ ok: true, value })
      })
    const slow = doors.open({ kind: 'port', port: port + 1 }, () => says('slow'))
    const asked = ask()
    await sleep(30)
    let turns = 0
    const turning = setInterval(() => (turns += 1), 5)
    app.cut()
    // Nobody comes: the request ends with that, and the process was not held up by it meanwhile.
    expect((await asked).status).toBe(503)
    clearInterval(turning)
    expect(turns).toBeGreaterThan(5)
    opened({ address: 'x', port: port + 1, close: () => Promise.resolve() })
    await slow
  })

  it('is opened again by the app when the agent is gone, however long its port is taken, and told meanwhile', async () => {
    const door = await open(() => says('here'))
    const told: (AppError | null)[] = []
    door.onProblem?.((problem) => told.push(problem))
    atApp.busy.add(port)
    agent.cut()
    await expect.poll(() => told.map((problem) => problem?.code)).toEqual(['door-busy'])
    expect(atApp.opened.size).toBe(0)
    atApp.busy.delete(port)
    await expect.poll(() => told.at(-1), { timeout: 4000 }).toBeNull()
    expect((await atApp.ask(address, {})).body).toBe('here')
    await door.close()
    expect(atApp.opened.size).toBe(0)
  })

  it('shows as the problem of its door until it is open again', async () => {
    const kept = new KeptDoor({
      ...{ listener: doors, onChange: ignore, answer: () => says('here') },
      place: () => ({ kind: 'port', port }),
      timers: { after: () => ignore },
    })
    expect(await kept.keepOpen()).toMatchObject({ ok: true })
    atApp.busy.add(port)
    agent.cut()
    await expect.poll(() => kept.problem?.code).toBe('door-busy')
    atApp.busy.delete(port)
    await expect.poll(() => kept.problem, { timeout: 4000 }).toBeNull()
    expect(atApp.opened.has(address)).toBe(true)
    await kept.shut()
    expect(atApp.opened.size).toBe(0)
  })

  it('is not opened by the app any more once it is closed there', async () => {
    const door = await open(() => says('here'))
    const told: (AppError | null)[] = []
    door.onProblem?.((problem) => told.push(problem))
    atApp.busy.add(port)
    agent.cut()
    await expect.poll(() => told.length).toBe(1)
    await door.close()
    atApp.busy.delete(port)
    await sleep(1200)
    expect(atApp.opened.size).toBe(0)
  })
})

async function read({ body }: DoorAnswer): Promise<string> {
  if (typeof body === 'string') throw new Error('it came at once')
  const texts: string[] = []
  for await (const text of body) texts.push(text)
  return texts.join('')
}

describe('a text in pieces', () => {
  it('is the same put together, and splits no letter', () => {
    const text = `${'x'.repeat(64 * 1024 - 1)}😀${'y'.repeat(70_000)}`
    const split = [...pieces(text)]
    expect(split.join('')).toBe(text)
    expect(split.map(({ length }) => length)).toEqual([65_535, 65_536, 4466])
    expect(split.every((piece) => Buffer.from(piece).toString() === piece)).toBe(true)
    expect([...pieces('')]).toEqual([])
  })
})
