/**
 * The open connections of one door, bounded in number and time. When it gets full, those that have said nothing go first,
 * then those that wait for their next request; one that is being answered is never ended for another.
 */
import type { Duplex } from 'node:stream'
import type { PortPair } from './peer.ts'

export interface ConnectionLimits {
  /** So many stay open. */
  readonly most: number
  /** So many are open for a moment, while those that came together have not been read yet. */
  readonly burst: number
  /** From the start to the end of the first head, ms. */
  readonly silentMs: number
  /** Between two requests, ms. */
  readonly idleMs: number
  /** For the body of a request, ms. */
  readonly bodyMs: number
  /** An answer of which the caller takes nothing for so long, ms. */
  readonly stuckMs: number
}

export const usualLimits: ConnectionLimits = {
  ...{ most: 256, burst: 512, silentMs: 5000, idleMs: 30_000, bodyMs: 10_000, stuckMs: 30_000 },
}

/** Programs that start together are given this long to say something, however many there are, ms. */
const firstWordMs = 250
const checkMs = 500

export type Phase = 'silent' | 'reading' | 'answering' | 'sending' | 'idle'

export interface Connection {
  readonly socket: Duplex
  /** Null of a socket or a pipe. */
  readonly ports: PortPair | null
  /** Its other end is of this user, as far as the system tells; null until that was asked. */
  ours: boolean | null
  phase: Phase
  since: number
  /** Requests that are being answered: more than one where a caller does not wait for its answers. */
  requests: number
  /** Something was refused here: what else comes over it is not even looked at. */
  refused: boolean
}

export class Connections {
  readonly #limits: ConnectionLimits
  readonly #now: () => number
  readonly #open = new Map<Duplex, Connection>()
  #check: NodeJS.Timeout | null = null

  /** `now`: a clock that only goes forward, ms. */
  constructor(limits: ConnectionLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  get size(): number {
    return this.#open.size
  }

  /** Takes a new connection, or answers null when there is no room and none can go for it. */
  add(socket: Duplex, ports: PortPair | null): Connection | null {
    if (this.#open.size >= this.#limits.most && !this.#makeRoom()) return null
    const connection: Connection = {
      ...{ socket, ports, ours: null, phase: 'silent', since: this.#now(), requests: 0, refused: false },
    }
    this.#open.set(socket, connection)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#open.delete(socket))
    this.#check ??= setInterval(() => this.#endLate(), checkMs).unref()
    return connection
  }

  of(socket: Duplex): Connection | undefined {
    return this.#open.get(socket)
  }

  enter(connection: Connection, phase: Phase): void {
    connection.phase = phase
    connection.since = this.#now()
  }

  /** Ends what is not being answered now, and the rest after `graceMs`. */
  endAll(graceMs: number): void {
    for (const { socket, requests } of this.#open.values()) if (requests === 0) socket.destroy()
    setTimeout(() => {
      for (const { socket } of this.#open.values()) socket.destroy()
    }, graceMs).unref()
  }

  /** Whether one more may come: there is room for a burst, or one of those that are not being answered goes. */
  #makeRoom(): boolean {
    const goes = this.#leastMissed(firstWordMs)
    if (goes) this.#end(goes)
    if (goes || this.#open.size < this.#limits.burst) return true
    const young = this.#leastMissed(0)
    if (young) this.#end(young)
    return young !== null
  }

  #leastMissed(waitedMs: number): Connection | null {
    return this.#oldest('silent', waitedMs) ?? this.#oldest('idle', waitedMs)
  }

  #oldest(phase: Phase, waitedMs: number): Connection | null {
    let oldest: Connection | null = null
    for (const connection of this.#open.values())
      if (connection.phase === phase && (oldest === null || connection.since < oldest.since))
        oldest = connection
    return oldest && this.#now() - oldest.since >= waitedMs ? oldest : null
  }

  #end(connection: Connection): void {
    this.#open.delete(connection.socket)
    connection.socket.destroy()
  }

  #endLate(): void {
    const { silentMs, idleMs, bodyMs, stuckMs, most } = this.#limits
    const bounds = { silent: silentMs, idle: idleMs, reading: bodyMs, sending: stuckMs, answering: Infinity }
    const now = this.#now()
    for (const connection of this.#open.values())
      if (now - connection.since > bounds[connection.phase]) this.#end(connection)
    for (let goes = null; this.#open.size > most && (goes = this.#leastMissed(firstWordMs));) this.#end(goes)
    if (this.#open.size > 0 || !this.#check) return
    clearInterval(this.#check)
    this.#check = null
  }
}
