/** What a `.latchkey.json` says counts only once the person has approved that very content. */
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { DeclarationEffect } from '../../contract/who.ts'
import type { FoundFolder } from '../ports.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Approval } from '../state/state.ts'
import type { DeclarationReading } from './declaration-reading.ts'
import { declaredHere, readDeclaration } from './declaration-reading.ts'
import { findFolder, unanswered } from './find-folder.ts'
import { folderPatienceMs, within } from './patience.ts'
import { inTurn } from './turns.ts'

export interface ApprovalRequest {
  readonly folder: string
  /** Of the content that the person saw. */
  readonly digest: string
  readonly effect: DeclarationEffect
}

/**
 * Approves one content of a folder's file. The file is read again: it must still be what the person saw.
 *
 * Errors: `declaration-changed`, also when it is gone, and the other `declaration-…`; `account-unknown`,
 * `account-ambiguous`, `client-unknown`; `folder-missing`, `folder-unreadable`; those of the ledger.
 */
export async function approveDeclaration(
  context: ProfileContext,
  { folder, digest, effect }: ApprovalRequest,
): Promise<Outcome<null>> {
  const found = await findFolder(context, folder)
  if (!found.ok) return found
  const reading = await readInTime(context, found.value)
  if (!reading.ok) return reading
  if (reading.value === null) return fail('declaration-changed')
  if (reading.value.kind === 'unusable') return { ok: false, error: reading.value.error }
  if (reading.value.digest !== digest) return fail('declaration-changed')
  const { declaration } = reading.value
  return inTurn(context, async () => {
    const state = context.ledger.state()
    const declared = declaredHere(declaration, state)
    if (!declared.ok) return declared
    const { path, key } = found.value
    const approval = { folder: path, key, digest, ...declared.value, effect }
    if (isSame(state.approvals.get(key), approval)) return ok()
    const recorded = await context.record([{ type: 'folder.declarationApproved', data: approval }])
    return recorded.ok ? ok() : recorded
  })
}

/** Takes an approval back, also of a folder that is gone. Errors: `not-found`, those of the ledger. */
export async function withdrawDeclaration(
  context: ProfileContext,
  { folder }: { readonly folder: string },
): Promise<Outcome<null>> {
  return inTurn(context, async () => {
    const { approvals } = context.ledger.state()
    const approval = [...approvals.values()].find((known) => known.folder === folder)
    if (!approval) return fail('not-found')
    const recorded = await context.record([
      { type: 'folder.declarationWithdrawn', data: { key: approval.key } },
    ])
    return recorded.ok ? ok() : recorded
  })
}

function readInTime(
  { ports }: ProfileContext,
  folder: FoundFolder,
): Promise<Outcome<DeclarationReading | null>> {
  const read = readDeclaration(ports.folders, folder).then((reading) => ok(reading))
  return within(ports.timers, folderPatienceMs, read, () => unanswered(folder.path))
}

function isSame(known: Approval | undefined, wanted: Omit<Approval, 'at'>): boolean {
  return (
    known !== undefined &&
    known.digest === wanted.digest &&
    known.accountId === wanted.accountId &&
    known.clientId === wanted.clientId &&
    known.effect === wanted.effect
  )
}
