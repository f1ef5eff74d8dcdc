import type { CommandParams, CommandResult } from '../../../electron/contract/commands.ts'
import type { AdcFileView, AskAnswer, LeaseView } from '../../../electron/contract/doors.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { m } from '../../messages/generated/messages.js'
import type { ActionTools } from '../../state/actions.ts'
import { titleOfLease } from './lease-text.ts'

export type LeaseWish = CommandParams<'leases.give'>
export type GivenLease = CommandResult<'leases.give'>

/** What a person can do about programs and doors. What goes wrong is shown as elsewhere, unless said otherwise. */
export class ProgramActions {
  readonly #tools: ActionTools

  constructor(tools: ActionTools) {
    this.#tools = tools
  }

  /** `scopes` null: what was asked for. Answers whether the answer counted. */
  answer = async (askId: string, answer: AskAnswer, scopes: readonly string[] | null): Promise<boolean> => {
    const params = { askId, answer, scopes: scopes && [...scopes] }
    return (await this.#tools.told(this.#tools.bridge.asks.answer(params))) !== null
  }

  unmute = async (programKey: string): Promise<void> => {
    await this.#tools.told(this.#tools.bridge.asks.unmute({ programKey }))
  }

  /** Why it could not be given is shown in the dialog that asked for it. */
  give = (wish: LeaseWish): Promise<Outcome<GivenLease>> => this.#tools.bridge.leases.give(wish)

  /** What lies where the file would go; `path` null for where Google's libraries look. */
  lookAtAdc = (path: string | null): Promise<Outcome<AdcFileView>> => this.#tools.bridge.adc.look({ path })

  takeBack = async (lease: LeaseView): Promise<boolean> => {
    const name = titleOfLease(lease)
    const ended = await this.#tools.told(this.#tools.bridge.leases.end({ leaseId: lease.leaseId }))
    if (ended) this.#tools.done(() => m.lease_taken_back({ name }))
    return ended !== null
  }

  takeBackAll = async (): Promise<boolean> => {
    const ended = await this.#tools.told(this.#tools.bridge.leases.endAll({}))
    if (ended) this.#tools.done(() => m.leases_taken_back())
    return ended !== null
  }

  undoFile = async (lease: LeaseView): Promise<boolean> => {
    const file = lease.file ?? ''
    const undone = await this.#tools.told(this.#tools.bridge.leases.undoFile({ leaseId: lease.leaseId }))
    if (undone) this.#tools.done(() => m.file_undone({ file }))
    return undone !== null
  }
}
