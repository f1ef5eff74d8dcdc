/**
 * The doors of an agent, which outlive each opening of its profile: while the profile changes hands they stay open to
 * programs, and whoever knocks meanwhile waits. Who answers behind a door, this process or the app, can change between
 * two requests of one connection.
 */
import { timingSafeEqual } from 'node:crypto'
import { ok } from '../../contract/outcome.ts'
import type { Outcome } from '../../contract/outcome.ts'
import type { DoorAnswer, DoorListener, DoorPlace, DoorRequest, OpenDoor } from '../../core/ports.ts'
import { nobody } from './owner-answers.ts'
import type { Announcement } from './owner-words.ts'

/** Null: whoever should have answered is gone and has done nothing that may not be done again. */
export type Answerer = (request: DoorRequest) => Promise<DoorAnswer | null>

export interface SwitchboardOptions {
  readonly listener: DoorListener
  /** What the agent itself answers at the socket of the command line to a caller of this machine; null for what is not its. */
  readonly own: (request: DoorRequest) => Promise<DoorAnswer> | null
  /** How long a door that nobody answers at is kept, and a request at it waits, ms. */
  readonly patienceMs?: number
}

interface Door {
  readonly key: string
  readonly open: OpenDoor
  answerer: Answerer | null
  /** How many have answered there so far, one after the other. */
  turn: number
  readonly running: Set<Promise<unknown>>
  /** Called when somebody answers again, or the door is closed for good. */
  readonly waiting: Set<() => void>
  closed: boolean
  timer: NodeJS.Timeout | null
}

const localHeader = 'latchkey-local'

export class Switchboard implements DoorListener {
  readonly #listener: DoorListener
  readonly #own: SwitchboardOptions['own']
  readonly #patienceMs: number
  readonly #doors = new Map<string, Door>()
  #holding = false
  /** What programs on this machine know, for as long as this process lives; who answers has a key of its own. */
  #publicKey: string | null = null
  #innerKey: string | null = null
  readonly #unannounced = new Set<() => void>()
  #announced = false

  constructor({ listener, own, patienceMs = 20_000 }: SwitchboardOptions) {
    this.#listener = listener
    this.#own = own
    this.#patienceMs = patienceMs
  }

  /** From now on a door that is closed stays open to programs and only waits for somebody to answer. */
  hold(): void {
    this.#holding = true
  }

  /** A door that is closed from now on is closed. Those that are held stay so for as long as patience lasts. */
  stopHolding(): void {
    this.#holding = false
  }

  async open(place: DoorPlace, answer: Answerer): Promise<Outcome<OpenDoor>> {
    const held = this.#doors.get(keyOf(place))
    if (held && held.answerer === null) {
      this.#attach(held, answer)
      return ok(this.#handle(held, answer))
    }
    let door: Door | null = null
    const opened = await this.#listener.open(place, (request) => {
      // Nothing can come in before the door is known here: it was not open yet.
      return door === null ? Promise.resolve(nobody(request)) : this.#ask(door, request)
    })
    if (!opened.ok) return opened
    const { port } = opened.value
    const key = port === null ? keyOf(place) : keyOf({ kind: 'port', port })
    door = { key, open: opened.value, answerer: answer, turn: 1, closed: false, timer: null, ...tables() }
    this.#doors.set(key, door)
    return ok(this.#handle(door, answer))
  }

