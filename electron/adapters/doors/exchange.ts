import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DoorPeer, DoorRequest } from '../../core/ports.ts'
import type { LetIn, Refusal } from './guard.ts'
import { longestBody, refused, tooLong } from './guard.ts'

/** One request that was let in. What few of those who answer ask for is made only when they do. */
export class Exchange implements DoorRequest {
  readonly method: string
  readonly path: string
  readonly headers: DoorRequest['headers']
  readonly body: string
  readonly peer: () => Promise<DoorPeer>
  readonly #query: string
  readonly #response: ServerResponse
  #leaving: AbortController | null = null

  constructor(
    { method = '' }: IncomingMessage,
    response: ServerResponse,
    { path, query, headers }: LetIn,
    body: string,
    peer: () => Promise<DoorPeer>,
  ) {
    this.method = method
    this.path = path
    this.headers = headers
    this.body = body
    this.peer = peer
    this.#query = query
    this.#response = response
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#query)
  }

  get signal(): AbortSignal {
    return (this.#leaving ?? this.#watch()).signal
  }

  #watch(): AbortController {
    const leaving = new AbortController()
    const response = this.#response
    if (response.destroyed) leaving.abort()
    else
      response.once('close', () => {
        if (!response.writableFinished) leaving.abort()
      })
    this.#leaving = leaving
    return leaving
  }
}

/** Gives the body, or why it is refused; nothing where the caller leaves before its end. */
export function readBody(request: IncomingMessage, done: (body: string | Refusal) => void): void {
  const chunks: Uint8Array[] = []
  let bytes = 0
  const take = (chunk: Uint8Array): void => {
    bytes += chunk.length
    if (bytes <= longestBody) {
      chunks.push(chunk)
      return
    }
    request.off('data', take).off('end', end).pause()
    done(tooLong)
  }
  const end = (): void => done(textOf(chunks) ?? refused(400, 'its body is not UTF-8'))
  request.on('data', take).once('end', end)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf(chunks: readonly Uint8Array[]): string | null {
  try {
    return utf8.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
  } catch {
    return null
  }
}
