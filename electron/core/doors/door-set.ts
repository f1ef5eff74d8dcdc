/** All doors of a profile that listen: the two sockets, the one over HTTP, a metadata server for each lease of one. */
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { ok } from '../../contract/outcome.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { DoorAnswer, DoorPlace, DoorRequest } from '../ports.ts'
import type { Secret } from '../secret.ts'
import type { LeaseRecord } from '../state/state.ts'
import { KeptDoor } from './kept-door.ts'

/** Between two tries to say where the doors are; it doubles, ms. */
const firstWaitMs = 2000
const longestWaitMs = 60 * 1000

type Answer = (request: DoorRequest) => Promise<DoorAnswer>

export interface DoorSetOptions {
  readonly context: ProfileContext
  readonly localKey: Secret
  /** Null where a forwarded socket could not be told from one that is not. */
  readonly answerRemote: Answer | null
  readonly answerLocal: Answer
  readonly answerHttp: Answer
  readonly answerLane: (leaseId: string, request: DoorRequest) => Promise<DoorAnswer>
  /** Keeps the port of the HTTP door: files point at it. Errors: those of the settings. */
  readonly keepPort: (port: number) => Promise<Outcome<null>>
  /** What is open, or why not, changed. */
  readonly onChange: () => void
  /** The same of the metadata server of one lease. */
  readonly onLane: (leaseId: string) => void
}

/** A metadata server whose lease is only being given. */
export interface NewLane {
  readonly port: number
  /** Its lease is there. */
  keepFor(leaseId: string): void
  giveUp(): Promise<void>
}

export class DoorSet {
  readonly #options: DoorSetOptions
  readonly #local: KeptDoor
  readonly #remote: KeptDoor | null
  readonly #http: KeptDoor
  readonly #lanes = new Map<string, KeptDoor>()
  #ended: ReadonlySet<string> = new Set()
  #announced = ''
  #announcing: Promise<unknown> = Promise.resolve()
  #announceError: AppError | null = null
  #announceWaitMs = firstWaitMs
  #stopAnnouncing: () => void = () => undefined
  #closed = false

  constructor(options: DoorSetOptions) {
    this.#options = options
    const { answerLocal, answerRemote, answerHttp, context } = options
    this.#local = this.#door(() => ({ kind: 'socket', name: 'door' }), answerLocal)
    this.#remote = answerRemote && this.#door(() => ({ kind: 'socket', name: 'remote' }), answerRemote)
    this.#http = this.#door(() => ({ kind: 'port', port: context.settings.current().doorPort }), answerHttp)
  }

  get socket(): string | null {
    return this.#local.address
  }

  get remoteSocket(): string | null {
    return this.#remote?.address ?? null
  }

  get http(): string | null {
    return this.#http.address
  }

  /** Why a door is not open that should be. */
  get problem(): AppError | null {
    return this.#local.problem ?? this.#remote?.problem ?? this.#http.problem ?? this.#announceError
  }

  lane(leaseId: string): { readonly address: string | null; readonly problem: AppError | null } | null {
    return this.#lanes.get(leaseId) ?? null
  }

