/** What a command of the palette is, and how one is found. The commands themselves stand beside what they are about. */
import type { Snapshot } from '../../../electron/contract/views.ts'
import type { Actions } from '../../state/actions.ts'
import type { Navigation } from '../../state/navigation.svelte.ts'
import type { WeekRow } from '../week/week-list.ts'

export interface PaletteCommand {
  readonly id: string
  readonly text: string
  /** Said beside it: the kind of thing, or a shortcut. */
  readonly hint: string
  readonly run: () => void
}

export interface PaletteWorld {
  readonly snapshot: Snapshot
  readonly actions: Actions
  readonly navigation: Navigation
  /** Begins a sitting over these rows. */
  readonly renewAll: (rows: readonly WeekRow[]) => void
  /** Opens what can be made to happen at practice Google. */
  readonly cause: () => void
  /** Opens the list of accounts to switch to. */
  readonly switchAccount: () => void
  readonly addClient: () => void
  /** Opens the dialog that says what a token from anywhere is. */
  readonly inspectToken: () => void
  /** The two ways of bringing a client file that need no pointer. */
  readonly chooseFile: () => void
  readonly pasteFile: () => void
}

export type Maker = (world: PaletteWorld) => PaletteCommand[]

/** Commands that hold every word of the query; those that begin with it come first. At most `limit`. */
export function findCommands(
  commands: readonly PaletteCommand[],
  query: string,
  limit: number,
): PaletteCommand[] {
  const wanted = query.trim().toLowerCase()
  const words = wanted.split(/\s+/).filter(Boolean)
  const found = commands.filter((command) => {
    const text = `${command.text} ${command.hint}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const rank = (command: PaletteCommand): number =>
    wanted !== '' && command.text.toLowerCase().startsWith(wanted) ? 0 : 1
  return found.sort((a, b) => rank(a) - rank(b)).slice(0, limit)
}
