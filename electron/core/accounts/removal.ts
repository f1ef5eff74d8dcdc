/**
 * Forgetting here: out of the keychain and out of sight. At Google nothing changes (google-oauth.md 3). With an
 * account go its label and its active marks; rules of folders and approvals stay and say that it is gone.
 */
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { GrantName } from '../../contract/revocation.ts'
import type { RemovalPreview } from '../../contract/views.ts'
import { inTurn } from '../folders/turns.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { AccountRecord, State, TokenRecord } from '../state/state.ts'
import { findToken, isDead } from '../state/state.ts'
import { deleteServiceKeys, keysOf } from '../service-accounts/service-keys.ts'
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

/** What goes with a client: tokens and other access under it, and the accounts that have no other client. */
export function previewRemoveClient(state: State, clientId: string): Outcome<RemovalPreview> {
  if (!state.clients.has(clientId)) return fail('not-found')
  const isUnder = (token: TokenRecord): boolean => isHere(token) && token.clientId === clientId
  const accounts = [...state.accounts.values()].filter(
    (account) => account.tokens.some(isUnder) || hasAccess(account, clientId),
  )
  return ok(previewOf(accounts, isUnder))
}

/** Access without a refresh token was given, and is shown until it is forgotten. */
export function hasAccess({ accesses }: AccountRecord, clientId: string): boolean {
  return accesses.some((access) => access.clientId === clientId)
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
    keys: account.service ? keysOf(account.service).length : 0,
  }))
  return { accounts: rows, tokens: rows.reduce((sum, row) => sum + row.tokens, 0) }
}

/** What the person saw in the preview. */
export interface SeenRemoval {
  readonly tokens: number
  /** Of a service account. */
  readonly keys?: number
}

/**
 * Forgets an account. Sign-ins that expect it are cancelled first: they would bring it back unasked. One that expects
 * nobody and turns out to be this account brings it back, which is a deliberate act.
 *
 * Errors: `not-found`, also when `seen` is not what the preview says any more; `account-busy` while a sign-in of
 * it is being stored, and then nothing is cancelled either; those of the ledger.
 */
export async function forgetAccount(
  context: ProfileContext,
  accountId: string,
  seen: SeenRemoval,
  signIns = noSignIns,
): Promise<Outcome<null>> {
  // A key that is being brought is here first, or comes to nobody.
  return inTurn(context, () => forgetNow(context, accountId, seen, signIns))
}

async function forgetNow(
  context: ProfileContext,
  accountId: string,
  seen: SeenRemoval,
  signIns: RunningSignIns,
): Promise<Outcome<null>> {
  const state = context.ledger.state()
  const preview = previewForgetAccount(state, accountId)
  if (!preview.ok) return preview
  const keys = preview.value.accounts[0]?.keys ?? 0
  if (preview.value.tokens !== seen.tokens || keys !== (seen.keys ?? keys)) return fail('not-found')
  const cancelled = signIns.cancelExpecting({ accountId })
  if (!cancelled.ok) return cancelled
  const account = state.accounts.get(accountId)
  const gone = (account?.tokens ?? []).filter(isHere).map((token) => token.tokenId)
  const keyIds = account?.service ? keysOf(account.service).map(({ keyId }) => keyId) : []
  const reason = 'account-forgotten'
  const forgotten = await forgetTokens(context, gone, reason, [
    ...keyIds.map((keyId): LatchkeyEvent => {
      return { type: 'service.keyForgotten', data: { accountId, keyId, reason } }
    }),
    { type: 'account.forgotten', data: { accountId } },
  ])
  if (forgotten.ok) await deleteServiceKeys(context, keyIds)
  return forgotten
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
  const left = concerned.filter(({ tokens: all, accesses }) =>
    [...all.filter(isHere), ...accesses].every((given) => given.clientId === clientId),
  )
  const dropped = concerned.filter((account) => hasAccess(account, clientId))
  const forgotten = await forgetTokens(context, gone, 'client-removed', [
    ...dropped.map(({ accountId }) => accessDropped({ accountId, clientId }, 'client-removed')),
    ...left.map(({ accountId }): LatchkeyEvent => ({ type: 'account.forgotten', data: { accountId } })),
    { type: 'client.removed', data: { clientId } },
  ])
  if (!forgotten.ok) return forgotten
  const deleted = await context.ports.secretStore.delete(context.services.clientSecret, clientId)
  if (!deleted.ok) context.ports.log.warn('secret-left-behind', { clientId, code: deleted.error.code })
  return ok()
}

/** Access without a refresh token is not shown any more, and its token leaves the memory. */
export function accessDropped(grant: GrantName, reason: string): LatchkeyEvent {
  return { type: 'access.dropped', data: { ...grant, reason } }
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
