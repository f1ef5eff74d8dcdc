import type { ErrorCode } from '../../electron/contract/errors.ts'
import { fail, ok } from '../../electron/contract/outcome.ts'
import type { LoopbackListener, LoopbackRequest, ReplyPage } from '../../electron/core/ports.ts'

export type FakeReply = ReplyPage | 'refused' | 'closed'

export interface FakeLoopbackListener extends LoopbackListener {
  failNext(code: ErrorCode): void
  /** The browser calls back at a redirect URI. `refused`: 4xx, whoever refused it; `closed`: nobody listens. */
  call(redirectUri: string, query: Readonly<Record<string, string>> | URLSearchParams): Promise<FakeReply>
  /** The redirect URIs that listen now. */
  readonly listening: readonly string[]
}

/** Loopback without sockets; ports count up from 40001. */
export function fakeLoopbackListener(): FakeLoopbackListener {
  interface Server {
    readonly accept: (request: LoopbackRequest) => Promise<ReplyPage> | null
    used: boolean
  }
  const servers = new Map<string, Server>()
  let failure: ErrorCode | null = null
  let port = 40_000
  return {
    listen(accept) {
      const code = failure
      failure = null
      if (code) return Promise.resolve(fail(code))
      port += 1
      const redirectUri = `http://127.0.0.1:${String(port)}/callback-${String(port)}`
      servers.set(redirectUri, { accept, used: false })
      const close = (): Promise<void> => {
        servers.delete(redirectUri)
        return Promise.resolve()
      }
      return Promise.resolve(ok({ redirectUri, close }))
    },
    async call(redirectUri, query) {
      const server = servers.get(redirectUri)
      if (!server) return 'closed'
      const page = server.used ? null : server.accept({ query: new URLSearchParams(query) })
      if (!page) return 'refused'
      server.used = true
      return page
    },
    failNext(code) {
      failure = code
    },
    get listening() {
      return [...servers.keys()]
    },
  }
}
