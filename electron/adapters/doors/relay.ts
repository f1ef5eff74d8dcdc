/** The agent's side while the app has its profile: opens doors for the app, and asks the app for every answer. */
import type { AppError } from '../../contract/outcome.ts'
import { appError } from '../../contract/outcome.ts'
import type { DoorAnswer, DoorRequest, OpenDoor } from '../../core/ports.ts'
import { inFormOf, lost, nobody } from './owner-answers.ts'
import type { OwnerLine } from './owner-line.ts'
import type { OwnerWord } from './owner-words.ts'
import { Parts } from './relayed-body.ts'
import type { Switchboard } from './switchboard.ts'
import { mayBeAskedAgain } from './switchboard.ts'

type Word<Say extends OwnerWord['say']> = Extract<OwnerWord, { readonly say: Say }>

interface Asked {
  readonly request: DoorRequest
  readonly answered: (answer: DoorAnswer | null) => void
  /** A stream: the answer is given already. */
  parts: Parts | null
  /** A long text: the answer is given when it is whole. */
  text: LongText | null
}

interface LongText {
  readonly head: Pick<DoorAnswer, 'status' | 'headers'>
  readonly pieces: string[]
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
        return this.#answer(word)
      case 'part':
        return this.#part(word)
      case 'end':
      case 'broken':
        return this.#end(word)
      case 'who':
        return void this.#tellPeer(word.id)
      default:
    }
  }

  async over(): Promise<void> {
    this.#board.hold()
    for (const [id, asked] of this.#asked) {
      this.#asked.delete(id)
      if (asked.parts) asked.parts.breakOff()
      else asked.answered(mayBeAskedAgain(asked.request) ? null : lost(asked.request))
    }
    // At once: whoever knocks from now on waits for the next one, however long that takes here.
    const held = this.#closeDoors()
    await this.#turn.catch(() => undefined)
    await this.#board.withdraw()
    await Promise.all([held, this.#closeDoors()])
    this.#board.stopHolding()
  }

  async #closeDoors(): Promise<void> {
    const doors = [...this.#doors.values()]
    this.#doors.clear()
    await Promise.all(doors.map((door) => door.close()))
  }

  #next(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work).catch(() => this.#line.end())
  }

  async #open({ door, place }: Word<'open'>): Promise<void> {
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
        resolve(nobody(request))
      }
      const answered = (answer: DoorAnswer | null): void => resolve(answer)
      this.#asked.set(id, { request, answered, parts: null, text: null })
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

  #answer({ id, status, headers, body, rest }: Word<'answer'>): void {
    const asked = this.#asked.get(id)
    if (!asked) return
    if (rest === 'text') {
      asked.text = { head: { status, headers }, pieces: [] }
      return
    }
    if (rest === 'stream')
      asked.parts = new Parts({
        onRead: (letters) => this.#line.say({ say: 'read', id, letters }),
        onStopped: () => this.#stopReading(id),
      })
    else this.#asked.delete(id)
    asked.answered({ status, headers, body: asked.parts ?? body })
  }

  #part({ id, text }: Word<'part'>): void {
    const asked = this.#asked.get(id)
    asked?.parts?.add(text)
    if (!asked?.text) return
    asked.text.pieces.push(text)
    this.#line.say({ say: 'read', id, letters: text.length })
  }

  #end({ say, id }: Word<'end' | 'broken'>): void {
    const asked = this.#asked.get(id)
    if (!asked) return
    this.#asked.delete(id)
    if (say === 'end') asked.parts?.end()
    else asked.parts?.breakOff()
    if (!asked.text) return
    const { head, pieces } = asked.text
    if (say === 'end') asked.answered({ ...head, body: pieces.join('') })
    else asked.answered(inFormOf(asked.request, appError('internal')))
  }

  #stopReading(id: number): void {
    if (this.#asked.delete(id)) this.#line.say({ say: 'gone', id })
  }

  async #tellPeer(id: number): Promise<void> {
    const peer = await this.#asked.get(id)?.request.peer()
    this.#line.say({ say: 'peer', id, peer: peer ?? { user: 'unknown', pid: null } })
  }
}
