/**
 * What people bring: a client file or the key of a service account, in one of three ways. Main reads each of them,
 * so that no secret passes the window.
 */
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ImportResult } from '../../contract/views.ts'
import { importClient } from '../clients/import-client.ts'
import type { ProfileContext } from '../profile-context.ts'
import { importKey } from '../service-accounts/import-key.ts'
import { isKeyFile } from '../service-accounts/key-file.ts'
import type { ServiceTokens } from '../service-accounts/service-tokens.ts'

export interface ImportOptions {
  readonly acceptUncheckedSecret: boolean
  /** A further key of this service account is meant, and nothing else. */
  readonly forAccount?: string
}

type Imported = Promise<Outcome<ImportResult>>

/** Takes the bytes of a file and where it lies (null from elsewhere). Errors: those of `importClient` and `importKey`. */
export async function importFile(
  context: ProfileContext,
  tokens: ServiceTokens,
  { bytes, path }: { readonly bytes: Uint8Array; readonly path: string | null },
  options: ImportOptions,
): Imported {
  const { acceptUncheckedSecret, forAccount } = options
  if (forAccount === undefined && !isKeyFile(bytes))
    return importClient(context, bytes, { acceptUncheckedSecret })
  return importKey(context, tokens, { bytes, path, ...(forAccount === undefined ? {} : { forAccount }) })
}

/** Errors: those of `importFile`, `file-unreadable`. Answers `cancelled` when no file was picked. */
export async function importPickedFile(
  context: ProfileContext,
  tokens: ServiceTokens,
  options: ImportOptions,
): Imported {
  const path = await context.ports.desktop.pickFile('client-file')
  return path === null ? ok({ kind: 'cancelled' }) : importFileAt(context, tokens, path, options)
}

/** Errors: those of `importFile`, `file-unreadable`. */
export async function importFileAt(
  context: ProfileContext,
  tokens: ServiceTokens,
  path: string,
  options: ImportOptions,
): Imported {
  const bytes = await context.ports.desktop.readSmallFile(path)
  return bytes.ok ? importFile(context, tokens, { bytes: bytes.value, path }, options) : bytes
}

/** A private key that was taken over does not stay in the clipboard. Errors: those of `importFile`, `clipboard-empty`. */
export async function importFromClipboard(
  context: ProfileContext,
  tokens: ServiceTokens,
  options: ImportOptions,
): Imported {
  const { desktop } = context.ports
  const text = await desktop.readClipboard()
  if (text.trim() === '') return fail('clipboard-empty')
  const imported = await importFile(context, tokens, { bytes: Buffer.from(text), path: null }, options)
  const isKey = imported.ok && imported.value.kind === 'service-account'
  if (isKey && (await desktop.readClipboard()) === text) desktop.clearClipboard()
  return imported
}
