import type { ErrorCode } from '../../electron/contract/errors.ts'
import type { ErrorDetails } from '../../electron/contract/outcome.ts'
import { fail, ok } from '../../electron/contract/outcome.ts'
import type {
  FragmentWords,
  LoopbackListener,
  LoopbackRequest,
  ReplyPage,
} from '../../electron/core/ports.ts'

export type FakeReply = ReplyPage | 'refused' | 'closed'

export interface FakeLoopbackListener extends LoopbackListener {
  failNext(code: ErrorCode, details?: ErrorDetails): void
  /** Somebody else listens on a port from now on: who, where that can be known. Null: they stop. */
  occupy(port: number, by: { readonly program: string | null } | null): void
  /**
   * The browser calls back at a redirect URI, with what stood in the query or, where it is a page that reads them, in
   * the fragment. `refused`: 4xx, whoever refused it; `closed`: nobody listens.
   */
  call(redirectUri: string, query: Readonly<Record<string, string>> | URLSearchParams): Promise<FakeReply>
  /** Every look for who has a port, in order; the next one never ends where `hangNextLook` was called before. */
  readonly looks: readonly number[]
  hangNextLook(): void
  /** The redirect URIs that listen now. */
  readonly listening: readonly string[]
  /** What the page that reads fragments says at a redirect URI that listens now; null where none is wanted. */
  wordsAt(redirectUri: string): FragmentWords | null
}

/** Loopback without sockets; ports count up from 40001. A registered address is taken to the letter. */
export function fakeLoopbackListener(): FakeLoopbackListener {
  interface Server {
    readonly accept: (request: LoopbackRequest) => Promise<ReplyPage> | null
    readonly words: FragmentWords | null
    used: boolean
  }
  const servers = new Map<string, Server>()
  const occupied = new Map<number, string | null>()
  const looks: number[] = []
  let hangs = false
  let failure: ReturnType<typeof fail> | null = null
  let port = 40_000
  const portOf = (uri: string): number => Number(new URL(uri).port || 80)
  const refusal = (at: string): ReturnType<typeof fail> | null => {
    const wanted = portOf(at)
    if (wanted < 1024) return fail('loopback-privileged', { port: wanted })
    const ours = [...servers.keys()].some((uri) => portOf(uri) === wanted)
    if (!occupied.has(wanted) && !ours) return null
    return fail('loopback-busy', { port: wanted, program: '' })
  }
  return {
    listen(accept, { at, fragment } = {}) {
      const failed = failure ?? (at === undefined ? null : refusal(at))
      failure = null
      if (failed) return Promise.resolve(failed)
      port += 1
      const redirectUri = at ?? `http://127.0.0.1:${String(port)}/callback-${String(port)}`
      const server: Server = { accept, words: fragment ?? null, used: false }
      servers.set(redirectUri, server)
      const spend = (): void => {
        server.used = true
      }
      const close = (): Promise<void> => {
        servers.delete(redirectUri)
        return Promise.resolve()
      }
      return Promise.resolve(ok({ redirectUri, spend, close }))
    },
    async call(redirectUri, query) {
      const server = servers.get(redirectUri)
      if (!server) return 'closed'
      const page = server.used ? null : server.accept({ query: new URLSearchParams(query) })
      if (!page) return 'refused'
      server.used = true
      const shown = await page
      if (shown.next !== undefined) server.used = false
      return shown
    },
    holderOf(wanted) {
      looks.push(wanted)
      if (!hangs) return Promise.resolve(occupied.get(wanted) ?? null)
      hangs = false
      return new Promise(() => undefined)
    },
    looks,
    hangNextLook() {
      hangs = true
    },
    failNext(code, details) {
      failure = fail(code, details)
    },
    occupy(taken, by) {
      if (by) occupied.set(taken, by.program)
      else occupied.delete(taken)
    },
    get listening() {
      return [...servers.keys()]
    },
    wordsAt: (redirectUri) => servers.get(redirectUri)?.words ?? null,
  }
}
