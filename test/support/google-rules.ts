/**
 * Google's rules for refresh tokens, as simply as they can be written down: who minted what when, and a function
 * that says whether a refresh would be accepted now. It shares no code with the product or with practice Google;
 * it follows google-oauth.md 1.10, 2.2 and 2.3 alone, so that tests can hold both against it.
 */
import type { Person } from './fake-people.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

export const scopesOf = {
  identity: [],
  gmail: ['https://mail.google.com/'],
  drive: ['https://www.googleapis.com/auth/drive.file'],
  cloud: ['https://www.googleapis.com/auth/cloud-platform'],
} as const satisfies Record<string, readonly string[]>
export type Product = keyof typeof scopesOf

/** Why a token ended for good. */
export type End =
  | 'revoked-elsewhere'
  | 'idle'
  | 'password'
  | 'evicted'
  | 'time-based'
  | 'testing'
  | 'account-deleted'
  | 'rotated'

export interface RuledPerson extends Person {
  deleted: boolean
  /** Google Cloud session length, h; null for none. */
  sessionHours: number | null
  /** When it was last changed, ms. */
  sessionSince: number
  /** Products that the administrator set to Restricted. */
  readonly restricted: Set<Product>
}

export interface RuledClient {
  readonly clientId: string
  readonly secret: string
  readonly project: string
  /** The project is External and in Testing. */
  testing: boolean
  deletedAt: number | null
  lastUsedAt: number
  /** What a refresh brings with it: nothing, or a new refresh token, beside the old one or in its place. */
  readonly rotation: 'none' | 'old-lives' | 'old-dies'
}

export interface RuledToken {
  readonly secret: string
  readonly person: RuledPerson
  readonly client: RuledClient
  readonly scopes: readonly string[]
  /** When the person consented, ms. A rotated token inherits it. */
  readonly mintedAt: number
  /** It was minted while its project was in Testing, its scopes are not exempt, and nothing has lifted that. */
  underTesting: boolean
  /** From `refresh_token_expires_in`, ms. */
  readonly endsAt: number | null
  lastUsedAt: number
  ended: { readonly why: End; readonly at: number } | null
  /** What came in its place. */
  next: RuledToken | null
}

export interface Refusal {
  readonly status: number
  readonly error: string
  readonly description: string
  readonly subtype?: string
  /** Whether this token will be refused for ever. */
  readonly final: boolean
}

/** Six calendar months later, UTC; the last day of a shorter month stands for its missing days. */
export function sixMonthsAfter(at: number): number {
  const from = new Date(at)
  const to = new Date(at)
  to.setUTCDate(1)
  to.setUTCMonth(from.getUTCMonth() + 6)
  const lastDay = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate()
  to.setUTCDate(Math.min(from.getUTCDate(), lastDay))
  return to.getTime()
}

const exempt = new Set([
  'openid',
  ...['email', 'profile'].map((name) => `https://www.googleapis.com/auth/userinfo.${name}`),
])
/** What time alone ends for good; the end of a session passes. */
const lastingEnds = ['idle', 'testing', 'time-based'] as const
const has = (token: RuledToken, product: Product): boolean =>
  scopesOf[product].some((scope) => token.scopes.includes(scope))

export class GoogleRules {
  readonly tokens: RuledToken[] = []
  readonly #bySecret = new Map<string, RuledToken>()
  readonly #publishingLifts: boolean
  #settledAt = Number.NEGATIVE_INFINITY

  /** `publishingLifts`: whether publishing a project takes the seven days from tokens minted before. Nobody says. */
  constructor(publishingLifts: boolean) {
    this.#publishingLifts = publishingLifts
  }

  find(secret: string): RuledToken | null {
    return this.#bySecret.get(secret) ?? null
  }

  /** The true instants at which the rules with an instant end a token, ms; null where one does not apply. */
  instants(
    token: RuledToken,
  ): Readonly<Record<'idle' | 'testing' | 'time-based' | 'session', number | null>> {
    const { sessionHours } = token.person
    return {
      idle: sixMonthsAfter(token.lastUsedAt),
      testing: token.underTesting ? token.mintedAt + 7 * dayMs : null,
      'time-based': token.endsAt,
      session: sessionHours !== null && has(token, 'cloud') ? token.mintedAt + sessionHours * hourMs : null,
    }
  }

