/**
 * Access that came without a refresh token (google-oauth.md 1.2). Its text is in memory only and ends with the app;
 * nothing renews it. That it was given, and until when, is in the ledger.
 */
import { appError } from '../../contract/outcome.ts'
import { uniqueScopes } from '../../contract/scopes/scope-sets.ts'
import type { ReceivedAccess } from '../accounts/sign-in/ways/way.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Secret } from '../secret.ts'
import type { AccessRequest, AccessResult, AccessToken } from './access-tokens.ts'
import { handOut } from './access-tokens.ts'
import type { Grant } from './choose-token.ts'
import type { Life } from './freshness.ts'
import { hasRunOut, remainingMs } from './freshness.ts'

interface Held extends Life {
  readonly grant: Grant
  readonly token: AccessToken
}

export class ClientSideAccess {
  readonly #context: ProfileContext
  readonly #onChange: (accountId: string) => void
  readonly #held = new Map<string, Held>()
  #closed = false

  /** `onChange` is told whenever `holds` of an account may have changed; of what time alone did, once it was asked. */
  constructor(context: ProfileContext, onChange: (accountId: string) => void) {
    this.#context = context
    this.#onChange = onChange
  }

  /** Takes validated access in the place of what was held for the same grant. */
  keep(grant: Grant, { accessToken, granted, expiresAt }: ReceivedAccess): void {
    if (this.#closed) return
    const { now, ports } = this.#context
    const obtainedAt = now()
    const tokenId = ports.random.token(16)
    this.#held.set(keyOf(grant), {
      grant,
      token: { secret: accessToken, scopes: granted, expiresAt, tokenId },
      ...{ obtainedAt, expiresAt, obtainedElapsed: ports.clock.elapsedMs() },
      lifetimeMs: expiresAt - obtainedAt,
    })
    this.#onChange(grant.accountId)
  }

  /**
   * The access token of a grant, however little time it has left. Errors: `access-ended`, also where an earlier run of
   * the app had it; `scopes-not-narrowed` and `scopes-not-held` for other scopes than were granted.
   */
  get(grant: Grant, { scopes = [], signal }: AccessRequest): AccessResult {
    if (signal?.aborted === true || this.#closed) return { kind: 'aborted' }
    const held = this.#living(grant)
    if (!held) return { kind: 'failed', error: appError('access-ended') }
    return handOut(held, scopes.length > 0 ? uniqueScopes(scopes) : null)
  }

  /** Whether there is a token in memory that has not run out. */
  holds(grant: Grant): boolean {
    return this.#living(grant) !== null
  }

  /** The token itself, to revoke what it stands for; null where none is held. */
  secretOf(grant: Grant): Secret | null {
    return this.#living(grant)?.token.secret ?? null
  }

  /** Google does not recognise it any more. */
  forgetAccess(tokenId: string): void {
    this.#dropWhere(({ token }) => token.tokenId === tokenId)
  }

  /** Forgets what is held of an account, of a client, or of one grant. */
  drop({ accountId, clientId }: { readonly accountId?: string; readonly clientId?: string }): void {
    this.#dropWhere(
      ({ grant }) =>
        (accountId ?? grant.accountId) === grant.accountId && (clientId ?? grant.clientId) === grant.clientId,
    )
  }

  close(): void {
    this.#closed = true
    this.#held.clear()
  }

  #living(grant: Grant): Held | null {
    const held = this.#held.get(keyOf(grant))
    if (!held) return null
    const { now, ports } = this.#context
    const [at, elapsedMs] = [now(), ports.clock.elapsedMs()]
    if (remainingMs(held, at, elapsedMs) > 0) return held
    if (!hasRunOut(held, at, elapsedMs)) return null
    this.#held.delete(keyOf(grant))
    this.#onChange(grant.accountId)
    return null
  }

  #dropWhere(isGone: (held: Held) => boolean): void {
    for (const [key, held] of this.#held) {
      if (!isGone(held)) continue
      this.#held.delete(key)
      this.#onChange(held.grant.accountId)
    }
  }
}

/** No account id holds a blank. */
function keyOf({ accountId, clientId }: Grant): string {
  return `${accountId} ${clientId}`
}
