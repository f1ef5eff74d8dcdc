/**
 * A connection between two processes that share one profile: the app and `latchkey agent`. JSON lines both ways over a
 * socket in the profile's own 0700 folder. Says what arrives and when it is over; what is said is `owner-words.ts`.
 */
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import type { OwnerWord } from './owner-words.ts'

export interface OwnerLine {
  say(word: OwnerWord): void
  /** Tells every word from now on; those that came before anybody listened come first. One listener at a time. */
  listen(onWord: (word: OwnerWord) => void): void
  /** The next word alone; null when the line ends or none comes in so many ms. */
  next(ms: number): Promise<OwnerWord | null>
  /** Resolves when the other side is gone, for whatever reason. Never rejects. */
  readonly over: Promise<void>
  isOver(): boolean
  /** The other side has shown who it is: from now on its lines may be long. */
  trust(): void
  /** What was said is sent; then it is over. */
  end(): void
  /** The same, whatever the other side does. */
  cut(): void
}

/** Bytes of one line. A request's body has at most 64 KiB, which as JSON may grow to six times that. */
const longestLine = 1024 * 1024
/** The same before the other side has shown who it is: room for a hello. */
const longestHello = 4096
/** Words that wait for somebody to listen. Each side waits for the other's next one until then. */
const mostEarly = 16
/** Bytes that wait for the other side to read them; with more it has stopped reading. */
const mostWaiting = 32 * 1024 * 1024

/** A line over a connected socket. Whoever sends what is no JSON object, or too much of it, is cut off. */
export function ownerLine(socket: Socket): OwnerLine {
  const early: OwnerWord[] = []
  let longest = longestHello
  let listener: ((word: OwnerWord) => void) | null = null
  let over = false
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      over = true
      resolve()
    })
  })
  socket.on('error', () => socket.destroy())
  const onLine = (text: string): void => {
    const word = text.length > longest ? null : parsed(text)
    if (word === null || early.length >= mostEarly) socket.destroy()
    // What came in the same moment as something that was not understood is not listened to either.
    else if (socket.destroyed) return
    else if (listener) listener(word)
    else early.push(word)
  }
  readLines(socket, { longest: () => longest, onLine })
  return {
    say(word) {
      if (over || socket.destroyed || !socket.writable) return
      socket.write(`${JSON.stringify(word)}\n`)
      if (socket.writableLength > mostWaiting) socket.destroy()
    },
    listen(onWord) {
      listener = onWord
      for (const word of early.splice(0)) onWord(word)
    },
    next(ms) {
      const waiting = new Promise<OwnerWord>((resolve) => {
        const first = early.shift()
        if (first) resolve(first)
        else
          listener = (word) => {
            listener = null
            resolve(word)
          }
      })
      return withinMs(Promise.race([waiting, ended.then(() => null)]), ms)
    },
    over: ended,
    isOver: () => over,
    trust() {
      longest = longestLine
    },
    end: () => void socket.end(),
    cut: () => socket.destroySoon(),
  }
}

/** Null when it takes longer. */
async function withinMs<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Connects, or answers null where nobody listens there. */
export function connectLine(path: string): Promise<OwnerLine | null> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const failed = (): void => resolve(null)
    socket.once('error', failed)
    socket.once('connect', () => {
      socket.removeListener('error', failed)
      const line = ownerLine(socket)
      // Who listens there was looked at before: its socket is this user's.
      line.trust()
      resolve(line)
    })
  })
}

interface LineReader {
  /** In letters; asked at each look. */
  readonly longest: () => number
  readonly onLine: (text: string) => void
}

function readLines(socket: Socket, { longest, onLine }: LineReader): void {
  let parts: string[] = []
  let length = 0
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const [first = '', ...more] = chunk.split('\n')
    parts.push(first)
    length += first.length
    for (const next of more) {
      onLine(parts.join(''))
      parts = [next]
      length = next.length
    }
    if (length > longest()) socket.destroy()
  })
}

/** Null for what is no object. The other side is a process of this user that knew the key; its words are believed. */
function parsed(text: string): OwnerWord | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'say' in value ? (value as OwnerWord) : null
  } catch {
    return null
  }
}
