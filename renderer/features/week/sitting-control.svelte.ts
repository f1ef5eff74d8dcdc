import type { Snapshot } from '../../../electron/contract/views.ts'
import type { Actions } from '../../state/actions.ts'
import type { Navigation } from '../../state/navigation.svelte.ts'
import { canCancel, isOver } from '../sign-in/flow-text.ts'
import type { Sitting, SittingItem } from './sitting.ts'
import { beginSitting, begun, currentItem, isRunning, nextItem, noticed, skipped } from './sitting.ts'
import type { WeekRow } from './week-list.ts'

/** The one sitting of the window. It outlives its page, because each sign-in has a page of its own. */
export class SittingControl {
  sitting = $state.raw<Sitting | null>(null)
  readonly #actions: Actions
  readonly #navigation: Navigation
  readonly #snapshot: () => Snapshot | null
  #starting = false

  constructor(actions: Actions, navigation: Navigation, snapshot: () => Snapshot | null) {
    this.#actions = actions
    this.#navigation = navigation
    this.#snapshot = snapshot
  }

  /** Begins with the first renewable row. */
  begin = async (rows: readonly WeekRow[]): Promise<void> => {
    const snapshot = this.#snapshot()
    if (!snapshot || this.sitting) return
    this.sitting = beginSitting(rows, snapshot.profile)
    await this.next()
  }

  /** Signs in the next one; the page of the one before it is closed. */
  next = async (): Promise<void> => {
    const item = this.sitting && nextItem(this.sitting)
    if (item) await this.#signIn(item)
  }

  /** The current one once more. */
  retry = async (): Promise<void> => {
    const item = this.sitting && currentItem(this.sitting)
    if (item) await this.#signIn(item)
  }

  /** Leaves out the one that runs, or else the next one. */
  skip = async (): Promise<void> => {
    const sitting = this.sitting
    if (!sitting) return
    const item = isRunning(sitting) ? currentItem(sitting) : nextItem(sitting)
    if (!item) return
    this.sitting = skipped(sitting, item)
    const flow = this.#flow()
    if (isRunning(sitting) && flow && canCancel(flow)) await this.#actions.cancelSignIn(flow.flowId)
  }

  /** Ends the sitting. A sign-in that runs goes on by itself. */
  stop = (): void => {
    this.sitting = null
  }

  /** Takes in what the window shows; another profile ends the sitting. */
  notice(snapshot: Snapshot): void {
    if (!this.sitting) return
    if (this.sitting.profile === snapshot.profile) this.sitting = noticed(this.sitting, snapshot)
    else this.stop()
  }

  #flow(): Snapshot['flows'][number] | undefined {
    return this.#snapshot()?.flows.find((flow) => flow.flowId === this.sitting?.flowId)
  }

  async #signIn(item: SittingItem): Promise<void> {
    if (this.#starting || !this.sitting) return
    this.#starting = true
    const before = this.#flow()
    const started = await this.#actions.startSignIn(item.clientId, item.scopes, item.accountId)
    this.#starting = false
    const { place } = this.#navigation
    const flowId = started && place.page === 'flow' ? place.flowId : null
    if (this.sitting) this.sitting = begun(this.sitting, item, flowId)
    if (before && isOver(before)) await this.#actions.dismissFlow(before.flowId)
  }
}
