/**
 * Opens the doors of a profile: sockets in a folder of this user alone (pipes on Windows), and ports of the literal
 * 127.0.0.1. Whoever opens them owns the profile: a socket that lies there already is one of ours from before, or of an owner
 * that has just stepped back, and is replaced.
 */
import { timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { unlink } from 'node:fs/promises'
import type { ProfileName } from '../../contract/views.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { DoorListener, DoorPlace, Log, OpenDoor } from '../../core/ports.ts'
import type { Machine } from '../data-folder.ts'
import { portHolder } from '../loopback/port-holder.ts'
import { replaceFile } from '../replace-file.ts'
import type { BoundDoor } from './bind-door.ts'
import { bindPipe, bindPort, bindSocket } from './bind-door.ts'
import type { ConnectionLimits } from './connections.ts'
import { doorFolderOf, makeDoorFolder } from './door-folder.ts'
import { doorFiles } from './door-paths.ts'
import type { Answering } from './door-server.ts'
import { DoorServer } from './door-server.ts'
import type { LetIn, Refusal } from './guard.ts'
import { refused } from './guard.ts'

export interface DoorListenerOptions {
  readonly dataFolder: string
  readonly profile: ProfileName
  /** Of this Latchkey; stands in the announcement. */
  readonly version?: string
  readonly machine?: Pick<Machine, 'platform' | 'env' | 'home'>
  readonly limits?: ConnectionLimits
  /** How long `close` waits for what is being answered, ms. */
  readonly closingMs?: number
  readonly log?: Log
}

const doorProtocol = 1
const usualClosingMs = 5000

export function createDoorListener(options: DoorListenerOptions): DoorListener {
  return new OpenDoors(options)
}

class OpenDoors implements DoorListener {
  readonly #folder: string
  readonly #options: DoorListenerOptions
  readonly #windows: boolean
  #local: string | null = null

  constructor(options: DoorListenerOptions) {
    const { dataFolder, profile, machine = thisMachine() } = options
    this.#folder = doorFolderOf({ ...machine, dataFolder, profile })
    this.#windows = machine.platform === 'win32'
    this.#options = options
  }

  async open(place: DoorPlace, answer: Answering): ReturnType<DoorListener['open']> {
    let port: number | null = null
    const hosts = (): readonly string[] | null =>
      place.kind === 'socket' ? null : [`127.0.0.1:${String(port)}`, `localhost:${String(port)}`]
    const server = new DoorServer({ ...this.#options, ...this.#pipeRule(place), hosts, answer })
    const bound = await this.#bind(server, place)
    if (bound.kind === 'bound') {
      port = bound.port
      return ok(this.#opened(server, bound))
    }
    if (bound.kind === 'occupied') return fail('door-occupied', { path: bound.path })
    this.#options.log?.warn('door-not-opened', { kind: place.kind, code: bound.code })
    return bound.kind === 'busy' ? busy(bound.port) : fail('door-failed')
  }

  async announce(doors: Parameters<DoorListener['announce']>[0]): ReturnType<DoorListener['announce']> {
    this.#local = doors.local
    const { version = '' } = this.#options
    const { socket, remote, http, local } = doors
    const facts = { protocol: doorProtocol, version, pid: process.pid, socket, remote, http, local }
    try {
      if (!(await makeDoorFolder(this.#folder))) return fail('door-occupied', { path: this.#folder })
      await replaceFile(this.#announcement, `${JSON.stringify(facts)}\n`)
      return ok()
    } catch (cause) {
      this.#options.log?.error('doors-not-announced', cause)
      return fail('door-failed')
    }
  }

  async withdraw(): Promise<void> {
    this.#local = null
    await unlink(this.#announcement).catch(() => undefined)
  }

  get #announcement(): string {
    return join(this.#folder, doorFiles.announcement)
  }

  async #bind(server: DoorServer, place: DoorPlace): Promise<BoundDoor> {
    if (place.kind === 'port') return bindPort(server.http, place.port)
    if (this.#windows) return bindPipe(server.http)
    return bindSocket(server.http, this.#folder, doorFiles[place.name])
  }

  #opened(server: DoorServer, bound: BoundDoor & { readonly kind: 'bound' }): OpenDoor {
    const { address, port } = bound
    const close = async (): Promise<void> => {
      bound.vacate()
      await server.close(this.#options.closingMs ?? usualClosingMs)
    }
    return { address, port, close }
  }

  /** A pipe of Windows can be opened by others; only who can read the announcement is heard there. */
  #pipeRule(place: DoorPlace): { refuse?: (headers: LetIn['headers']) => Refusal | null } {
    if (place.kind !== 'socket' || !this.#windows) return {}
    return {
      refuse: ({ 'latchkey-local': key = '' }) =>
        this.#local !== null && same(key, this.#local)
          ? null
          : refused(403, 'it does not know the key of this door'),
    }
  }
}

function same(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

async function busy(port: number): ReturnType<DoorListener['open']> {
  const name = await portHolder(port)
  return fail('door-busy', { port, program: name === null ? '' : ` (${name})` })
}

function thisMachine(): Machine {
  return { platform: process.platform, env: process.env, home: '' }
}
