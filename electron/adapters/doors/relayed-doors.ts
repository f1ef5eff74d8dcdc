/**
 * The app's side of doors that an agent keeps open for it: the same port as the listener's. When the agent is gone the
 * app opens them itself, at the same places.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { fail, ok } from '../../contract/outcome.ts'
import type { Outcome } from '../../contract/outcome.ts'
import type {
  DoorAnswer,
  DoorListener,
  DoorPeer,
  DoorPlace,
  DoorRequest,
  Log,
  OpenDoor,
} from '../../core/ports.ts'
import type { OwnerLine } from './owner-line.ts'
import type { Announcement, AskedWord, OwnerWord } from './owner-words.ts'

type Answer = (request: DoorRequest) => Promise<DoorAnswer>

interface RelayedDoor {
  readonly number: number
  readonly place: DoorPlace
  readonly answer: Answer
  /** Where this process listens itself since the agent went. */
  own: OpenDoor | null
}

/** A port of an agent that has just died is free within moments, ms. */
const portPatienceMs = 5000

export class RelayedDoors implements DoorListener {
  readonly #line: OwnerLine
  readonly #listener: DoorListener
  readonly #log: Log
  readonly #doors = new Map<number, RelayedDoor>()
  readonly #replies = new Map<string, (word: OwnerWord) => void>()
  readonly #callers = new Map<number, AbortController>()
  readonly #peers = new Map<number, (peer: DoorPeer) => void>()
  #announced: Announcement | null = null
  #lastNumber = 0
  #alone: Promise<void> | null = null
  #leaving = false

  constructor(line: OwnerLine, listener: DoorListener, log: Log) {
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
    const door = this.#lastNumber
    // Before it is open: the first request may come together with the word that it is.
    this.#doors.set(door, { number: door, place, answer, own: null })
    const reply = await this.#ask({ say: 'open', door, place }, `door ${String(door)}`)
    if (reply?.say === 'opened') {
      const { address, port } = reply
      this.#doors.set(door, {
        number: door,
        place: port === null ? place : { kind: 'port', port },
        answer,
        own: null,
      })
      return ok({ address, port, close: () => this.#close(door) })
    }
    this.#doors.delete(door)
    if (reply?.say === 'not-opened') return { ok: false, error: reply.error }
    // The agent went in that moment.
    return this.#listener.open(place, answer)
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
        return this.#replied(`door ${String(word.door)}`, word)
      case 'announced':
        return this.#replied('announce', word)
      case 'ask':
        return void this.#answer(word)
      case 'gone':
        return this.#callers.get(word.id)?.abort()
      case 'peer':
        return this.#peers.get(word.id)?.(word.peer)
      default:
    }
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
    if (!this.#alone) await this.#ask({ say: 'close', door: number }, `door ${String(number)}`)
    if (this.#alone) await this.#alone
    this.#doors.delete(number)
    await door.own?.close()
  }

  async #answer(word: AskedWord): Promise<void> {
    const { id } = word
    const caller = new AbortController()
    this.#callers.set(id, caller)
    try {
      const door = this.#doors.get(word.door)
      const answer = door
        ? await door.answer(this.#request(word, caller.signal))
        : ({ status: 503, headers: {}, body: '' } as const)
      const { status, headers, body } = answer
      if (typeof body === 'string') {
        this.#line.say({ say: 'answer', id, status, headers, body, more: false })
        return
      }
      this.#line.say({ say: 'answer', id, status, headers, body: '', more: true })
      for await (const text of body) {
        if (caller.signal.aborted || this.#line.isOver()) break
        this.#line.say({ say: 'part', id, text })
      }
      this.#line.say({ say: 'end', id })
    } catch (cause) {
      this.#log.error('relayed-request-failed', cause)
      this.#line.say({ say: 'answer', id, status: 500, headers: {}, body: '', more: false })
      this.#line.say({ say: 'end', id })
    } finally {
      this.#callers.delete(id)
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
    this.#log.warn('agent-gone', { doors: this.#doors.size })
    for (const door of this.#doors.values()) {
      const opened = await this.#openWithPatience(door)
      if (opened.ok) door.own = opened.value
      else this.#log.warn('door-not-opened-again', { code: opened.error.code })
    }
    if (this.#announced) await this.#listener.announce(this.#announced)
  }

  async #openWithPatience({ place, answer }: RelayedDoor): Promise<Outcome<OpenDoor>> {
    for (const until = Date.now() + portPatienceMs; Date.now() < until; await sleep(100)) {
      const opened = await this.#listener.open(place, answer)
      if (opened.ok || opened.error.code !== 'door-busy') return opened
    }
    return fail('door-failed')
  }
}
