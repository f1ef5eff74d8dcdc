/** Real doors in a folder of their own, and hands that knock at them in ways that no library would. */
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionLimits } from '../../electron/adapters/doors/connections.ts'
import { createDoorListener } from '../../electron/adapters/doors/door-listener.ts'
import type { DoorAnswer, DoorListener, DoorPlace, DoorRequest, OpenDoor } from '../../electron/core/ports.ts'

export interface OpenDoors {
  readonly listener: DoorListener
  readonly dataFolder: string
  /** The folder of the sockets. */
  readonly run: string
  /** What got past the guard. */
  readonly seen: DoorRequest[]
  /** Opens a door that answers what `answer` says, otherwise the method, the path and the body. */
  open(place: DoorPlace, answer?: (request: DoorRequest) => Promise<DoorAnswer>): Promise<OpenDoor>
  close(): Promise<void>
}

/** `platform`: the rules of which system; sockets are the real ones of this machine. */
export async function openDoors(limits?: ConnectionLimits, platform = process.platform): Promise<OpenDoors> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'doors-'))
  await mkdir(join(dataFolder, 'profiles', 'practice'), { recursive: true, mode: 0o700 })
  const options = { dataFolder, profile: 'practice', version: '1.2.3', closingMs: 1000 } as const
  const listener = createDoorListener({
    ...options,
    ...(limits ? { limits } : {}),
    machine: { platform, env: process.env, home: '' },
  })
  const seen: DoorRequest[] = []
  const opened: OpenDoor[] = []
  return {
    ...{ listener, dataFolder, seen },
    run: join(dataFolder, 'profiles', 'practice', 'run'),
    async open(place, answer = echo) {
      const outcome = await listener.open(place, (request) => {
        seen.push(request)
        return answer(request)
      })
      if (!outcome.ok) throw new Error(outcome.error.message)
      opened.push(outcome.value)
      return outcome.value
    },
    async close() {
      await Promise.all(opened.map((door) => door.close()))
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}

export function echo({ method, path, body }: DoorRequest): Promise<DoorAnswer> {
  const headers = { 'Content-Type': 'application/json' }
  return Promise.resolve({ status: 200, headers, body: JSON.stringify({ method, path, body }) })
}

/** Connects to a door of either kind. Its errors are the business of whoever reads it. */
export function knock({ address, port }: Pick<OpenDoor, 'address' | 'port'>): Socket {
  const socket = port === null ? connect(address) : connect(port, '127.0.0.1')
  return socket.on('error', () => undefined)
}

/** Sends bytes as they are, and gives all that comes back until the other side closes. */
export function raw(
  door: Pick<OpenDoor, 'address' | 'port'>,
  ...parts: (string | Uint8Array)[]
): Promise<string> {
  const socket = knock(door)
  for (const part of parts) socket.write(part)
  return everything(socket)
}

export function everything(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  return new Promise((resolve) => {
    socket.once('close', () => resolve(text))
  })
}

/** Sends one request that asks for the connection to be closed. */
export async function ask(
  door: Pick<OpenDoor, 'address' | 'port'>,
  { line = 'GET /v1/status', headers = [] as readonly string[], body = '' } = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const own = [`Host: ${door.port === null ? 'latchkey' : door.address}`, 'Connection: close']
  const length = body === '' ? [] : [`Content-Length: ${String(Buffer.byteLength(body))}`]
  const text = await raw(door, [`${line} HTTP/1.1`, ...own, ...headers, ...length, '', body].join('\r\n'))
  return { status: statusOf(text), text }
}

/** 0 where nothing was answered. */
export function statusOf(text: string): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)
}
