/** The `.latchkey.json` of a folder as it lies there now, and what it means here. */
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { ok } from '../../contract/outcome.ts'
import type { DeclarationView } from '../../contract/who.ts'
import type { Folders, FoundFolder } from '../ports.ts'
import type { Approval, State } from '../state/state.ts'
import { findAccount, findClient } from '../who/find-named.ts'
import type { Declaration } from './declaration.ts'
import { digestOf, maxDeclarationBytes, parseDeclaration } from './declaration.ts'

export type DeclarationReading =
  | {
      readonly kind: 'understood'
      readonly folder: FoundFolder
      readonly digest: string
      readonly declaration: Declaration
    }
  | {
      readonly kind: 'unusable'
      readonly folder: FoundFolder
      /** Null where not even the bytes could be had, or not all of them. */
      readonly digest: string | null
      readonly error: AppError
    }

/** Reads a folder's file; null where it has none. */
export async function readDeclaration(
  folders: Folders,
  folder: FoundFolder,
): Promise<DeclarationReading | null> {
  const bytes = await folders.readDeclaration(folder, maxDeclarationBytes)
  if (!bytes.ok) return { kind: 'unusable', folder, digest: null, error: bytes.error }
  if (bytes.value === null) return null
  const declaration = parseDeclaration(bytes.value)
  const digest = bytes.value.byteLength > maxDeclarationBytes ? null : digestOf(bytes.value)
  return declaration.ok
    ? { kind: 'understood', folder, digest: digestOf(bytes.value), declaration: declaration.value }
    : { kind: 'unusable', folder, digest, error: declaration.error }
}

export interface Declared {
  readonly accountId: string
  readonly clientId: string | null
}

/** Whom a declaration means here. Errors: `account-unknown`, `account-ambiguous`, `client-unknown`. */
export function declaredHere({ account, client }: Declaration, state: State): Outcome<Declared> {
  const found = findAccount(state, account)
  if (!found.ok) return found
  const { accountId } = found.value
  if (client === null) return ok({ accountId, clientId: null })
  const foundClient = findClient(state, client)
  return foundClient.ok ? ok({ accountId, clientId: foundClient.value.clientId }) : foundClient
}

/**
 * A reading as the window shows it. An approved content means whom it meant when it was approved; one that names
 * nobody here is as unusable as one that is not understood.
 */
export function declarationView(reading: DeclarationReading, state: State): DeclarationView {
  const { digest } = reading
  const view = { folder: reading.folder.path, digest, account: null, client: null }
  const nobody = { accountId: null, clientId: null }
  if (reading.kind === 'unusable') return { ...view, ...nobody, standing: 'unusable', error: reading.error }
  const names = { ...view, ...reading.declaration }
  const approval = state.approvals.get(reading.folder.key)
  if (approval?.digest === digest)
    return { ...names, ...stillHere(approval, state), standing: 'approved', error: null }
  const declared = declaredHere(reading.declaration, state)
  if (!declared.ok) return { ...names, ...nobody, standing: 'unusable', error: declared.error }
  return { ...names, ...declared.value, standing: approval ? 'changed' : 'new', error: null }
}

function stillHere(
  { accountId, clientId }: Approval,
  state: State,
): { readonly accountId: string | null; readonly clientId: string | null } {
  const account = state.accounts.get(accountId)
  return {
    accountId: account && !account.forgotten ? accountId : null,
    clientId: clientId !== null && state.clients.has(clientId) ? clientId : null,
  }
}
