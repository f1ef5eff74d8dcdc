import type { State, TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'
import type { AccessRequest, AccessResult, AccessTokens } from './access-tokens.ts'
import type { Grant } from './choose-token.ts'
import type { ClientSideAccess } from './client-side-access.ts'

/** Where access tokens of a grant come from, whatever stands behind it. */
export type AccessSource = Pick<GrantAccess, 'get' | 'forgetAccess'>

/** Asks for the access token of a grant there where it can come from: a refresh token, or what a client-side page got. */
export class GrantAccess {
  readonly #state: () => State
  readonly #tokens: Pick<AccessTokens, 'get' | 'forgetAccess'>
  readonly #clientSide: Pick<ClientSideAccess, 'get' | 'forgetAccess'>

  constructor(
    state: () => State,
    tokens: Pick<AccessTokens, 'get' | 'forgetAccess'>,
    clientSide: Pick<ClientSideAccess, 'get' | 'forgetAccess'>,
  ) {
    this.#state = state
    this.#tokens = tokens
    this.#clientSide = clientSide
  }

  /** Errors: those of `AccessTokens.get`, or of `ClientSideAccess.get` where no refresh token is left. */
  async get(grant: Grant, request: AccessRequest): Promise<AccessResult> {
    return hasOnlyAccess(this.#state(), grant)
      ? this.#clientSide.get(grant, request)
      : this.#tokens.get(grant, request)
  }

  /** Google does not recognise what came of this token: nobody is given it again. */
  forgetAccess(tokenId: string): void {
    this.#tokens.forgetAccess(tokenId)
    this.#clientSide.forgetAccess(tokenId)
  }
}

/** No refresh token works here, and access was given without one. */
export function hasOnlyAccess(state: State, { accountId, clientId }: Grant): boolean {
  const account = state.accounts.get(accountId)
  if (!account || account.forgotten) return false
  const refreshes = (token: TokenRecord): boolean =>
    token.clientId === clientId && token.standing === 'held' && !isDead(token)
  return !account.tokens.some(refreshes) && account.accesses.some((access) => access.clientId === clientId)
}
