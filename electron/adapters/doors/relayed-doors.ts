/**
 * The app's side of doors that an agent keeps open for it: the same port as the listener's. When the agent is gone the
 * app opens them itself, at the same places.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { appError, fail, ok } from '../../contract/outcome.ts'
import type { AppError, Outcome } from '../../contract/outcome.ts'
import type {
  DoorAnswer,
  DoorListener,
  DoorPeer,
  DoorPlace,
  DoorRequest,
  Log,
  OpenDoor,
} from '../../core/ports.ts'
import { inFormOf, nobody } from './owner-answers.ts'
import type { OwnerLine } from './owner-line.ts'
import type { Announcement, AskedWord, OwnerWord } from './owner-words.ts'
import { longestPart, pieces } from './owner-words.ts'
import { Unread } from './relayed-body.ts'

type Answer = (request: DoorRequest) => Promise<DoorAnswer>

interface RelayedDoor {
  readonly answer: Answer
  /** Where it was opened; a port is a certain one then. */
  place: DoorPlace
  /** The agent has opened it. */
  isOpen: boolean
  /** Where this process listens itself since the agent went. */
  own: OpenDoor | null
  /** Told why nobody listens there although it should be open; null when it is open again. */
  tell: (problem: AppError | null) => void
  problem: AppError | null
  readonly closing: AbortController
}

/** A port of an agent that has just died is free within moments, ms. */
const portPatienceMs = 5000
/** Between two tries after that; it doubles, ms. */
const firstWaitMs = 1000
const longestWaitMs = 60_000

export interface RelayedDoorsOptions {
  /** How long the app waits for a door of an agent that is gone before it says so, ms. */
  readonly patienceMs?: number
}

export class RelayedDoors implements DoorListener {
  readonly #line: OwnerLine
  readonly #listener: DoorListener
  readonly #log: Log
  readonly #doors = new Map<number, RelayedDoor>()
  readonly #replies = new Map<string, (word: OwnerWord) => void>()
  readonly #callers = new Map<number, AbortController>()
  readonly #unread = new Map<number, Unread>()
  readonly #patienceMs: number
  readonly #peers = new Map<number, (peer: DoorPeer) => void>()
  #announced: Announcement | null = null
  #lastNumber = 0
  #alone: Promise<void> | null = null
  #leaving = false

  constructor(line: OwnerLine, listener: DoorListener, log: Log, options: RelayedDoorsOptions = {}) {
    this.#patienceMs = options.patienceMs ?? portPatienceMs
    this.#line = line
    this.#listener = listener
    this.#log = log
    line.listen((word) => this.#hear(word))
    void line.over.then(() => this.#agentGone())
  }

  async open(place: DoorPlace, answer: Answer): Promise<Outcome<OpenDoor>> {
    if (this.#alone) {
      await this.#alone
      return this.#listener.open(place, answer)
    }
    this.#lastNumber += 1
    const number = this.#lastNumber
    // Before it is open: the first request may come together with the word that it is.
    const door = newDoor(place, answer)
    this.#doors.set(number, door)
    const reply = await this.#ask({ say: 'open', door: number, place }, `door ${String(number)}`)
    if (reply?.say === 'opened') return ok(this.#opened(number, door, reply))
    this.#doors.delete(number)
    if (reply?.say === 'not-opened') return { ok: false, error: reply.error }
    // The agent went in that moment.
    return this.#listener.open(place, answer)
  }

  #opened(
    number: number,
    door: RelayedDoor,
    { address, port }: Extract<OwnerWord, { readonly say: 'opened' }>,
  ): OpenDoor {
    return {
      ...{ address, port },
      close: () => this.#close(number),
      onProblem: (tell) => {
        door.tell = tell
        if (door.problem) tell(door.problem)
      },
    }
  }

  async announce(doors: Announcement): Promise<Outcome<null>> {
    this.#announced = doors
    if (this.#alone) {
      await this.#alone
      return this.#listener.announce(doors)
    }
    const reply = await this.#ask({ say: 'announce', doors }, 'announce')
    if (reply?.say !== 'announced') return this.#listener.announce(doors)
    return reply.error === null ? ok() : { ok: false, error: reply.error }
  }

  async withdraw(): Promise<void> {
    this.#announced = null
    if (!this.#alone) return this.#line.say({ say: 'withdraw' })
    await this.#alone
    await this.#listener.withdraw()
  }

  /** The profile is about to be closed: the agent keeps what is closed from now on. */
  leaving(): void {
    this.#leaving = true
    this.#line.say({ say: 'leaving' })
  }

  #hear(word: OwnerWord): void {
    switch (word.say) {
      case 'opened':
      case 'not-opened':
      case 'closed':
        if (word.say === 'opened') this.#noteOpen(word)
        return this.#replied(`door ${String(word.door)}`, word)
      case 'announced':
        return this.#replied('announce', word)
      case 'ask':
        return void this.#answer(word)
      case 'gone':
        return this.#callers.get(word.id)?.abort()
      case 'read':
        return this.#unread.get(word.id)?.read(word.letters)
      case 'peer':
        return this.#peers.get(word.id)?.(word.peer)
      default:
    }
  }

  /** In the moment in which it is said: the agent may be gone in the next. */
  #noteOpen({ door: number, port }: Extract<OwnerWord, { readonly say: 'opened' }>): void {
    const door = this.#doors.get(number)
    if (!door) return
    door.isOpen = true
    if (port !== null) door.place = { kind: 'port', port }
  }

  #replied(about: string, word: OwnerWord): void {
    const reply = this.#replies.get(about)
    this.#replies.delete(about)
    reply?.(word)
  }

