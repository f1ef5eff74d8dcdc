/** The agent's side while the app has its profile: opens doors for the app, and asks the app for every answer. */
import type { AppError } from '../../contract/outcome.ts'
import type { DoorAnswer, DoorRequest, OpenDoor } from '../../core/ports.ts'
import type { OwnerLine } from './owner-line.ts'
import type { OwnerWord } from './owner-words.ts'
import type { Switchboard } from './switchboard.ts'
import { lost, mayBeAskedAgain, nobody } from './switchboard.ts'

interface Asked {
  readonly request: DoorRequest
  readonly answered: (answer: DoorAnswer | null) => void
  parts: Parts | null
}

/**
 * Serves the app on its line until that ends, whichever way. Then every door that the app had is held, and what was
 * asked and not answered either waits for the next one who answers or, where doing it twice could matter, is told so.
 */
export async function relayUntilOver(line: OwnerLine, board: Switchboard): Promise<void> {
  const relay = new Relay(line, board)
  line.listen((word) => relay.hear(word))
  await line.over
  await relay.over()
}

class Relay {
  readonly #line: OwnerLine
  readonly #board: Switchboard
  readonly #doors = new Map<number, OpenDoor>()
  readonly #asked = new Map<number, Asked>()
  /** Openings and closings in the order in which they were said. */
  #turn: Promise<unknown> = Promise.resolve()
  #lastId = 0

  constructor(line: OwnerLine, board: Switchboard) {
    this.#line = line
    this.#board = board
  }

  hear(word: OwnerWord): void {
    switch (word.say) {
      case 'open':
        return this.#next(() => this.#open(word))
      case 'close':
        return this.#next(() => this.#close(word.door))
      case 'announce':
        return this.#next(async () => {
          const announced = await this.#board.announce(word.doors)
          this.#line.say({ say: 'announced', error: announced.ok ? null : announced.error })
        })
      case 'withdraw':
        return this.#next(() => this.#board.withdraw())
      case 'leaving':
        return this.#board.hold()
      case 'answer':
      case 'part':
      case 'end':
        return this.#answer(word)
      case 'who':
        return void this.#tellPeer(word.id)
      default:
    }
  }

  async over(): Promise<void> {
    this.#board.hold()
    for (const [id, asked] of this.#asked) {
      this.#asked.delete(id)
      if (asked.parts) asked.parts.end()
      else asked.answered(mayBeAskedAgain(asked.request) ? null : lost())
    }
    await this.#turn.catch(() => undefined)
    await this.#board.withdraw()
    await Promise.all([...this.#doors.values()].map((door) => door.close()))
    this.#doors.clear()
    this.#board.stopHolding()
  }

  #next(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work).catch(() => this.#line.end())
  }

  async #open({ door, place }: Extract<OwnerWord, { say: 'open' }>): Promise<void> {
    const opened = await this.#board.open(place, (request) => this.#ask(door, request))
    if (!opened.ok) return this.#refuse(door, opened.error)
    this.#doors.set(door, opened.value)
    const { address, port } = opened.value
    this.#line.say({ say: 'opened', door, address, port })
  }

  #refuse(door: number, error: AppError): void {
    this.#line.say({ say: 'not-opened', door, error })
  }

  async #close(door: number): Promise<void> {
    // Closing waits for what is being answered, and answers come on the line that this turn must not hold up.
    const open = this.#doors.get(door)
    this.#doors.delete(door)
    if (open) void open.close().finally(() => this.#line.say({ say: 'closed', door }))
    else this.#line.say({ say: 'closed', door })
    return Promise.resolve()
  }

  #ask(door: number, request: DoorRequest): Promise<DoorAnswer | null> {
    if (this.#line.isOver()) return Promise.resolve(null)
    this.#lastId += 1
    const id = this.#lastId
    const { method, path, query, headers, body, signal } = request
    return new Promise((resolve) => {
      const gone = (): void => {
        const asked = this.#asked.get(id)
        if (!asked) return
        this.#asked.delete(id)
        this.#line.say({ say: 'gone', id })
        asked.parts?.end()
        resolve(nobody())
      }
      const answered = (answer: DoorAnswer | null): void => resolve(answer)
      this.#asked.set(id, { request, answered, parts: null })
      signal.addEventListener('abort', gone, { once: true })
      const sent = Object.entries(headers).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      )
      this.#line.say({
        ...{ say: 'ask', id, door, method, path, query: query.toString(), body },
        headers: Object.fromEntries(sent),
      })
    })
  }

  #answer(word: Extract<OwnerWord, { say: 'answer' | 'part' | 'end' }>): void {
    const asked = this.#asked.get(word.id)
    if (!asked) return
    if (word.say === 'answer') {
      const { status, headers, body, more } = word
      if (more) asked.parts = new Parts(() => this.#stopReading(word.id))
      else this.#asked.delete(word.id)
      asked.answered({ status, headers, body: asked.parts ?? body })
    } else if (word.say === 'part') asked.parts?.add(word.text)
    else {
      this.#asked.delete(word.id)
      asked.parts?.end()
    }
  }

  #stopReading(id: number): void {
    if (this.#asked.delete(id)) this.#line.say({ say: 'gone', id })
  }

  async #tellPeer(id: number): Promise<void> {
    const peer = await this.#asked.get(id)?.request.peer()
    this.#line.say({ say: 'peer', id, peer: peer ?? { user: 'unknown', pid: null } })
  }
}

/** Characters that may wait for a caller who does not read; then the stream ends. */
const mostUnread = 4 * 1024 * 1024

/** A body in parts, as they come. */
class Parts implements AsyncIterable<string> {
  readonly #texts: string[] = []
  readonly #stopped: () => void
  #unread = 0
  #ended = false
  #wake: (() => void) | null = null

  constructor(stopped: () => void) {
    this.#stopped = stopped
  }

  add(text: string): void {
    this.#unread += text.length
    if (this.#unread > mostUnread) {
      this.#stopped()
      this.end()
      return
    }
    this.#texts.push(text)
    this.#wake?.()
  }

  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    try {
      for (;;) {
        const text = this.#texts.shift()
        if (text !== undefined) {
          this.#unread -= text.length
          yield text
        } else if (this.#ended) return
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
      }
    } finally {
      this.#stopped()
    }
  }
}