  /** Resolves when the sockets are open, or could not be for now. */
  async openSockets(): Promise<void> {
    await Promise.all([this.#local.keepOpen(), this.#remote?.keepOpen()])
    await this.#announcing
  }

  /**
   * Opens and closes what the good leases need, and nothing more. The doors of those that
   * `ended` lately are open too: who comes with one of them is told so, instead of finding nobody there.
   */
  async fit(good: readonly LeaseRecord[], ended: readonly LeaseRecord[] = []): Promise<void> {
    if (this.#closed) return
    const leases = [...good, ...ended]
    this.#ended = new Set(ended.map(({ leaseId }) => leaseId))
    const needsHttp = leases.some(({ door }) => door === 'http' || door === 'adc')
    const lanes = leases.filter(({ door, port }) => door === 'metadata' && port !== null)
    const ids = new Set(lanes.map(({ leaseId }) => leaseId))
    const gone = [...this.#lanes].filter(([leaseId]) => !ids.has(leaseId))
    for (const [leaseId] of gone) this.#lanes.delete(leaseId)
    for (const { leaseId, port } of lanes) if (!this.#lanes.has(leaseId)) this.#addLane(leaseId, port)
    await Promise.all([
      needsHttp ? this.#openHttp() : this.#http.shut(),
      ...gone.map(([, door]) => door.shut()),
      ...[...this.#lanes.values()].map((door) => door.keepOpen()),
    ])
  }

  /**
   * The port of the HTTP door. One is chosen the first time, and the door opened for it. Errors: those of the listener
   * and of the settings.
   */
  async httpPort(): Promise<Outcome<number>> {
    const kept = this.#options.context.settings.current().doorPort
    if (kept !== null) return ok(kept)
    const opened = await this.#openHttp()
    if (!opened.ok) return opened
    return ok(this.#options.context.settings.current().doorPort ?? 0)
  }

  /** Opens a metadata server before its lease is given, at this port or (null) at a free one. Errors: those of the listener. */
  async newLane(port: number | null): Promise<Outcome<NewLane>> {
    let leaseId: string | null = null
    const { context, answerLane } = this.#options
    if (port !== null) await this.#shutEnded(port)
    const opened = await context.ports.doors.open({ kind: 'port', port }, (request) =>
      answerLane(leaseId ?? '', request),
    )
    if (!opened.ok) return opened
    const door = this.#door(
      () => ({ kind: 'port', port: opened.value.port }),
      (request) => answerLane(leaseId ?? '', request),
      () => this.#options.onLane(leaseId ?? ''),
    )
    door.adopt(opened.value)
    return ok({
      port: opened.value.port ?? 0,
      keepFor: (id) => {
        leaseId = id
        this.#lanes.set(id, door)
      },
      giveUp: async () => {
        await door.shut()
      },
    })
  }

  /** Nothing new is taken; resolves when what is being answered is answered. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stopAnnouncing()
    const doors = [this.#local, this.#remote, this.#http, ...this.#lanes.values()]
    await Promise.all(doors.map(async (door) => door?.shut()))
    await this.#announcing
    await this.#options.context.ports.doors.withdraw()
  }

  /** The port is wanted for another lease. */
  async #shutEnded(port: number): Promise<void> {
    for (const [leaseId, door] of this.#lanes) {
      if (door.port !== port || !this.#ended.has(leaseId)) continue
      this.#lanes.delete(leaseId)
      await door.shut()
    }
  }

  #door(place: () => DoorPlace, answer: Answer, onChange = () => this.#changed()): KeptDoor {
    const { doors: listener, timers } = this.#options.context.ports
    return new KeptDoor({ listener, timers, place, answer, onChange })
  }

  #addLane(leaseId: string, port: number | null): void {
    const answer: Answer = (request) => this.#options.answerLane(leaseId, request)
    const door = this.#door(
      () => ({ kind: 'port', port }),
      answer,
      () => this.#options.onLane(leaseId),
    )
    this.#lanes.set(leaseId, door)
  }

  async #openHttp(): Promise<Outcome<null>> {
    const opened = await this.#http.keepOpen()
    if (!opened.ok) return opened
    const { context, keepPort } = this.#options
    const { port } = this.#http
    if (port === null || context.settings.current().doorPort === port) return ok()
    return keepPort(port)
  }

  #changed(): void {
    this.#announcing = this.#announcing.then(() => this.#announce())
    this.#options.onChange()
  }

  async #announce(): Promise<void> {
    if (this.#closed) return
    this.#stopAnnouncing()
    const doors = { socket: this.socket, remote: this.remoteSocket, http: this.http }
    if (doors.socket === null && doors.remote === null) return
    const text = JSON.stringify(doors)
    if (text === this.#announced) return
    const announced = await this.#options.context.ports.doors.announce({
      ...doors,
      local: this.#options.localKey.reveal(),
    })
    const before = this.#announceError
    this.#announceError = announced.ok ? null : announced.error
    this.#announced = announced.ok ? text : ''
    if (announced.ok) this.#announceWaitMs = firstWaitMs
    else this.#announceLater()
    if (before !== this.#announceError) this.#options.onChange()
  }

  /** Without it nobody finds the doors, however open they are. */
  #announceLater(): void {
    if (this.#closed) return
    const { timers } = this.#options.context.ports
    this.#stopAnnouncing = timers.after(this.#announceWaitMs, () => {
      this.#announcing = this.#announcing.then(() => this.#announce())
    })
    this.#announceWaitMs = Math.min(this.#announceWaitMs * 2, longestWaitMs)
  }
}
