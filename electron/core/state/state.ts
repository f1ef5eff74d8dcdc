/** The state of a profile: what its ledger folds into. Mutated only in `apply-event.ts`, for the speed of start-up. */
import type { DoorKind, LeaseEnd, LeaseTerm, ProgramView } from '../../contract/doors.ts'
import type { ClientAuthentication, ClientKind } from '../../contract/kinds.ts'
import type { CauseKind, Publishing, UserType, Verdict } from '../../contract/views.ts'
import type { DeclarationEffect } from '../../contract/who.ts'
import type { EventData } from '../ledger/events.ts'

export interface ClientRecord {
  readonly clientId: string
  kind: ClientKind
  /** The person said which kind it is; its file does not overrule that. */
  kindChosen: boolean
  authentication: ClientAuthentication
  label: string
  projectId: string | null
  redirectUris: readonly string[]
  javascriptOrigins: readonly string[]
  publishing: Publishing
  userType: UserType
  readonly addedAt: number
  secretReplacedAt: number | null
  secretMissing: boolean
  retired: boolean
  /** What the person chose; null leaves it to `retired`. */
  keepAlive: boolean | null
  /** The latest token request that succeeded from here. */
  lastUsedAt: number | null
  /** The client itself is not accepted. */
  refusal: ClientRefusal | null
}

export interface ClientRefusal {
  readonly error: string
  readonly description: string
  readonly status: number
  readonly at: number
}

/** Google's latest no to a token; gone with the next yes. */
export interface TokenRefusal {
  readonly verdict: Verdict
  readonly error: string
  readonly subtype: string
  readonly description: string
  readonly status: number
  readonly at: number
}

/** Between how long and how long after its minting a token met `invalid_rapt`, ms: a session's length lies in it. */
export interface SessionEnd {
  readonly clientId: string
  readonly lowerMs: number
  readonly upperMs: number
  readonly at: number
}

/**
 * One refresh token minted by one completed consent. `forgotten` ones stay: at Google they may live on and
 * count against the 100 (google-oauth.md 2.3).
 */
export interface TokenRecord {
  readonly tokenId: string
  readonly clientId: string
  readonly asked: readonly string[]
  readonly granted: readonly string[]
  readonly mintedAt: number
  lastUsedAt: number
  expiresAt: number | null
  standing: 'held' | 'missing' | 'forgotten'
  /** The client was said to be in Testing when this was minted, or later while it lived (google-oauth.md 2.2 #9). */
  testing: boolean
  refreshCount: number
  /** Instants of refreshes: all of the latest, ever fewer of the older. */
  refreshes: readonly number[]
  refusal: TokenRefusal | null
  /** What the person said it died of. */
  correctedCause: CauseKind | null
  /** Dead, and taken out of view. */
  dismissed: boolean
  /** Another secret came in its place, so Google may have ended this one. */
  rotated: boolean
}

/** Google refused it for good. */
export function isDead(token: TokenRecord): boolean {
  return token.refusal?.verdict === 'dead'
}

/** Whether the app keeps a client's tokens alive: as the person chose, otherwise unless the client is retired. */
export function keepsAlive(client: ClientRecord): boolean {
  return client.keepAlive ?? !client.retired
}

/** Access without a refresh token: what was given, and until when. The token itself is in memory, if anywhere. */
export interface AccessRecord {
  readonly clientId: string
  readonly asked: readonly string[]
  readonly granted: readonly string[]
  readonly receivedAt: number
  readonly expiresAt: number
  /** When that was written down, by the machine's clock, as the instants of revocations are. */
  readonly recordedAt: number
}

export interface ServiceRefusal {
  readonly error: string
  readonly description: string
  readonly status: number
  readonly at: number
  readonly scopes: readonly string[]
  readonly subject: string | null
}

/** A private key of a service account. */
export interface ServiceKeyRecord {
  readonly keyId: string
  /** Google's name of it. */
  readonly privateKeyId: string
  readonly bits: number
  readonly addedAt: number
  createdAt: number | null
  lastUsedAt: number | null
  standing: 'held' | 'missing' | 'forgotten'
  refusal: ServiceRefusal | null
}

/** What makes an account a service account. */
export interface ServiceRecord {
  readonly uniqueId: string
  projectId: string | null
  scopes: readonly string[]
  subject: string | null
  /** In the order in which they came. */
  readonly keys: ServiceKeyRecord[]
  /** Google's latest no that is not about a key; `about` the account itself, or what was asked. */
  refusal: (ServiceRefusal & { readonly about: 'account' | 'request' }) | null
}