  async announce(doors: Announcement): Promise<Outcome<null>> {
    this.#publicKey ??= doors.local
    this.#announced = true
    const announced = await this.#listener.announce({ ...doors, local: this.#publicKey })
    this.#innerKey = doors.local
    for (const told of this.#unannounced) told()
    return announced
  }

  async withdraw(): Promise<void> {
    this.#innerKey = null
    if (!this.#holding) await this.#takeBack()
  }

  /** Whoever opens the doors next announces them anew: until then programs that find the announcement try again. */
  leaveAnnouncement(): void {
    this.#announced = false
  }

  /** Closes whatever is still open, and takes the announcement back. Requests that wait are told that nobody is there. */
  async close(): Promise<void> {
    this.#holding = false
    await this.#takeBack()
    await Promise.all([...this.#doors.values()].map((door) => this.#shut(door)))
  }

  /** Only what was announced here: it may be another owner's by now. */
  async #takeBack(): Promise<void> {
    if (!this.#announced) return
    this.#announced = false
    await this.#listener.withdraw()
  }

  #handle(door: Door, answer: Answerer): OpenDoor {
    return {
      address: door.open.address,
      port: door.open.port,
      close: async () => {
        // Somebody else answers there by now.
        if (door.answerer !== answer) return
        if (!this.#holding) return this.#shut(door)
        this.#detach(door)
        await Promise.all(door.running)
      },
    }
  }

  #attach(door: Door, answer: Answerer): void {
    if (door.timer) clearTimeout(door.timer)
    door.timer = null
    door.answerer = answer
    door.turn += 1
    for (const go of door.waiting) go()
  }

  #detach(door: Door): void {
    door.answerer = null
    door.timer = setTimeout(() => void this.#shut(door), this.#patienceMs)
  }

  async #shut(door: Door): Promise<void> {
    if (door.timer) clearTimeout(door.timer)
    door.closed = true
    if (this.#doors.get(door.key) === door) this.#doors.delete(door.key)
    for (const go of door.waiting) go()
    await door.open.close()
  }

  async #ask(door: Door, request: DoorRequest): Promise<DoorAnswer> {
    const local = this.#isLocal(request)
    if (local && door.key === keyOf({ kind: 'socket', name: 'door' })) {
      const answer = this.#own(request)
      if (answer !== null) return answer
    }
    let asked = request
    let failed: FailedTurn = { turn: 0, answer: null }
    for (;;) {
      // Nothing may come between looking who answers and asking: a door that is given away waits for what was asked.
      const answerer = this.#answererNow(door, local, failed)
      if (answerer === null) {
        if (await this.#somebodyAnswers(door, request.signal, local, failed)) continue
        // Whoever could not is there still, and was not on its way out.
        const stays = !door.closed && door.answerer !== null && door.turn === failed.turn
        return (stays ? failed.answer : null) ?? nobody(request)
      }
      const { turn } = door
      const running = answerer(local ? this.#withInnerKey(asked) : asked)
      const settled = running.then(
        () => undefined,
        () => undefined,
      )
      door.running.add(settled)
      try {
        const answer = await running
        if (answer !== null && !(this.#holding && endedEarly(request, answer))) return answer
        failed = { turn, answer }
        asked = askedAnew(request)
      } finally {
        door.running.delete(settled)
      }
    }
  }

  /** Whoever has had its turn with a request and could not answer is not asked the same again. */
  #answererNow(door: Door, local: boolean, failed: FailedTurn): Answerer | null {
    if (door.turn === failed.turn) return null
    // A key cannot be translated before the one who answers has said its own.
    return door.closed || (local && this.#innerKey === null) ? null : door.answerer
  }

  /** True as soon as somebody else answers; false when the door closes, the caller goes, or it takes too long. */
  async #somebodyAnswers(
    door: Door,
    signal: AbortSignal,
    local: boolean,
    failed: FailedTurn,
  ): Promise<boolean> {
    const until = Date.now() + this.#patienceMs
    for (;;) {
      const left = until - Date.now()
      if (door.closed || signal.aborted || left <= 0) return false
      if (this.#answererNow(door, local, failed) !== null) return true
      await changed([door.waiting, this.#unannounced], signal, left)
    }
  }

  #isLocal({ headers }: DoorRequest): boolean {
    const said = headers[localHeader]
    return said !== undefined && this.#publicKey !== null && sameText(said, this.#publicKey)
  }

  #withInnerKey(request: DoorRequest): DoorRequest {
    return changedTo(request, { headers: { ...request.headers, [localHeader]: this.#innerKey ?? '' } })
  }
}

/** Who was asked and has not answered for good, and what it said instead; turn 0 before anybody was asked. */
interface FailedTurn {
  readonly turn: number
  readonly answer: DoorAnswer | null
}

function changedTo(
  request: DoorRequest,
  changes: Partial<Pick<DoorRequest, 'headers' | 'body'>>,
): DoorRequest {
  const { method, path, query, headers, body } = request
  return {
    ...{ method, path, query, headers, body, ...changes },
    peer: () => request.peer(),
    get signal() {
      return request.signal
    },
  }
}

/** The question that a request waits for ended with who asked it: the next one asks the person anew. */
function askedAnew(request: DoorRequest): DoorRequest {
  if (request.path !== '/v1/token' || !request.body.includes('"askId"')) return request
  try {
    const { askId: _over, ...wish } = JSON.parse(request.body) as { readonly askId?: unknown }
    return changedTo(request, { body: JSON.stringify(wish) })
  } catch {
    return request
  }
}

function keyOf(place: DoorPlace): string {
  return place.kind === 'socket' ? `socket ${place.name}` : `port ${String(place.port)}`
}

function tables(): Pick<Door, 'running' | 'waiting'> {
  return { running: new Set(), waiting: new Set() }
}

/**
 * A request whose answer was lost with whoever should have given it. Tokens can be asked for any number of times; a
 * command, a lease or a sign-in would be done twice.
 */
export function mayBeAskedAgain({ method, path }: DoorRequest): boolean {
  return method === 'GET' || ['/v1/token', '/v1/identity', '/adc/token'].includes(path)
}

/**
 * Whether an answer that was given while the profile was being closed is one because of that: the next one who answers
 * asks the person, or Google, again.
 */
function endedEarly(request: DoorRequest, { status, body }: DoorAnswer): boolean {
  if (typeof body !== 'string') return false
  // Nothing was begun.
  if (status === 503 && body.includes('"owner-silent"')) return true
  if (!mayBeAskedAgain(request)) return false
  return status >= 500 || (status === 403 && body.includes('"ask-unanswered"'))
}

function changed(told: readonly Set<() => void>[], signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      for (const set of told) set.delete(done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    for (const set of told) set.add(done)
    signal.addEventListener('abort', done)
  })
}

function sameText(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}
