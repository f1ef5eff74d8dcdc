/** Who is meant in a folder: looks at the disk for what `resolveAccount` then decides by. */
import type { Outcome } from '../../contract/outcome.ts'
import { ok } from '../../contract/outcome.ts'
import type { WhoView } from '../../contract/who.ts'
import type { DeclarationReading } from '../folders/declaration-reading.ts'
import { declarationView, readDeclaration } from '../folders/declaration-reading.ts'
import { unanswered } from '../folders/find-folder.ts'
import { folderPatienceMs, within } from '../folders/patience.ts'
import type { Folders, FoundFolder } from '../ports.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { State } from '../state/state.ts'
import type { Place } from './resolve-account.ts'
import { resolveAccount } from './resolve-account.ts'

export interface AskWho {
  /** Where the request comes from; null where that is not known. */
  readonly folder: string | null
  /** A client's id or label. */
  readonly clientId: string | null
  /** An account's id, e-mail address or label, as the request names it. */
  readonly named: string | null
  /** The same as a variable of the program's environment names it. */
  readonly environment: string | null
}

/**
 * Which account is meant, why, and the nearest `.latchkey.json`, whatever it is worth. A file that has no effect
 * hides nothing: the nearest rule or approved content above it decides.
 *
 * Errors: `folder-missing`, `folder-unreadable`, also where the disk does not answer.
 */
export async function askWho(context: ProfileContext, question: AskWho): Promise<Outcome<WhoView>> {
  const { folder, ...rest } = question
  const seen = folder === null ? ok(nowhere) : await lookInTime(context, folder)
  if (!seen.ok) return seen
  const { path, lineage, nearest } = seen.value
  const state = context.ledger.state()
  const { outcome, decidedIn } = resolveAccount({ ...rest, lineage }, state)
  return ok({ folder: path, outcome, decidedIn, declaration: nearest && declarationView(nearest, state) })
}

/** What the disk says of a folder and those above it. */
interface Surroundings {
  readonly path: string | null
  readonly lineage: readonly Place[]
  readonly nearest: DeclarationReading | null
}
const nowhere: Surroundings = { path: null, lineage: [], nearest: null }

function lookInTime({ ledger, ports }: ProfileContext, folder: string): Promise<Outcome<Surroundings>> {
  const look = lookAround(ports.folders, folder, ledger.state())
  return within(ports.timers, folderPatienceMs, look, () => unanswered(folder))
}

async function lookAround(folders: Folders, path: string, state: State): Promise<Outcome<Surroundings>> {
  const found = await folders.find(path)
  if (!found.ok) return found
  const lineage: Place[] = []
  let nearest: DeclarationReading | null = null
  for (const folder of folders.lineage(found.value)) {
    // Above the nearest file only one that was approved can matter.
    const wanted: boolean = nearest === null || state.approvals.has(folder.key)
    const reading: DeclarationReading | null = wanted ? await readDeclaration(folders, folder) : null
    nearest ??= reading
    lineage.push(placeOf(folder, reading))
  }
  return ok({ path: found.value.path, lineage, nearest })
}

function placeOf({ path, key }: FoundFolder, reading: DeclarationReading | null): Place {
  return { folder: path, key, digest: reading?.kind === 'understood' ? reading.digest : null }
}
