/** Answers that go on: JSON, a line each, for as long as both sides stay. */
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Interface } from 'node:readline'
import { createInterface } from 'node:readline'
import type { DoorPlace } from './door-place.ts'
import type { Failure, Result } from './failure.ts'
import { failed, failureOf } from './failure.ts'
import { failureIn, localHeader } from './owner.ts'

/** Thrown to who reads lines of which the rest does not come. What was read is not all there is. */
export class CutShort extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/**
 * The lines of an answer as they come, until the owner ends them or `signal` does. Errors: what the owner answers,
 * `owner-missing`. Where they break off, `CutShort` with `owner-silent` is thrown after the last whole one.
 */
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

async function* linesOf(came: IncomingMessage, signal: AbortSignal): AsyncGenerator<string> {
  const reader = createInterface({ input: came, crlfDelay: Infinity })
  const stop = (): void => void came.destroy()
  // The end of an answer that broke off is an error of its stream, which nobody else listens to.
  came.on('error', () => reader.close())
  came.on('close', () => reader.close())
  signal.addEventListener('abort', stop, { once: true })
  try {
    yield* wholeLines(reader)
    if (!came.complete && !signal.aborted) throw new CutShort(await failureOf('owner-silent'))
  } finally {
    signal.removeEventListener('abort', stop)
    came.destroy()
  }
}

/** Until they end or break off: some releases of Node tell the second by an error, others not at all. */
async function* wholeLines(reader: Interface): AsyncGenerator<string> {
  const lines = reader[Symbol.asyncIterator]()
  for (;;) {
    const next = await lines.next().catch(() => null)
    if (next === null || next.done === true) return
    if (next.value !== '') yield next.value
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
