import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'

/** Names an account in the person's own words; null or an empty text takes the name away. Errors: `not-found`. */
export async function labelAccount(
  context: ProfileContext,
  accountId: string,
  label: string | null,
): Promise<Outcome<null>> {
  const account = context.ledger.state().accounts.get(accountId)
  if (!account || account.forgotten) return fail('not-found')
  const next = label === '' ? null : label
  if (account.label === next) return ok()
  return note(context, { type: 'account.labelled', data: { accountId, label: next } })
}

/** Makes an account the one that is meant when none is named. Errors: `not-found`. */
export async function activateAccount(context: ProfileContext, accountId: string): Promise<Outcome<null>> {
  const state = context.ledger.state()
  const account = state.accounts.get(accountId)
  if (!account || account.forgotten) return fail('not-found')
  if (state.activeAccountId === accountId) return ok()
  return note(context, { type: 'account.activated', data: { accountId } })
}

/**
 * Makes an account the one that is meant under a client when none is named; null leaves that to the active account.
 * Errors: `not-found` for either, `account-is-service` for who signs in under no client, those of the ledger.
 */
export async function setActive(
  context: ProfileContext,
  clientId: string,
  accountId: string | null,
): Promise<Outcome<null>> {
  const state = context.ledger.state()
  const account = accountId === null ? null : state.accounts.get(accountId)
  if (!state.clients.has(clientId) || account === undefined || account?.forgotten === true)
    return fail('not-found')
  if (account?.service) return fail('account-is-service')
  if ((state.activeFor.get(clientId) ?? null) === accountId) return ok()
  return note(context, { type: 'account.activatedFor', data: { clientId, accountId } })
}

async function note(context: ProfileContext, event: LatchkeyEvent): Promise<Outcome<null>> {
  const recorded = await context.record([event])
  return recorded.ok ? ok() : recorded
}
