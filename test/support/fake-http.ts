import type { Http, HttpRequest, HttpResult, HttpRoute } from '../../electron/core/ports.ts'
import type { ErrorCode } from '../../electron/contract/errors.ts'
import { appError } from '../../electron/contract/outcome.ts'

export interface FakeAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON, a string as it is. */
  readonly body?: object | string
  /** The connection breaks in place of the answer. */
  readonly lost?: ErrorCode
}

export interface SeenRequest extends HttpRequest {
  readonly url: string
}

export interface FakeHttp extends Http {
  /** Answers requests whose URL starts with this; the latest rule that fits wins. */
  on(
    urlStart: string,
    answer: FakeAnswer | ((request: SeenRequest) => FakeAnswer | Promise<FakeAnswer>),
  ): void
  failNext(code: ErrorCode): void
  /** Requests wait until they are aborted or the returned function is called. */
  hang(): () => void
  readonly requests: readonly SeenRequest[]
  /** Every way that was set, the latest last. */
  readonly routes: readonly HttpRoute[]
}

/** HTTP by rules. A request that no rule fits fails as an unreachable network does. */
export function fakeHttp(): FakeHttp {
  const rules: { start: string; answer: (request: SeenRequest) => FakeAnswer | Promise<FakeAnswer> }[] = []
  const requests: SeenRequest[] = []
  const routes: HttpRoute[] = []
  let failure: ErrorCode | null = null
  let gate: Promise<void> = Promise.resolve()

  const answer = async (request: SeenRequest): Promise<HttpResult> => {
    await gate
    const code = failure
    failure = null
    if (code) return { kind: 'failed', error: appError(code) }
    const rule = [...rules].reverse().find(({ start }) => request.url.startsWith(start))
    if (!rule) return { kind: 'failed', error: appError('network-offline') }
    return toResult(await rule.answer(request))
  }

  return {
    fetch(url, init) {
      const request = { ...init, url }
      requests.push(request)
      return Promise.race([answer(request), aborted(init.signal)])
    },
    setRoute(route) {
      routes.push(route)
    },
    on(start, given) {
      rules.push({ start, answer: typeof given === 'function' ? given : () => given })
    },
    failNext(code) {
      failure = code
    },
    hang() {
      let release = (): void => undefined
      gate = new Promise<void>((resolve) => {
        release = resolve
      })
      return release
    },
    requests,
    routes,
  }
}

function toResult({ status = 200, headers = {}, body = '', lost }: FakeAnswer): HttpResult {
  if (lost) return { kind: 'failed', error: appError(lost) }
  const json = typeof body === 'object'
  const all = { ...(json ? { 'content-type': 'application/json; charset=utf-8' } : {}), ...headers }
  const names = Object.entries(all).map(([name, value]): [string, string] => [name.toLowerCase(), value])
  return { kind: 'answered', status, headers: new Map(names), body: json ? JSON.stringify(body) : body }
}

function aborted(signal: AbortSignal | undefined): Promise<HttpResult> {
  return new Promise((resolve) => {
    const end = (): void => {
      resolve({ kind: 'aborted' })
    }
    if (signal?.aborted) end()
    else signal?.addEventListener('abort', end, { once: true })
  })
}
