/** What the command needs of `agent.ts`, which holds the whole product and is loaded only where that is needed. */
import type { CommandHandlers } from '../contract/answer.ts'
import type { Outcome } from '../contract/outcome.ts'
import type { FlowView, ProfileName } from '../contract/views.ts'
import type { TypedClipboard } from './clipboard.ts'

export interface AgentOptions {
  readonly profile: ProfileName
  /** An open file descriptor from which the passphrase of the vault is read; null without one. */
  readonly passphraseFd: number | null
}

export interface HereOptions {
  readonly profile: ProfileName
}

/** A profile that this process has to itself until it closes it. */
export interface Here {
  readonly handlers: CommandHandlers
  /** What the handlers take for the clipboard. */
  readonly clipboard: TypedClipboard
  /** Tells each new view of a sign-in; answers what stops the telling. */
  watch(onFlow: (flow: FlowView) => void): () => void
  close(): Promise<void>
}

export interface AgentModule {
  /** Serves a profile until a signal ends it. Answers an exit code (`exit-codes.ts`), after what there is to say. */
  runAgent(options: AgentOptions): Promise<number>
  /** Errors: `profile-owned`, and those of opening a profile. */
  openHere(options: HereOptions): Promise<Outcome<Here>>
}