  /** Writes down what time alone has ended by `now`. */
  settle(now: number): void {
    if (now === this.#settledAt) return
    this.#settledAt = now
    for (const token of this.tokens) {
      if (token.ended) continue
      const instants = this.instants(token)
      const ends = lastingEnds.map((why) => ({ why, at: instants[why] ?? Infinity }))
      const [first] = ends.filter(({ at }) => at <= now).sort((one, other) => one.at - other.at)
      token.ended = first ?? null
    }
  }

  /** Null when a refresh with this token would be accepted now. */
  refusal(token: RuledToken, now: number): Refusal | null {
    this.settle(now)
    const { client, person } = token
    if (client.deletedAt !== null)
      return refused(401, 'deleted_client', 'The OAuth client was deleted.', false)
    if (token.ended?.why === 'account-deleted')
      return refused(400, 'invalid_grant', 'Account has been deleted', true)
    if (token.ended) return refused(400, 'invalid_grant', 'Token has been expired or revoked.', true)
    if ([...person.restricted].some((product) => has(token, product)))
      return refused(400, 'admin_policy_enforced', 'Access is restricted.', false)
    const { session } = this.instants(token)
    if (session !== null && session <= now)
      return {
        ...refused(400, 'invalid_grant', 'reauth related error (invalid_rapt)', false),
        subtype: 'invalid_rapt',
      }
    return null
  }

  /** Tokens of one account under one client that are alive, oldest first. */
  live(person: RuledPerson, client: RuledClient, now: number): readonly RuledToken[] {
    this.settle(now)
    return this.tokens.filter((token) => token.person === person && token.client === client && !token.ended)
  }

  /** A completed consent. More than 100 live ones of the account under the client end the oldest. */
  mint(
    secret: string,
    person: RuledPerson,
    client: RuledClient,
    scopes: readonly string[],
    lastsMs: number | null,
    now: number,
  ): RuledToken {
    const token: RuledToken = {
      ...{ secret, person, client, scopes, mintedAt: now, lastUsedAt: now, ended: null, next: null },
      underTesting: client.testing && !scopes.every((scope) => exempt.has(scope)),
      endsAt: lastsMs === null ? null : now + lastsMs,
    }
    client.lastUsedAt = now
    this.#add(token, now)
    return token
  }

  /** A refresh that is accepted. Answers the token that came in its place, where the client rotates. */
  use(token: RuledToken, now: number, newSecret: () => string): RuledToken | null {
    token.lastUsedAt = now
    token.client.lastUsedAt = now
    const { rotation } = token.client
    if (rotation === 'none') return null
    const next = { ...token, secret: newSecret(), next: null }
    token.next = next
    this.#add(next, now)
    if (rotation === 'old-dies') token.ended ??= { why: 'rotated', at: now }
    return next
  }

  changePassword(person: RuledPerson, now: number): void {
    this.#end('password', now, (token) => token.person === person && has(token, 'gmail'))
  }

  /** At the account's page, or by any client's `/revoke`: everything the account gave the project. */
  revoke(person: RuledPerson, project: string, now: number): void {
    this.#end(
      'revoked-elsewhere',
      now,
      (token) => token.person === person && token.client.project === project,
    )
  }

  deleteAccount(person: RuledPerson, now: number): void {
    person.deleted = true
    this.#end('account-deleted', now, (token) => token.person === person)
  }

  /** By hand. It can be restored within 30 days, and its tokens with it. */
  deleteClient(client: RuledClient, now: number): void {
    client.deletedAt ??= now
  }

  restoreClient(client: RuledClient, now: number): void {
    if (client.deletedAt === null || now > client.deletedAt + 30 * dayMs) return
    client.deletedAt = null
    client.lastUsedAt = now
  }

  /** Six calendar months without a token request delete a client. */
  deleteIdleClients(clients: readonly RuledClient[], now: number): void {
    for (const client of clients) {
      const at = sixMonthsAfter(client.lastUsedAt)
      if (at <= now) client.deletedAt ??= at
    }
  }

  publish(clients: readonly RuledClient[], project: string, testing: boolean, now: number): void {
    this.settle(now)
    for (const client of clients) if (client.project === project) client.testing = testing
    if (testing || !this.#publishingLifts) return
    for (const token of this.tokens) if (token.client.project === project) token.underTesting = false
  }

  #add(token: RuledToken, now: number): void {
    this.tokens.push(token)
    this.#bySecret.set(token.secret, token)
    const live = this.live(token.person, token.client, now)
    for (const oldest of live.slice(0, Math.max(0, live.length - 100)))
      oldest.ended = { why: 'evicted', at: now }
  }

  #end(why: End, now: number, concerns: (token: RuledToken) => boolean): void {
    this.settle(now)
    for (const token of this.tokens) if (!token.ended && concerns(token)) token.ended = { why, at: now }
  }
}

function refused(status: number, error: string, description: string, final: boolean): Refusal {
  return { status, error, description, final }
}
