/**
 * Forgetting here: out of the keychain and out of sight. At Google nothing changes (google-oauth.md 3). With an
 * account go its label and its active marks; rules of folders and approvals stay and say that it is gone.
 */
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { RemovalPreview } from '../../contract/views.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { AccountRecord, State, TokenRecord } from '../state/state.ts'
import { findToken, isDead } from '../state/state.ts'
import { deleteSecrets } from '../tokens/keep-token.ts'
import type { SignIns } from './sign-in/sign-ins.ts'

/** As much of the sign-ins as forgetting needs. */
export type RunningSignIns = Pick<SignIns, 'cancelExpecting'>
const noSignIns: RunningSignIns = { cancelExpecting: () => ok() }

/** Not forgotten yet: its secret is in the keychain, or should be. A dead one stays in sight until it is dismissed. */
export const isHere = (token: TokenRecord): boolean =>
  token.standing !== 'forgotten' || (isDead(token) && !token.dismissed)

export function previewForgetAccount(state: State, accountId: string): Outcome<RemovalPreview> {
  const account = state.accounts.get(accountId)
  if (!account || account.forgotten) return fail('not-found')
  return ok(previewOf([account], isHere))
}

/** What goes with a client: the tokens under it, and the accounts that have no other client. */
export function previewRemoveClient(state: State, clientId: string): Outcome<RemovalPreview> {
  if (!state.clients.has(clientId)) return fail('not-found')
  const isUnder = (token: TokenRecord): boolean => isHere(token) && token.clientId === clientId
  const accounts = [...state.accounts.values()].filter((account) => account.tokens.some(isUnder))
  return ok(previewOf(accounts, isUnder))
}

/** What `concerns` picks of these accounts, counted. */
export function previewOf(
  accounts: readonly AccountRecord[],
  concerns: (token: TokenRecord) => boolean,
): RemovalPreview {
  const rows = accounts.map((account) => ({
    accountId: account.accountId,
    email: account.email,
    tokens: account.tokens.filter(concerns).length,
    keys: 0,
  }))
  return { accounts: rows, tokens: rows.reduce((sum, row) => sum + row.tokens, 0) }
}

/**
 * Forgets an account. Sign-ins that expect it are cancelled first: they would bring it back unasked. One that expects
 * nobody and turns out to be this account brings it back, which is a deliberate act.
 *
 * Errors: `not-found`, also when `tokens` is not what the preview says any more; `account-busy` while a sign-in of
 * it is being stored, and then nothing is cancelled either; those of the ledger.
 */
export async function forgetAccount(
  context: ProfileContext,
  accountId: string,
  tokens: number,
  signIns = noSignIns,
): Promise<Outcome<null>> {
  const state = context.ledger.state()
  const preview = previewForgetAccount(state, accountId)
  if (!preview.ok) return preview
  if (preview.value.tokens !== tokens) return fail('not-found')
  const cancelled = signIns.cancelExpecting({ accountId })
  if (!cancelled.ok) return cancelled
  const gone = (state.accounts.get(accountId)?.tokens ?? []).filter(isHere).map((token) => token.tokenId)
  return forgetTokens(context, gone, 'account-forgotten', [
    { type: 'account.forgotten', data: { accountId } },
  ])
}

/** Errors: as `forgetAccount`. The client's secret leaves the keychain as well. */
export async function removeClient(
  context: ProfileContext,
  clientId: string,
  tokens: number,
): Promise<Outcome<null>> {
  const state = context.ledger.state()
  const preview = previewRemoveClient(state, clientId)
  if (!preview.ok) return preview
  if (preview.value.tokens !== tokens) return fail('not-found')
  const concerned = preview.value.accounts.flatMap(({ accountId }) => state.accounts.get(accountId) ?? [])
  const gone = concerned
    .flatMap((account) => account.tokens)
    .filter((token) => isHere(token) && token.clientId === clientId)
    .map((token) => token.tokenId)
  const left = concerned.filter((account) =>
    account.tokens.filter(isHere).every((token) => token.clientId === clientId),
  )
  const forgotten = await forgetTokens(context, gone, 'client-removed', [
    ...left.map(({ accountId }): LatchkeyEvent => ({ type: 'account.forgotten', data: { accountId } })),
    { type: 'client.removed', data: { clientId } },
  ])
  if (!forgotten.ok) return forgotten
  const deleted = await context.ports.secretStore.delete(context.services.clientSecret, clientId)
  if (!deleted.ok) context.ports.log.warn('secret-left-behind', { clientId, code: deleted.error.code })
  return ok()
}

/**
 * Forgets tokens, dismisses those of them that are dead, which would stay in sight otherwise, and writes down `then`
 * with it. The ledger first, the keychain after it: a crash in between leaves
 * a secret that the next sweep can explain. Errors: those of the ledger.
 */
export async function forgetTokens(
  context: ProfileContext,
  tokenIds: readonly string[],
  reason: string,
  then: readonly LatchkeyEvent[],
): Promise<Outcome<null>> {
  const state = context.ledger.state()
  const events = tokenIds.map((tokenId): LatchkeyEvent => {
    const token = findToken(state, tokenId)
    return token && isDead(token)
      ? { type: 'token.dismissed', data: { tokenId } }
      : { type: 'token.forgotten', data: { tokenId, reason } }
  })
  const recorded = await context.record([...events, ...then])
  if (!recorded.ok) return recorded
  await deleteSecrets(context, tokenIds)
  return ok()
}
