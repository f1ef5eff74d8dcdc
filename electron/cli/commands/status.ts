/** `latchkey status`. */
import type { CommandContext } from '../command.ts'

/** The answer of `GET /v1/status`, and the object of `--json`, which also says which sockets there are. Through a forwarded socket only the first three. */
export interface StatusAnswer {
  readonly protocol: number
  readonly version: string
  readonly locked: boolean
  readonly owner?: { readonly kind: 'app' | 'agent'; readonly pid: number }
  readonly profile?: string
  readonly store?: 'keychain' | 'vault'
  readonly vaultLocked?: boolean
  readonly accounts?: number
  readonly leases?: number
  readonly asks?: number
  /** `127.0.0.1:PORT`; null while no lease needs it. */
  readonly http?: string | null
  readonly remote?: boolean
  readonly clockOffsetMs?: number
  readonly problem?: { readonly code: string; readonly message: string } | null
}

export async function run(context: CommandContext): Promise<number> {
  const { out } = context
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const reply = await owner.value.get('/v1/status')
  if (!reply.ok) return context.failed(reply.error)
  const status = reply.value.body as StatusAnswer
  const { socket, remote } = owner.value.place
  if (out.json) out.object({ ...status, socket, remote_socket: remote })
  else out.say(...linesOf(status, socket), ...(remote === null ? [] : [`To forward ${remote}`]))
  return 0
}

function linesOf(status: StatusAnswer, socket: string): readonly string[] {
  const { owner, profile, locked, vaultLocked, version, store } = status
  const who =
    owner === undefined ? 'on another machine' : `${ownerWords[owner.kind]} (process ${String(owner.pid)})`
  const doors = locked ? 'locked: “latchkey unlock”' : 'open'
  return [
    `Latchkey ${version}, ${who}`,
    ...(profile === undefined ? [] : [`Profile   ${profile}`]),
    `Doors     ${doors}`,
    `Socket    ${socket}`,
    ...(status.http === undefined ? [] : [`HTTP      ${status.http ?? 'closed, no lease needs it'}`]),
    ...(store === undefined
      ? []
      : [`Secrets   ${store}${vaultLocked === true ? ', locked: “latchkey unlock”' : ''}`]),
    ...(status.accounts === undefined ? [] : [`Accounts  ${String(status.accounts)}`]),
    ...(status.leases === undefined ? [] : [`Leases    ${String(status.leases)}`]),
    ...(status.asks ? [`Waiting   ${String(status.asks)} for an answer: “latchkey lease asks”`] : []),
    ...(status.problem ? [`Problem   ${status.problem.message}`] : []),
  ]
}

const ownerWords = { app: 'the app', agent: 'the agent' } as const
