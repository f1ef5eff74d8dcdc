/** Rules that the person makes: in this folder and below, this account is meant. */
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { FolderRule, State } from '../state/state.ts'
import { findFolder } from './find-folder.ts'
import { inTurn } from './turns.ts'

export interface NewRule {
  readonly folder: string
  readonly accountId: string
  /** Null leaves the client to the request. */
  readonly clientId: string | null
}

/** What changes; what is not there stays. */
export interface RuleChange extends Partial<NewRule> {
  readonly ruleId: string
}

/**
 * Makes a rule for a folder; one that the folder has already is changed. Answers its id.
 * Errors: `not-found` for the account or the client, `folder-missing`, `folder-unreadable`, those of the ledger.
 */
export async function addRule(context: ProfileContext, rule: NewRule): Promise<Outcome<{ ruleId: string }>> {
  const found = await findFolder(context, rule.folder)
  if (!found.ok) return found
  return inTurn(context, async () => {
    const state = context.ledger.state()
    if (!isHere(state, rule)) return fail('not-found')
    const { path: folder, key } = found.value
    const known = ruleOn(state, key)
    const ruleId = known?.ruleId ?? context.ports.random.token(16)
    const { accountId, clientId } = rule
    const recorded = await note(context, known, { ruleId, folder, key, accountId, clientId })
    return recorded.ok ? ok({ ruleId }) : recorded
  })
}

/**
 * Changes whom a rule means or where it stands; a rule that is already there gives way. What does not change may
 * be gone: a rule on a folder or an account that is no longer here can still be mended by the other half.
 * Errors: as `addRule`, and `not-found` for the rule.
 */
export async function changeRule(context: ProfileContext, change: RuleChange): Promise<Outcome<null>> {
  const found = change.folder === undefined ? null : await findFolder(context, change.folder)
  if (found && !found.ok) return found
  return inTurn(context, async () => {
    const state = context.ledger.state()
    const rule = state.folderRules.get(change.ruleId)
    if (!rule || !isHere(state, change)) return fail('not-found')
    const place = found ? { folder: found.value.path, key: found.value.key } : {}
    const { accountId = rule.accountId, clientId = rule.clientId } = change
    return note(context, rule, { ...rule, ...place, accountId, clientId })
  })
}

/** Errors: `not-found`, those of the ledger. */
export function removeRule(context: ProfileContext, ruleId: string): Promise<Outcome<null>> {
  return inTurn(context, async () => {
    if (!context.ledger.state().folderRules.has(ruleId)) return fail('not-found')
    return record(context, [{ type: 'folder.ruleRemoved', data: { ruleId } }])
  })
}

function isHere(state: State, { accountId, clientId }: Partial<NewRule>): boolean {
  const account = accountId === undefined ? null : state.accounts.get(accountId)
  if (account === undefined || account?.forgotten === true) return false
  return clientId === undefined || clientId === null || state.clients.has(clientId)
}

function ruleOn(state: State, key: string): FolderRule | null {
  for (const rule of state.folderRules.values()) if (rule.key === key) return rule
  return null
}

async function note(
  context: ProfileContext,
  before: FolderRule | null,
  rule: FolderRule,
): Promise<Outcome<null>> {
  if (before && isSame(before, rule)) return ok()
  const { ruleId, folder, key, accountId, clientId } = rule
  const other = ruleOn(context.ledger.state(), key)
  const gone: readonly LatchkeyEvent[] =
    other && other.ruleId !== ruleId ? [{ type: 'folder.ruleRemoved', data: { ruleId: other.ruleId } }] : []
  return record(context, [
    ...gone,
    { type: 'folder.ruled', data: { ruleId, folder, key, accountId, clientId } },
  ])
}

function isSame(one: FolderRule, other: FolderRule): boolean {
  return (
    one.folder === other.folder &&
    one.key === other.key &&
    one.accountId === other.accountId &&
    one.clientId === other.clientId
  )
}

async function record(context: ProfileContext, events: readonly LatchkeyEvent[]): Promise<Outcome<null>> {
  const recorded = await context.record(events)
  return recorded.ok ? ok() : recorded
}
