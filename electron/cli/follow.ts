/** Answers that go on: JSON, a line each, for as long as both sides stay. */
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import type { DoorPlace } from './door-place.ts'
import type { Result } from './failure.ts'
import { failed } from './failure.ts'
import { failureIn, localHeader } from './owner.ts'

/** The lines of an answer as they come. Errors: what the owner answers, `owner-missing`. */
export async function follow(
  place: DoorPlace,
  path: string,
  signal: AbortSignal,
): Promise<Result<AsyncIterable<string>>> {
  const came = await opened(place, path, signal)
  if (came === null) return failed('owner-missing')
  const lines = linesOf(came, signal)
  if (came.statusCode === 200) return { ok: true, value: lines }
  const text: string[] = []
  for await (const line of lines) text.push(line)
  const failure = failureIn(parsed(text.join('\n')))
  return failure === null ? failed('owner-silent') : { ok: false, error: failure }
}

function opened(place: DoorPlace, path: string, signal: AbortSignal): Promise<IncomingMessage | null> {
  return new Promise((resolve) => {
    const headers = { Host: 'localhost', ...localHeader(place) }
    const asked = request({ socketPath: place.socket, path, headers, agent: false })
    const stop = (): void => void asked.destroy()
    signal.addEventListener('abort', stop, { once: true })
    asked.on('response', resolve)
    asked.on('error', () => resolve(null))
    asked.on('close', () => signal.removeEventListener('abort', stop))
    asked.end()
  })
}

/** Ends when the other side does, or breaks off. */
async function* linesOf(came: IncomingMessage, signal: AbortSignal): AsyncGenerator<string> {
  const reader = createInterface({ input: came, crlfDelay: Infinity })
  const stop = (): void => void came.destroy()
  came.on('error', () => reader.close())
  came.on('close', () => reader.close())
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const line of reader) if (line !== '') yield line
  } finally {
    signal.removeEventListener('abort', stop)
    came.destroy()
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
