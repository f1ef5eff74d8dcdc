/** `latchkey token`: one access token, for scripts. The way of most runs: nothing is loaded here that it can do without. */
import { hostname } from 'node:os'
import type { AskView } from '../../contract/doors.ts'
import type { CommandContext } from '../command.ts'
import { numberOf, scopesOf, textOf } from '../command.ts'
import type { Result } from '../failure.ts'
import { unclear } from '../failure.ts'
import type { Output } from '../output.ts'
import type { Owner } from '../owner.ts'

/** The answer of `POST /v1/token`, and the object of `--json`. */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: string
  /** Seconds. */
  readonly expires_in: number
  /** Epoch ms, by Google's time. */
  readonly expires_at: number
  readonly scopes: readonly string[]
  readonly account: string
  readonly account_id: string
  readonly client: string | null
  readonly project: string | null
  readonly quota_project: string | null
  readonly lease: string
}

export const tokenFormats = ['token', 'json', 'header', 'env'] as const

export async function run(context: CommandContext): Promise<number> {
  const minTtl = numberOf(context, 'min-ttl')
  if (typeof minTtl === 'string') return context.failed(unclear(minTtl).error)
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const wish = {
    account: textOf(context, 'account'),
    client: textOf(context, 'client'),
    scopes: scopesOf(context),
    ...(minTtl === null ? {} : { minTtlMs: minTtl * 1000 }),
  }
  const token = await askForToken(context, owner.value, wish)
  if (!token.ok) return context.failed(token.error)
  print(context.out, context.out.json ? 'json' : (textOf(context, 'format') ?? 'token'), token.value)
  return 0
}

export interface TokenWish {
  readonly account: string | null
  readonly client: string | null
  readonly scopes: readonly string[] | null
  readonly minTtlMs?: number
  /** For programs that ask on their own and have nobody at hand. */
  readonly quiet?: true
}

/**
 * A token from the owner. Where a lease is needed and somebody sits at the terminal, they are asked here; the window may
 * answer first. Errors: the owner's.
 */
export async function askForToken(
  context: CommandContext,
  owner: Owner,
  wish: TokenWish,
): Promise<Result<TokenAnswer>> {
  const here = context.out.canAsk() && wish.quiet !== true && !owner.remote
  const body = requestBody(context, owner, wish, here ? 'tell' : 'wait')
  const reply = await owner.post('/v1/token', body)
  if (!reply.ok) return reply
  if (reply.value.status !== 202) return { ok: true, value: reply.value.body as TokenAnswer }
  const { answered } = await import('../question.ts')
  const { ask } = reply.value.body as { readonly ask: AskView }
  const settled = await answered(context, owner, ask, { ...body, askId: ask.askId })
  return settled.ok ? { ok: true, value: settled.value.body as TokenAnswer } : settled
}

function requestBody(
  { env, cwd }: CommandContext,
  owner: Owner,
  { account, client, scopes, minTtlMs }: TokenWish,
  ask: 'tell' | 'wait',
): object {
  const environment = env['LATCHKEY_ACCOUNT'] ?? ''
  return {
    ...(account === null ? {} : { account }),
    ...(environment === '' ? {} : { environment }),
    ...(client === null ? {} : { client }),
    ...(scopes === null ? {} : { scopes }),
    ...(minTtlMs === undefined ? {} : { minTtlMs }),
    ask,
    ...(owner.remote ? { program: farProgram(cwd) } : { folder: cwd, pid: process.pid }),
  }
}

/** What a program on another machine says of itself. Nobody can check it, and the question says so. */
function farProgram(cwd: string): object {
  return { name: 'latchkey', folder: cwd, host: hostname() }
}

function print(out: Output, format: string, token: TokenAnswer): void {
  const { access_token: secret } = token
  if (format === 'json') out.object(token)
  else if (format === 'header') out.raw(`Authorization: Bearer ${secret}\n`)
  else if (format === 'env') {
    const names = ['GOOGLE_OAUTH_ACCESS_TOKEN', 'CLOUDSDK_AUTH_ACCESS_TOKEN']
    out.raw(names.map((name) => `export ${name}='${secret.replaceAll("'", "'\\''")}'\n`).join(''))
  } else out.raw(`${secret}\n`)
}
