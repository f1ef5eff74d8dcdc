import type { Bridge } from '../../../electron/contract/bridge.ts'
import type { AppError, Outcome } from '../../../electron/contract/outcome.ts'
import type { ImportResult } from '../../../electron/contract/views.ts'

type Attempt = (acceptUncheckedSecret: boolean) => Promise<Outcome<ImportResult>>
export type Imported = Exclude<ImportResult, { kind: 'cancelled' }>

/**
 * Bringing a client file, by whichever of the three ways. Main reads the file, so no secret comes here; this
 * keeps what went wrong, and the attempt itself for the case that it may be repeated without a check.
 */
export class ClientImport {
  busy = $state(false)
  error = $state.raw<AppError | null>(null)
  #last: Attempt | null = null
  readonly #bridge: Bridge
  readonly #onImported: (result: Imported) => void

  constructor(bridge: Bridge, onImported: (result: Imported) => void) {
    this.#bridge = bridge
    this.#onImported = onImported
  }

  pick = (): Promise<void> =>
    this.#try((unchecked) => this.#bridge.clients.pickFile({ acceptUncheckedSecret: unchecked }))

  paste = (): Promise<void> =>
    this.#try((unchecked) => this.#bridge.clients.importClipboard({ acceptUncheckedSecret: unchecked }))

  /** A file that was dropped on the window. */
  drop = async (file: unknown): Promise<void> => {
    const path = this.#bridge.pathForFile(file)
    if (path === null || path === '') {
      const { appError } = await import('../../../electron/contract/outcome.ts')
      this.error = appError('file-unreadable')
      return
    }
    await this.#try((unchecked) =>
      this.#bridge.clients.importFile({ path, acceptUncheckedSecret: unchecked }),
    )
  }

  /** After `client-secret-unchecked`: the same file once more, and the secret is believed. */
  replaceUnchecked = async (): Promise<void> => {
    if (this.#last) await this.#try(this.#last, true)
  }

  clear(): void {
    this.error = null
    this.#last = null
  }

  async #try(attempt: Attempt, unchecked = false): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.error = null
    this.#last = attempt
    const outcome = await attempt(unchecked)
    this.busy = false
    if (!outcome.ok) this.error = outcome.error
    else if (outcome.value.kind !== 'cancelled') this.#onImported(outcome.value)
  }
}
