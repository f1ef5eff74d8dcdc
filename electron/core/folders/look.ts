import type { Outcome } from '../../contract/outcome.ts'
import { ok } from '../../contract/outcome.ts'
import type { FolderLook } from '../../contract/who.ts'
import { Slots } from '../access/slots.ts'
import type { FoundFolder } from '../ports.ts'
import type { ProfileContext } from '../profile-context.ts'
import { declarationView, readDeclaration } from './declaration-reading.ts'
import { folderPatienceMs, within } from './patience.ts'

/**
 * So many folders are looked at together. One whose disk does not answer keeps its place until it does: the threads
 * that wait for disks are few, and the ledger needs one of them.
 */
const lanes = 2

/**
 * How the folders of all rules and approvals stand on the disk, each once. All of it together takes no longer than
 * one folder may; what has not answered by then counts as not found.
 */
export async function lookAtFolders(context: ProfileContext): Promise<Outcome<FolderLook[]>> {
  const { ledger, ports } = context
  const { folderRules, approvals } = ledger.state()
  const known = new Map<string, FoundFolder>()
  for (const { folder, key } of [...approvals.values(), ...folderRules.values()])
    known.set(key, { path: folder, key })
  const slots = new Slots(lanes)
  const looks = [...known.values()].map((folder) =>
    within(
      ports.timers,
      folderPatienceMs,
      slots.run(() => lookAt(context, folder)),
      () => notFound(folder),
    ),
  )
  return ok(await Promise.all(looks))
}

/** Where a link to somewhere else has come in its place, the folder of the rule is not there any more. */
async function lookAt({ ledger, ports }: ProfileContext, folder: FoundFolder): Promise<FolderLook> {
  const found = await ports.folders.find(folder.path)
  if (!found.ok || found.value.key !== folder.key) return notFound(folder)
  const reading = await readDeclaration(ports.folders, found.value)
  const declaration = reading && { ...declarationView(reading, ledger.state()), folder: folder.path }
  return { folder: folder.path, found: true, declaration }
}

function notFound({ path }: FoundFolder): FolderLook {
  return { folder: path, found: false, declaration: null }
}
