/**
 * One of two processes that share a profile, `app` or `agent`, with the real lock, sockets and hand-over, and in place
 * of the whole product a profile that says who answers. It tells its parent what happens to it.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDoorListener } from '../../electron/adapters/doors/door-listener.ts'
import type { Seat, SeatParts } from '../../electron/adapters/doors/seat.ts'
import { takeAppSeat } from '../../electron/adapters/doors/seat.ts'
import { Switchboard } from '../../electron/adapters/doors/switchboard.ts'
import { openProfileFolder } from '../../electron/adapters/profile-folder.ts'
import { liveAsAgent } from '../../electron/agent/agent-life.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import { ok } from '../../electron/contract/outcome.ts'
import type { DoorAnswer, DoorListener, DoorRequest, Log, OpenDoor } from '../../electron/core/ports.ts'

export interface OwnerProcessOptions {
  readonly kind: 'app' | 'agent'
  readonly dataFolder: string
  /** Of the door for programs. */
  readonly port: number
}

export type OwnerNews =
  | { readonly news: 'open'; readonly from: 'app' | 'agent' }
  | { readonly news: 'said'; readonly line: string }
  | { readonly news: 'ended'; readonly code: string | null }

const options = JSON.parse(process.argv[2] ?? '{}') as OwnerProcessOptions
const profile = 'real'
const tell = (news: OwnerNews): void => void process.send?.(news)
const ignore = (): void => undefined
const log: Log = {
  info: ignore,
  warn: ignore,
  error: (event, cause) => process.stderr.write(`${event} ${String(cause)}\n`),
}

interface Opened {
  close(): Promise<void>
}

/** What the product does with its doors: opens three, says where, and answers until it is closed. */
async function openDoors(doors: DoorListener, port: number, release: () => Promise<void>): Promise<Opened> {
  const local = randomBytes(16).toString('hex')
  const open: OpenDoor[] = []
  const places = [
    { kind: 'socket', name: 'door' },
    { kind: 'socket', name: 'remote' },
    { kind: 'port', port },
  ] as const
  for (const place of places) {
    const opened = await doors.open(place, (request) => answer(request, local))
    if (!opened.ok) throw new Error(`${place.kind}: ${opened.error.code}`)
    open.push(opened.value)
  }
  const [socket, remote, http] = open.map(({ address }) => address)
  await doors.announce({ socket: socket ?? null, remote: remote ?? null, http: http ?? null, local })
  return {
    async close() {
      await Promise.all(open.map((door) => door.close()))
      await doors.withdraw()
      await release()
    },
  }
}

async function answer(request: DoorRequest, local: string): Promise<DoorAnswer> {
  const ms = Number(request.query.get('ms') ?? '0')
  if (ms > 0) await sleep(ms)
  const json = { 'content-type': 'application/json' }
  if (request.path === '/v1/events') return { status: 200, headers: json, body: ticks(request.signal) }
  const { user } = await request.peer()
  const facts = {
    ...{ by: options.kind, pid: process.pid, user, body: request.body, path: request.path },
    local: request.headers['latchkey-local'] === local,
  }
  return { status: 200, headers: json, body: JSON.stringify(facts) }
}

async function* ticks(signal: AbortSignal): AsyncGenerator<string> {
  for (let tick = 0; !signal.aborted && tick < 2000; tick += 1) {
    yield `${JSON.stringify({ tick, by: options.kind })}\n`
    await sleep(10)
  }
  if (signal.aborted) tell({ news: 'said', line: 'nobody reads the events any more' })
}

async function folderOf(dataFolder: string): Promise<SeatParts['folder']> {
  const folder = await openProfileFolder(join(dataFolder, 'profiles', profile))
  if (!folder.ok) throw new Error(folder.error.code)
  return folder.value
}

async function runApp({ dataFolder, port }: OwnerProcessOptions): Promise<void> {
  const listener = createDoorListener({ dataFolder, profile, log })
  const seat = await takeAppSeat({ dataFolder, profile, folder: await folderOf(dataFolder), listener, log })
  if (!seat.ok) {
    tell({ news: 'ended', code: seat.error.code })
    return process.disconnect()
  }
  const opened = await openDoors(seat.value.doors, port, () => seat.value.lock.release())
  tell({ news: 'open', from: 'app' })
  process.on('message', () => {
    seat.value.leaving()
    void opened.close().then(() => {
      tell({ news: 'ended', code: null })
      process.exit(0)
    })
  })
}

async function runAgent({ dataFolder, port }: OwnerProcessOptions): Promise<void> {
  const stop = new AbortController()
  process.on('message', () => stop.abort())
  const listener = createDoorListener({ dataFolder, profile, log })
  const board = new Switchboard({ listener, own: () => null })
  const folder = await folderOf(dataFolder)
  const open = async (lockMs: number): Promise<Outcome<Opened>> => {
    const lock = await lockWithin(folder, lockMs)
    if (!lock.ok) return lock
    const opened = await openDoors(board, port, () => lock.value.release())
    tell({ news: 'open', from: 'agent' })
    return ok(opened)
  }
  const error = await liveAsAgent({
    ...{ place: { dataFolder, profile }, board, open, log, signal: stop.signal },
    practiceIssuer: () => null,
    closePractice: () => Promise.resolve(),
    say: (line) => tell({ news: 'said', line }),
  })
  tell({ news: 'ended', code: error?.code ?? null })
  process.exit(0)
}

async function lockWithin(folder: SeatParts['folder'], ms: number): Promise<Outcome<Seat['lock']>> {
  for (const until = Date.now() + ms; ; await sleep(50)) {
    const lock = await folder.lock()
    if (lock.ok || Date.now() >= until) return lock
  }
}

await (options.kind === 'app' ? runApp(options) : runAgent(options))
