/** The three ways in which a client file comes. Main reads each of them, so that no secret passes the window. */
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ImportResult } from '../../contract/views.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { ImportOptions } from './import-client.ts'
import { importClient } from './import-client.ts'

type Imported = Promise<Outcome<ImportResult>>

/** Errors: those of `importClient`, `file-unreadable`. Answers `cancelled` when no file was picked. */
export async function importPickedFile(context: ProfileContext, options: ImportOptions): Imported {
  const path = await context.ports.desktop.pickFile('client-file')
  return path === null ? ok({ kind: 'cancelled' }) : importFileAt(context, path, options)
}

/** Errors: those of `importClient`, `file-unreadable`. */
export async function importFileAt(context: ProfileContext, path: string, options: ImportOptions): Imported {
  const bytes = await context.ports.desktop.readSmallFile(path)
  return bytes.ok ? importClient(context, bytes.value, options) : bytes
}

/** Errors: those of `importClient`, `clipboard-empty`. */
export async function importFromClipboard(context: ProfileContext, options: ImportOptions): Imported {
  const text = await context.ports.desktop.readClipboard()
  return text.trim() === '' ? fail('clipboard-empty') : importClient(context, Buffer.from(text), options)
}