  /** Says it, and answers what the agent says about it; null when the line ends first. */
  async #ask(word: OwnerWord, about: string): Promise<OwnerWord | null> {
    const reply = new Promise<OwnerWord>((resolve) => {
      this.#replies.set(about, resolve)
    })
    this.#line.say(word)
    return Promise.race([reply, this.#line.over.then(() => null)])
  }

  async #close(number: number): Promise<void> {
    const door = this.#doors.get(number)
    if (!door) return
    door.closing.abort()
    if (!this.#alone) await this.#ask({ say: 'close', door: number }, `door ${String(number)}`)
    if (this.#alone) await this.#alone
    this.#doors.delete(number)
    await door.own?.close()
  }

  async #answer(word: AskedWord): Promise<void> {
    const { id } = word
    const caller = new AbortController()
    this.#callers.set(id, caller)
    const request = this.#request(word, caller.signal)
    let begun = false
    try {
      const door = this.#doors.get(word.door)
      const { status, headers, body } = door ? await door.answer(request) : nobody(request)
      const head = { say: 'answer', id, status, headers } as const
      if (typeof body === 'string' && body.length <= longestPart)
        return this.#line.say({ ...head, body, rest: 'none' })
      const isText = typeof body === 'string'
      this.#line.say({ ...head, body: '', rest: isText ? 'text' : 'stream' })
      begun = true
      await this.#sendParts(id, isText ? [body] : body, caller.signal)
      this.#line.say({ say: 'end', id })
    } catch (cause) {
      this.#log.error('relayed-request-failed', cause)
      if (begun) return this.#line.say({ say: 'broken', id })
      const { status, headers, body } = inFormOf(request, appError('internal'))
      if (typeof body === 'string') this.#line.say({ say: 'answer', id, status, headers, body, rest: 'none' })
    } finally {
      this.#callers.delete(id)
      this.#unread.delete(id)
    }
  }

  /** Ends early where the caller went: nobody waits for the rest then. */
  async #sendParts(
    id: number,
    parts: AsyncIterable<string> | Iterable<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const unread = new Unread()
    this.#unread.set(id, unread)
    for await (const part of parts)
      for (const text of pieces(part)) {
        await unread.room(signal)
        if (signal.aborted || this.#line.isOver()) return
        unread.sent(text.length)
        this.#line.say({ say: 'part', id, text })
      }
  }

  #request({ id, method, path, query, headers, body }: AskedWord, signal: AbortSignal): DoorRequest {
    let peer: Promise<DoorPeer> | null = null
    return {
      ...{ method, path, headers, body, signal },
      query: new URLSearchParams(query),
      peer: () => (peer ??= this.#peer(id)),
    }
  }

  #peer(id: number): Promise<DoorPeer> {
    const told = new Promise<DoorPeer>((resolve) => {
      this.#peers.set(id, resolve)
      this.#line.say({ say: 'who', id })
    })
    const unknown = this.#line.over.then((): DoorPeer => ({ user: 'unknown', pid: null }))
    return Promise.race([told, unknown]).finally(() => this.#peers.delete(id))
  }

  #agentGone(): void {
    for (const caller of this.#callers.values()) caller.abort()
    if (this.#leaving) return
    this.#alone = this.#openAlone().catch((cause: unknown) =>
      this.#log.error('doors-not-opened-again', cause),
    )
  }

  async #openAlone(): Promise<void> {
    const doors = [...this.#doors.values()].filter(({ isOpen }) => isOpen)
    this.#log.warn('agent-gone', { doors: doors.length })
    await Promise.all(doors.map((door) => this.#openAgain(door)))
    if (this.#announced) await this.#listener.announce(this.#announced)
  }

  /** Resolves when it is open, or not within patience; then it goes on trying until it is closed. */
  async #openAgain(door: RelayedDoor): Promise<void> {
    const until = Date.now() + this.#patienceMs
    while (!(await this.#tryAgain(door))) {
      const isBusy = door.problem?.code === 'door-busy'
      if (isBusy && Date.now() < until && (await waited(100, door.closing.signal))) continue
      if (door.closing.signal.aborted) return
      this.#log.warn('door-not-opened-again', { code: door.problem?.code ?? '' })
      if (door.problem) door.tell(door.problem)
      void this.#keepTrying(door)
      return
    }
  }

  async #keepTrying(door: RelayedDoor): Promise<void> {
    let waitMs = firstWaitMs
    while (await waited(waitMs, door.closing.signal)) {
      if (await this.#tryAgain(door)) return door.tell(null)
      if (door.problem) door.tell(door.problem)
      waitMs = Math.min(waitMs * 2, longestWaitMs)
    }
  }

  async #tryAgain(door: RelayedDoor): Promise<boolean> {
    const opened = await this.#listener
      .open(door.place, door.answer)
      .catch((): Outcome<OpenDoor> => fail('door-failed'))
    door.problem = opened.ok ? null : opened.error
    if (!opened.ok) return false
    // It was closed while it opened.
    if (door.closing.signal.aborted) await opened.value.close()
    else door.own = opened.value
    return true
  }
}

function newDoor(place: DoorPlace, answer: Answer): RelayedDoor {
  const closing = new AbortController()
  return {
    ...{ place, answer, isOpen: false, own: null, problem: null, closing },
    tell: () => undefined,
  }
}

/** False where `signal` came first. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined)
  return !signal.aborted
}
