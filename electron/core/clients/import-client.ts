import type { Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import type { ImportResult } from '../../contract/views.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import { putSecret } from '../secrets.ts'
import type { ClientRecord } from '../state/state.ts'
import type { ClientFile } from './client-file.ts'
import { parseClientFile } from './client-file.ts'
import { checkClientSecret } from './check-client-secret.ts'

export interface ImportOptions {
  /** Replace the secret even though it could not be checked, because the person said so. */
  readonly acceptUncheckedSecret: boolean
}

/**
 * Adds a client, or updates the one with the same id and keeps its accounts. The secret goes to the keychain
 * before the ledger says anything; a changed secret replaces the old one only after Google took it.
 *
 * Errors: those of `parseClientFile`, of the keychain and the ledger, `client-secret-refused`, `client-secret-unchecked`.
 */
export async function importClient(
  context: ProfileContext,
  bytes: Uint8Array,
  options: ImportOptions,
): Promise<Outcome<ImportResult>> {
  if (context.ledger.readOnly) return fail('read-only')
  const file = parseClientFile(bytes, context.profile)
  if (!file.ok) return file
  const known = context.ledger.state().clients.get(file.value.clientId)
  return known ? updateClient(context, file.value, known, options) : addClient(context, file.value)
}

async function addClient(context: ProfileContext, file: ClientFile): Promise<Outcome<ImportResult>> {
  const { secretStore } = context.ports
  const stored = await putSecret(secretStore, context.services.clientSecret, file.clientId, file.secret)
  if (!stored.ok) return stored
  const recorded = await context.record([
    { type: 'client.added', data: { ...fileFields(file), label: newLabel(context, file) } },
  ])
  if (!recorded.ok) {
    await secretStore.delete(context.services.clientSecret, file.clientId)
    return recorded
  }
  return ok({ kind: 'added', clientId: file.clientId, secretReplaced: false })
}

async function updateClient(
  context: ProfileContext,
  file: ClientFile,
  known: ClientRecord,
  options: ImportOptions,
): Promise<Outcome<ImportResult>> {
  const replaced = await replaceSecret(context, file, options)
  if (!replaced.ok) return replaced
  const events: LatchkeyEvent[] = []
  if (differs(file, known)) events.push({ type: 'client.fileUpdated', data: fileFields(file) })
  if (replaced.value || known.secretMissing)
    events.push({ type: 'client.secretReplaced', data: { clientId: file.clientId } })
  if (events.length === 0) return ok({ kind: 'unchanged', clientId: file.clientId, secretReplaced: false })
  const recorded = await context.record(events)
  if (!recorded.ok) return recorded
  return ok({ kind: 'updated', clientId: file.clientId, secretReplaced: replaced.value })
}

/** Answers whether the secret in the keychain is now another one than before. */
async function replaceSecret(
  context: ProfileContext,
  file: ClientFile,
  options: ImportOptions,
): Promise<Outcome<boolean>> {
  const { secretStore } = context.ports
  const service = context.services.clientSecret
  const current = await secretStore.get(service, file.clientId)
  if (!current.ok) return current
  if (current.value?.equals(file.secret) === true) return ok(false)
  if (current.value !== null && !options.acceptUncheckedSecret) {
    const checked = await checkClientSecret(context, file.clientId, file.secret)
    if (checked === 'refused') return fail('client-secret-refused')
    if (checked === 'unchecked') return { ok: false, error: appError('client-secret-unchecked') }
  }
  const stored = await putSecret(secretStore, service, file.clientId, file.secret)
  return stored.ok ? ok(true) : stored
}

function fileFields(
  file: ClientFile,
): Pick<ClientFile, 'clientId' | 'kind' | 'projectId' | 'redirectUris' | 'javascriptOrigins'> {
  const { clientId, kind, projectId, redirectUris, javascriptOrigins } = file
  return { clientId, kind, projectId, redirectUris, javascriptOrigins }
}

function differs(file: ClientFile, known: ClientRecord): boolean {
  return (
    kindDiffers(file, known) ||
    file.projectId !== known.projectId ||
    file.redirectUris.join('\n') !== known.redirectUris.join('\n') ||
    file.javascriptOrigins.join('\n') !== known.javascriptOrigins.join('\n')
  )
}

/** What the person said of it stands, unless the file is of a kind that leaves nothing open. */
function kindDiffers(file: ClientFile, known: ClientRecord): boolean {
  const open = file.kind !== 'web' && known.kind !== 'web'
  return file.kind !== known.kind && !(known.kindChosen && open)
}

/** The project's name, made unlike the labels there are: people recognise that, not the id. */
function newLabel(context: ProfileContext, file: ClientFile): string {
  const taken = new Set([...context.ledger.state().clients.values()].map((client) => client.label))
  const base = (file.projectId ?? file.clientId.split('.')[0] ?? file.clientId).slice(0, 100)
  if (!taken.has(base)) return base
  let number = 2
  while (taken.has(`${base} ${number}`)) number += 1
  return `${base} ${number}`
}
