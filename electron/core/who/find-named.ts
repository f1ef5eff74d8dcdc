/** Whom a text means that a person, a variable or a `.latchkey.json` names. */
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { AccountRecord, ClientRecord, State } from '../state/state.ts'
import { clipped } from './clipped.ts'

/**
 * The account that a text means: its id, else its e-mail address in any case, else its label, else its label in any
 * case. The first of these that fits anything decides. An account that was forgotten is not there.
 * Errors: `account-unknown`, `account-ambiguous`.
 */
export function findAccount(state: State, named: string): Outcome<AccountRecord> {
  const text = named.trim()
  const byId = state.accounts.get(text)
  if (byId && !byId.forgotten) return ok(byId)
  const accounts = liveAccounts(state)
  const folded = fold(text)
  const found = firstThatFits(text === '' ? [] : accounts, [
    ({ email }) => fold(email) === folded,
    ({ label }) => label === text,
    ({ label }) => label !== null && fold(label) === folded,
  ])
  const [account, another] = found
  if (!account) return fail('account-unknown', { name: clipped(text) })
  return another ? fail('account-ambiguous', { name: clipped(text) }) : ok(account)
}

/**
 * The client that a text means: its id, else its label, else its label in any case. A label that several clients
 * bear means none of them. Errors: `client-unknown`.
 */
export function findClient(state: State, named: string): Outcome<ClientRecord> {
  const text = named.trim()
  const byId = state.clients.get(text)
  if (byId) return ok(byId)
  const folded = fold(text)
  const found = firstThatFits(text === '' ? [] : [...state.clients.values()], [
    ({ label }) => label === text,
    ({ label }) => fold(label) === folded,
  ])
  const [client, another] = found
  return client && !another ? ok(client) : fail('client-unknown', { name: clipped(text) })
}

/** The accounts that are here, in the order in which they first came. */
export function liveAccounts(state: State): readonly AccountRecord[] {
  return [...state.accounts.values()].filter(({ forgotten }) => !forgotten)
}

function firstThatFits<T>(rows: readonly T[], fits: readonly ((row: T) => boolean)[]): readonly T[] {
  for (const fit of fits) {
    const found = rows.filter(fit)
    if (found.length > 0) return found
  }
  return []
}

/** The same name typed on another keyboard, or in other letters. */
function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
