/**
 * Puts a new refresh token away so that a crash at any step leaves either nothing or a complete, usable token:
 * the intent is written first, then the keychain, then the fact. What a crash leaves is finished at the next start.
 */
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import type { Exchanged } from '../accounts/sign-in/read-tokens.ts'
import { accountIdOf } from '../accounts/identity.ts'
import type { EventData, LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import { coversScopes } from '../../contract/scopes/scope-sets.ts'
import { putSecret } from '../secrets.ts'
import type { PendingToken, State } from '../state/state.ts'
import { findToken } from '../state/state.ts'

export type KeepResult =
  | {
      readonly kind: 'kept'
      readonly accountId: string
      readonly tokenId: string
      readonly replacedOlder: boolean
    }
  | { readonly kind: 'failed'; readonly error: AppError }

type Intent = EventData<'token.intended'>

/**
 * Keeps what an exchange gave at `mintedAt` (ms, Google's time). Errors: those of the ledger and of the keychain; then nothing is
 * kept here, while the token lives on at Google.
 */
export async function keepToken(
  context: ProfileContext,
  exchanged: Exchanged,
  { clientId, asked, mintedAt }: { clientId: string; asked: readonly string[]; mintedAt: number },
): Promise<KeepResult> {
  const { random, secretStore } = context.ports
  const { identity, granted, endsInMs } = exchanged
  const expiresAt = endsInMs === null ? null : mintedAt + endsInMs
  const accountId = accountIdOf(identity.issuer, identity.sub)
  const tokenId = random.token(16)
  const intent: Intent = {
    ...identity,
    accountId,
    tokenId,
    clientId,
    asked,
    granted,
    expiresAt,
    mintedAt,
  }
  const intended = await context.record([{ type: 'token.intended', data: intent }])
  if (!intended.ok) return { kind: 'failed', error: intended.error }

  const stored = await putSecret(secretStore, context.services.refreshToken, tokenId, exchanged.refreshToken)
  if (!stored.ok) return abandon(context, tokenId, stored.error)
  const finished = await finishIntent(context, intent)
  return finished.kind === 'failed' ? abandon(context, tokenId, finished.error) : finished
}

/** The second half: the secret is in the keychain, so the token becomes a fact and takes over from older ones. */
async function finishIntent(context: ProfileContext, intent: Intent): Promise<KeepResult> {
  const { accountId, tokenId, clientId } = intent
  const state = context.ledger.state()
  if (!state.clients.has(clientId)) return { kind: 'failed', error: appError('not-found') }
  const superseded = supersededTokens(state, intent)
  const { issuer, sub, email, name, hostedDomain } = intent
  const events: LatchkeyEvent[] = [
    { type: 'account.signedIn', data: { accountId, issuer, sub, email, name, hostedDomain } },
    { type: 'token.minted', data: { tokenId } },
    ...superseded.map((older): LatchkeyEvent => ({
      type: 'token.forgotten',
      data: { tokenId: older, reason: 'superseded' },
    })),
  ]
  const recorded = await context.record(events)
  if (!recorded.ok) return { kind: 'failed', error: recorded.error }
  await deleteSecrets(context, superseded)
  return { kind: 'kept', accountId, tokenId, replacedOlder: superseded.length > 0 }
}

/**
 * The older tokens that the new one can stand in for. One with a scope that the new one lacks stays, because
 * forgetting it would silently take something away.
 */
function supersededTokens(state: State, intent: Intent): readonly string[] {
  const tokens = state.accounts.get(intent.accountId)?.tokens ?? []
  return tokens
    .filter((token) => token.clientId === intent.clientId && token.standing !== 'forgotten')
    .filter((token) => coversScopes(intent.granted, token.granted))
    .map((token) => token.tokenId)
}

async function abandon(context: ProfileContext, tokenId: string, error: AppError): Promise<KeepResult> {
  const { secretStore, log } = context.ports
  const removed = await secretStore.delete(context.services.refreshToken, tokenId)
  // While the keychain may still hold it, the intent stays open: the next start finishes or abandons it.
  if (removed.ok) await context.record([{ type: 'token.abandoned', data: { tokenId } }])
  log.warn('token-not-kept', { code: error.code })
  return { kind: 'failed', error }
}

/**
 * The second half for a token that came with the refresh of another: it takes over from that one alone. Answers
 * whether it is a fact now. Errors: those of the ledger, and `not-found` when nobody holds the other one any more;
 * its successor is then not kept.
 */
export async function finishRotation(context: ProfileContext, pending: PendingToken): Promise<Outcome<null>> {
  const { tokenId, clientId, replaces } = pending
  const state = context.ledger.state()
  const older = findToken(state, replaces ?? '')
  if (!state.clients.has(clientId) || !older || older.standing === 'forgotten') return fail('not-found')
  const recorded = await context.record([{ type: 'token.minted', data: { tokenId } }])
  if (!recorded.ok) return recorded
  await deleteSecrets(context, [older.tokenId])
  return ok()
}

/** Takes secrets out of the keychain after the ledger says so. What fails here is swept up at a later start. */
export async function deleteSecrets(context: ProfileContext, tokenIds: readonly string[]): Promise<void> {
  for (const tokenId of tokenIds) {
    const deleted = await context.ports.secretStore.delete(context.services.refreshToken, tokenId)
    if (!deleted.ok) context.ports.log.warn('secret-left-behind', { tokenId, code: deleted.error.code })
  }
}

/**
 * Finishes what a crash interrupted: an intent whose secret reached the keychain becomes a token, one without a
 * secret is abandoned. With a keychain that does not answer, everything stays for the next start.
 */
export async function recoverIntents(context: ProfileContext): Promise<void> {
  for (const intent of [...context.ledger.state().pending.values()]) {
    const secret = await context.ports.secretStore.get(context.services.refreshToken, intent.tokenId)
    if (!secret.ok) return
    if (secret.value && (await recoverIntent(context, intent))) continue
    if (secret.value) await deleteSecrets(context, [intent.tokenId])
    await context.record([{ type: 'token.abandoned', data: { tokenId: intent.tokenId } }])
  }
}

/** Answers false when the token has no place any more. */
async function recoverIntent(context: ProfileContext, intent: PendingToken): Promise<boolean> {
  if (intent.replaces !== null) {
    const finished = await finishRotation(context, intent)
    return finished.ok || finished.error.code !== 'not-found'
  }
  if (!context.ledger.state().clients.has(intent.clientId)) return false
  await finishIntent(context, intent)
  return true
}
