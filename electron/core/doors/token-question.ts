/** What a program asks for at any door, and what it gets: the words that the doors and the broker share. */
import type { DoorKind, ProgramView } from '../../contract/doors.ts'
import type { AppError } from '../../contract/outcome.ts'
import type { Secret } from '../secret.ts'

export interface TokenQuestion {
  readonly door: DoorKind
  /** The handle of a lease; null where the program itself is what may be recognised. */
  readonly handle: Secret | null
  /** The lease whose own port this is (metadata server); null elsewhere. */
  readonly leaseId: string | null
  /** An account's id, e-mail address or label as the request names it; null where it names none. */
  readonly account: string | null
  /** The same as a variable of the program's environment names it. */
  readonly environment: string | null
  /** A client's id or label. */
  readonly client: string | null
  /** Null: all that the lease allows. */
  readonly scopes: readonly string[] | null
  /** How long the token should last at least, ms. */
  readonly minTtlMs: number
  /** Null where nothing is known of it. */
  readonly program: ProgramView | null
  /** The same for the same program at every start; null where it is not known which it is. */
  readonly programKey: string | null
  /** The folder that it works in, for rules; null where not known. */
  readonly folder: string | null
  /** It comes from another machine through a forwarded socket. */
  readonly remote: boolean
  /**
   * Where no lease covers it: `wait` for a person's answer; `tell` answers at once which question waits, so that the
   * caller can put it on its own terminal; `never` fails with `lease-needed`.
   */
  readonly ask: 'wait' | 'tell' | 'never'
  /** The question that was told before: waits for its answer. */
  readonly askId: string | null
  readonly signal?: AbortSignal
}

export interface GivenToken {
  readonly secret: Secret
  /** By Google's time, epoch ms. */
  readonly expiresAt: number
  /** From now, ms, at least 0. */
  readonly remainingMs: number
  readonly scopes: readonly string[]
  readonly accountId: string
  readonly email: string
  /** Null of a service account. */
  readonly clientId: string | null
  readonly projectId: string | null
  readonly quotaProject: string | null
  readonly leaseId: string
}

export type TokenReply =
  | { readonly kind: 'token'; readonly token: GivenToken }
  /** Only with `ask: 'tell'`. */
  | { readonly kind: 'asked'; readonly askId: string }
  | { readonly kind: 'failed'; readonly error: AppError }
  | { readonly kind: 'aborted' }

/** Whom a lease is for, without a token; for what a metadata server tells besides tokens. */
export interface LeaseSubject {
  readonly leaseId: string
  readonly accountId: string
  readonly email: string
  readonly clientId: string | null
  readonly scopes: readonly string[]
  readonly projectId: string | null
  readonly projectNumber: string | null
  readonly service: boolean
}
