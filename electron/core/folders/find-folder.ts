import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { FoundFolder } from '../ports.ts'
import type { ProfileContext } from '../profile-context.ts'
import { clipped } from '../who/clipped.ts'
import { folderPatienceMs, within } from './patience.ts'

/** A folder as it really lies. Errors: `folder-missing`, `folder-unreadable`, also where the disk does not answer. */
export function findFolder({ ports }: ProfileContext, path: string): Promise<Outcome<FoundFolder>> {
  return within(ports.timers, folderPatienceMs, ports.folders.find(path), () => unanswered(path))
}

/** The disk took too long to say anything of a folder. */
export function unanswered(path: string): Outcome<never> {
  return fail('folder-unreadable', { folder: clipped(path) })
}

/** The person picks a folder; its path without links, or null when they closed the dialog. Errors: those of `findFolder`. */
export async function pickFolder(context: ProfileContext): Promise<Outcome<string | null>> {
  const path = await context.ports.desktop.pickFolder()
  if (path === null) return ok(null)
  const found = await findFolder(context, path)
  return found.ok ? ok(found.value.path) : found
}