export interface AccountRecord {
  readonly accountId: string
  readonly issuer: string
  readonly sub: string
  email: string
  name: string | null
  hostedDomain: string | null
  label: string | null
  firstSignedInAt: number
  lastSignedInAt: number
  /** Not shown any more; kept so that a later sign-in finds its history. */
  forgotten: boolean
  /** In the order of minting: the oldest, which Google drops first, comes first. */
  readonly tokens: TokenRecord[]
  /** By `clientId`. */
  accesses: readonly AccessRecord[]
  /** Null for a person's account. */
  service: ServiceRecord | null
  /** What doors handed out, one entry a scope and client. */
  scopeUses: readonly ScopeUse[]
  /** The latest ends of sessions, oldest first. */
  sessionEnds: readonly SessionEnd[]
  /** What was revoked from here, oldest first. */
  revocations: readonly { readonly projectNumber: string; readonly at: number }[]
  /** Revocations that Google was asked for and whose outcome is not known yet; a crash leaves one behind too. */
  revoking: readonly { readonly projectNumber: string; readonly at: number }[]
}

/** In this folder and below, this account is meant. */
export interface FolderRule {
  readonly ruleId: string
  readonly folder: string
  /** What folders are compared by; see the port `Folders`. */
  readonly key: string
  readonly accountId: string
  readonly clientId: string | null
}

/** One content of a folder's `.latchkey.json` that the person approved. */
export interface Approval {
  readonly folder: string
  readonly key: string
  readonly digest: string
  /** Whom it meant when it was approved: a label that moves later does not move this. */
  readonly accountId: string
  readonly clientId: string | null
  readonly effect: DeclarationEffect
  readonly at: number
}

/** The right of one program at one door. */
export interface LeaseRecord {
  readonly leaseId: string
  readonly label: string
  readonly door: DoorKind
  readonly term: LeaseTerm
  /** SHA-256 of its handle, base64url; null where `programKey` is what is recognised. */
  readonly handleHash: string | null
  readonly programKey: string | null
  readonly program: {
    readonly name: string
    readonly path: string | null
    readonly folder: string | null
    readonly host: string | null
    readonly certainty: ProgramView['certainty']
  } | null
  /** Null: whoever is meant where the program works. */
  readonly accountId: string | null
  readonly clientId: string | null
  /** Null: all that is granted. */
  readonly scopes: readonly string[] | null
  readonly remote: boolean
  readonly givenAt: number
  readonly expiresAt: number | null
  /** The run of the machine that a session lease holds for. */
  readonly session: string | null
  readonly port: number | null
  readonly file: string | null
  readonly quotaProject: string | null
  ended: { readonly at: number; readonly reason: LeaseEnd } | null
  uses: number
  refusals: number
  lastUsedAt: number | null
  /** Whose access it gave last; of a lease by rule that is nobody else's to say. */
  lastAccountId: string | null
  lastRefusal: { readonly at: number; readonly code: string } | null
  /** The latest bundles of uses, oldest first; bounded. */
  recent: readonly { readonly at: number; readonly count: number }[]
}

/** When a scope of a grant was last handed out at a door. */
export interface ScopeUse {
  readonly clientId: string | null
  readonly scope: string
  readonly at: number
  readonly named: boolean
}

/** A sign-in or a rotation between its intent and its end. Only a crash leaves one behind. */
export type PendingToken = EventData<'token.intended'> & {
  readonly at: number
  /** The token whose refresh brought this one; null for a sign-in. */
  readonly replaces: string | null
}

export interface State {
  readonly clients: Map<string, ClientRecord>
  readonly accounts: Map<string, AccountRecord>
  readonly pending: Map<string, PendingToken>
  /** tokenId → accountId, for every token ever minted here. */
  readonly ownerOf: Map<string, string>
  activeAccountId: string | null
  /** clientId → the account that is meant under it. */
  readonly activeFor: Map<string, string>
  /** By `ruleId`. */
  readonly folderRules: Map<string, FolderRule>
  /** By `key`: a folder has one `.latchkey.json`. */
  readonly approvals: Map<string, Approval>
  /** By `leaseId`, in the order of giving. Of those that ended only the latest are kept. */
  readonly leases: Map<string, LeaseRecord>
  /** No door answers. */
  doorsLocked: { readonly at: number; readonly by: 'person' | 'screen' } | null
}

export function emptyState(): State {
  return {
    clients: new Map(),
    accounts: new Map(),
    pending: new Map(),
    ownerOf: new Map(),
    activeAccountId: null,
    activeFor: new Map(),
    folderRules: new Map(),
    approvals: new Map(),
    leases: new Map(),
    doorsLocked: null,
  }
}

export function findToken(state: State, tokenId: string): TokenRecord | null {
  const account = state.accounts.get(state.ownerOf.get(tokenId) ?? '')
  return account?.tokens.find((token) => token.tokenId === tokenId) ?? null
}

/**
 * `invalid_rapt` and `rapt_required`, where Google puts them and where Chromium has seen them: the organisation's
 * session length (google-oauth.md 2.2 #8).
 */
export function isSessionEnd({
  error,
  subtype,
}: {
  readonly error: string
  readonly subtype: string
}): boolean {
  return /^(invalid_rapt|rapt_required)$/.test(error) || (error === 'invalid_grant' && /rapt/.test(subtype))
}
