/**
 * One way of signing in. The flow around it tries the keychain first, shows the steps, asks when another account
 * than expected arrives, keeps what was obtained and ends in every case; a way only obtains.
 */
import type { AppError, Outcome } from '../../../../contract/outcome.ts'
import type { FlowStep, FlowView } from '../../../../contract/views.ts'
import type { ReplyPage } from '../../../ports.ts'
import type { ProfileContext } from '../../../profile-context.ts'
import type { Secret } from '../../../secret.ts'
import type { AccountRecord, ClientRecord } from '../../../state/state.ts'
import type { Identity } from '../../identity.ts'
import type { Exchanged } from '../read-tokens.ts'

/** What a way is given by the flow that it runs in. */
export interface Stage {
  readonly context: ProfileContext
  readonly flowId: string
  readonly client: ClientRecord
  /** Empty where the way needs none. */
  readonly clientSecret: Secret
  /** Identity first, each scope once. */
  readonly asked: readonly string[]
  readonly expected: AccountRecord | null
  /** No browser is opened here. */
  readonly elsewhere: boolean
  /** Ends when the person cancels or the profile closes; a request under way is given up. */
  readonly signal: AbortSignal
  /** Tells the window. Takes effect at once. */
  show(step: FlowStep): void
  /** Until when the person is waited for, epoch ms by the profile's clock. */
  waitUntil(endsAt: number): void
  /** How the answer can come back from now on; null for not at all. */
  offer(answer: FlowView['answer']): void
}

/** Access without a refresh token, already validated (google-oauth.md 4.1). */
export interface ReceivedAccess {
  readonly identity: Identity
  readonly accessToken: Secret
  readonly granted: readonly string[]
  /** By Google's time, epoch ms. */
  readonly receivedAt: number
  readonly expiresAt: number
}

export type Obtained =
  | { readonly kind: 'refresh-token'; readonly value: Exchanged }
  | { readonly kind: 'access-token'; readonly value: ReceivedAccess }
  | { readonly kind: 'failed'; readonly error: AppError }
  /** The stage's signal ended it. */
  | { readonly kind: 'aborted' }

export interface Way {
  /** It cannot do without the client's secret. */
  readonly needsSecret: boolean
  /** Runs once, to the end. Throws only what is a bug. */
  obtain(stage: Stage): Promise<Obtained>
  /** The address to open while it can be used, null otherwise. It never goes to the window. */
  readonly link: string | null
  /** Opens it, or opens it again. */
  openBrowser(): Promise<void>
  /**
   * Whether a pasted address answers this sign-in, by its `state` alone and without any effect; so that one that was
   * pasted into another sign-in can be told apart from one that nobody here asked for.
   */
  answers(pasted: URLSearchParams): boolean
  /** Whether exactly such an answer was taken already, however it came. */
  took(pasted: URLSearchParams): boolean
  /** Takes an address that answers it. Errors: `paste-…`, `sign-in-answer-invalid`. */
  paste(pasted: URL): Outcome<null>
  /** What the browser that waits for it shows at the end. The first call counts. */
  reply(page: ReplyPage): void
  /** Gives back listener and timers; safe to call at any time, more than once. */
  close(): Promise<void>
}
