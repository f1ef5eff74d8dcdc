/** What is asked for when a lease is given, and whether it can be. */
import type { DoorKind, LeaseTerm, ProgramView } from '../../contract/doors.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import { coversScopes } from '../../contract/scopes/scope-sets.ts'
import type { Grant } from '../access/choose-token.ts'
import { chooseToken } from '../access/choose-token.ts'
import { hasOnlyAccess } from '../access/grant-access.ts'
import { clientIdsOf } from '../grants/shown-tokens.ts'
import type { EventData } from '../ledger/events.ts'
import type { AccountRecord, State } from '../state/state.ts'
import { clipped } from '../who/clipped.ts'

const hourMs = 3600 * 1000
/** Nobody works longer without a break; a machine that never restarts should not make it last for ever. */
const sessionMs = 12 * hourMs
/** A yes to one token is for the program that waits for it, ms. */
const onceMs = 60 * 1000

export interface NewLease {
  readonly label: string
  readonly door: DoorKind
  readonly term: LeaseTerm
  /** Who asked, where somebody did. */
  readonly program: ProgramView | null
  /** What a program without a handle is recognised by; door `command` alone. */
  readonly programKey: string | null
  /** Null: whoever is meant where the program works, each time. */
  readonly accountId: string | null
  readonly clientId: string | null
  /** Null: all that is granted. */
  readonly scopes: readonly string[] | null
  readonly remote: boolean
  /** Only of `until`, epoch ms. */
  readonly expiresAt: number | null
  readonly port: number | null
  readonly file: string | null
  readonly quotaProject: string | null
}

/**
 * Whether a lease can be given like that, at `now` (ms). Errors: `lease-wish-unfit` (`reason`), `account-unknown`,
 * `client-unknown`, `account-is-service`, and those of `chooseToken` where the account has not granted that.
 */
export function checkNewLease(wish: NewLease, state: State, now: number): Outcome<null> {
  const reason = unfit(wish, now)
  if (reason !== null) return fail('lease-wish-unfit', { reason })
  const { accountId, clientId, scopes } = wish
  if (clientId !== null && !state.clients.has(clientId))
    return fail('client-unknown', { name: clipped(clientId) })
  if (accountId === null) return ok()
  const account = state.accounts.get(accountId)
  if (!account || account.forgotten) return fail('account-unknown', { name: clipped(accountId) })
  if (account.service) return clientId === null ? ok() : fail('account-is-service')
  const clientIds =
    clientId === null ? clientIdsOf(account).filter((id) => state.clients.has(id)) : [clientId]
  return firstGood(clientIds.map((id) => grantCovers(state, account, id, scopes)))
}

/** Whether what an account gave a client covers the scopes; null: whether there is anything. Errors: as `chooseToken`. */
function grantCovers(
  state: State,
  account: AccountRecord,
  clientId: string,
  scopes: readonly string[] | null,
): Outcome<null> {
  const granted = grantedScopes(state, { accountId: account.accountId, clientId }, scopes)
  if (!granted.ok) return granted
  return scopes === null || coversScopes(granted.value, scopes) ? ok() : fail('scopes-not-held')
}

/**
 * What an account gave a client, by the newest token that covers `scopes` (null: by the newest), or by access without
 * one. Errors: as `chooseToken`.
 */
export function grantedScopes(
  state: State,
  grant: Grant,
  scopes: readonly string[] | null,
): Outcome<readonly string[]> {
  if (hasOnlyAccess(state, grant)) {
    const accesses = state.accounts.get(grant.accountId)?.accesses ?? []
    return ok(accesses.find(({ clientId }) => clientId === grant.clientId)?.granted ?? [])
  }
  const chosen = chooseToken(state, grant, scopes)
  return chosen.ok ? ok(chosen.value.granted) : chosen
}

/** The fact of a lease. `session` names this run of the machine; `now` in ms. */
export function leaseGiven(
  wish: NewLease,
  made: { readonly leaseId: string; readonly handleHash: string | null },
  session: string,
  now: number,
): EventData<'lease.given'> {
  const { door, term, programKey, accountId, clientId, scopes, remote, port, file, quotaProject } = wish
  const { program } = wish
  return {
    ...made,
    label: wish.label.trim(),
    ...{ door, term, programKey },
    programName: program && program.name.slice(0, 120),
    programPath: program && program.path,
    programFolder: program && program.folder,
    programHost: program && program.host,
    certainty: program && program.certainty,
    ...{ accountId, clientId, remote, port, file, quotaProject },
    everything: scopes === null,
    scopes: scopes ?? [],
    expiresAt: endOf(wish, now),
    session: term === 'session' ? session : null,
  }
}

function endOf({ term, expiresAt }: NewLease, now: number): number | null {
  if (term === 'session') return now + sessionMs
  if (term === 'once') return now + onceMs
  return term === 'until' ? expiresAt : null
}

function unfit(
  { label, door, term, program, programKey, scopes, expiresAt }: NewLease,
  now: number,
): string | null {
  const name = label.trim()
  if (name === '' || name.length > 120) return 'it needs a name of at most 120 characters'
  if (scopes?.length === 0) return 'it allows nothing'
  if (term === 'until' && (expiresAt === null || !(expiresAt > now))) return 'its end is not in the future'
  if (term !== 'until' && expiresAt !== null) return 'only a lease until an instant has an end of its own'
  const recognised = program !== null && programKey !== null
  if (door === 'command' && !recognised) return 'nobody could recognise the program again'
  return null
}

/** The first that is good, otherwise why the first is not. */
function firstGood(outcomes: readonly Outcome<null>[]): Outcome<null> {
  return outcomes.find((outcome) => outcome.ok) ?? outcomes[0] ?? fail('no-usable-token')
}
