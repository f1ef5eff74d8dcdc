/**
 * Doors: how other programs get short-lived access tokens, and what they were given. A lease is the right of one
 * program at one door; its handle is a secret and stands in no view.
 */
import * as v from 'valibot'
import {
  appErrorSchema,
  clientIdSchema,
  count,
  emailSchema,
  grantedScopeSchema,
  idSchema,
  instant,
  labelSchema,
  pathSchema,
  text,
} from './fields.ts'

/**
 * `command`: our own command line, over the socket. `http`: any program over 127.0.0.1 with the handle as a bearer.
 * `adc`: Google's libraries through a file of application default credentials. `metadata`: a metadata server on a
 * port of its own. `gcloud`: a file with an access token, kept fresh.
 */
export const doorKindSchema = v.picklist(['command', 'http', 'adc', 'metadata', 'gcloud'])
export type DoorKind = v.InferOutput<typeof doorKindSchema>

/**
 * `once`: one token. `session`: until the doors are locked, the machine restarts, or twelve hours are over.
 * `until`: to an instant. `always`: until it is taken back.
 */
export const leaseTermSchema = v.picklist(['once', 'session', 'until', 'always'])
export type LeaseTerm = v.InferOutput<typeof leaseTermSchema>

/** A program as far as it is known. */
export const programViewSchema = v.strictObject({
  name: text(120),
  /** The file that runs; of a script, the script. */
  path: v.nullable(text(4096)),
  /** The folder that it works in. */
  folder: v.nullable(text(4096)),
  pid: v.nullable(count),
  /** The other machine that it says it runs on; null on this one. */
  host: v.nullable(text(255)),
  /** `seen`: the system says so of the connection itself. `stated`: it said its process, and the system describes that. `claimed`: only it says so. */
  certainty: v.picklist(['seen', 'stated', 'claimed']),
})
export type ProgramView = v.InferOutput<typeof programViewSchema>

export const endReasonSchema = v.picklist([
  'taken-back',
  'expired',
  'session-over',
  'used-up',
  'locked',
  'account-gone',
  'replaced',
])
export type LeaseEnd = v.InferOutput<typeof endReasonSchema>

export const leaseViewSchema = v.strictObject({
  leaseId: idSchema,
  label: labelSchema,
  door: doorKindSchema,
  term: leaseTermSchema,
  /** Whom it was given to, as known then; null where only its handle says who uses it. */
  program: v.nullable(programViewSchema),
  /** Null: whoever is meant where the program works, asked each time. */
  accountId: v.nullable(idSchema),
  email: v.nullable(emailSchema),
  clientId: v.nullable(clientIdSchema),
  /** Null: all that is granted. */
  scopes: v.nullable(v.array(grantedScopeSchema)),
  /** Also for what comes from another machine through a forwarded socket. */
  remote: v.boolean(),
  givenAt: instant,
  expiresAt: v.nullable(instant),
  ended: v.nullable(v.strictObject({ at: instant, reason: endReasonSchema })),
  uses: count,
  /** So often it was asked and got nothing. */
  refusals: count,
  lastUsedAt: v.nullable(instant),
  lastRefusal: v.nullable(v.strictObject({ at: instant, error: appErrorSchema })),
  /** Uses of the latest minutes in which there were any, oldest first; thinned. */
  recent: v.array(v.strictObject({ at: instant, count })),
  /** The file that was written for it. */
  file: v.nullable(pathSchema),
  /** `127.0.0.1:PORT` of a metadata server; null while it is not open. */
  address: v.nullable(text(60)),
  quotaProject: v.nullable(text(128)),
  /** Why its door does not answer just now. */
  problem: v.nullable(appErrorSchema),
})
export type LeaseView = v.InferOutput<typeof leaseViewSchema>

/** A program waits for a person's yes or no. Unanswered means no. */
export const askViewSchema = v.strictObject({
  askId: idSchema,
  program: programViewSchema,
  door: doorKindSchema,
  /** It comes through a forwarded socket from another machine. */
  remote: v.boolean(),
  accountId: idSchema,
  email: emailSchema,
  clientId: v.nullable(clientIdSchema),
  /** What it would be given: what it named, otherwise all that is granted. */
  scopes: v.array(grantedScopeSchema),
  /** It named them itself. */
  named: v.boolean(),
  askedAt: instant,
  endsAt: instant,
})
export type AskView = v.InferOutput<typeof askViewSchema>

export const askAnswerSchema = v.picklist(['once', 'session', 'always', 'no'])
export type AskAnswer = v.InferOutput<typeof askAnswerSchema>

export const doorsViewSchema = v.strictObject({
  /** No door answers until unlocked. */
  locked: v.nullable(v.strictObject({ since: instant, by: v.picklist(['person', 'screen']) })),
  /** The socket of the command line; null while it is not open. */
  socket: v.nullable(pathSchema),
  /** The socket that can be forwarded to another machine. */
  remoteSocket: v.nullable(pathSchema),
  /** `127.0.0.1:PORT`; open only while a lease needs it. */
  http: v.nullable(text(60)),
  /** Why a door could not be opened. */
  problem: v.nullable(appErrorSchema),
  /** Programs whose questions are not shown for a while: they were answered no, or not at all, too often. */
  muted: v.array(v.strictObject({ programKey: idSchema, name: text(120), until: instant })),
  /** Whether this system tells when the screen is locked. */
  screenLockTold: v.boolean(),
  /** Where secrets lie: the system's keychain, or a vault with a passphrase. */
  store: v.picklist(['keychain', 'vault']),
  vaultLocked: v.boolean(),
})
export type DoorsView = v.InferOutput<typeof doorsViewSchema>

/** What is asked for when a person gives a lease. */
export const leaseWishSchema = v.strictObject({
  door: v.picklist(['http', 'adc', 'metadata', 'gcloud']),
  label: v.pipe(labelSchema, v.minLength(1)),
  /** Null: by rule, each time. */
  accountId: v.nullable(idSchema),
  clientId: v.nullable(clientIdSchema),
  /** Null: all that is granted. */
  scopes: v.nullable(v.pipe(v.array(grantedScopeSchema), v.minLength(1), v.maxLength(100))),
  term: v.picklist(['session', 'until', 'always']),
  expiresAt: v.nullable(instant),
  remote: v.boolean(),
  /** `adc`: where the file goes; null for where Google's libraries look. */
  file: v.nullable(pathSchema),
  /** The project that requests are charged to. */
  quotaProject: v.nullable(v.pipe(text(128), v.regex(/^[a-z0-9:.-]*$/))),
  /** `metadata`: the port; null for any. */
  port: v.nullable(v.pipe(count, v.minValue(1024), v.maxValue(65535))),
})
export type LeaseWish = v.InferOutput<typeof leaseWishSchema>

/** The file of application default credentials as it lies there now. */
export const adcFileViewSchema = v.strictObject({
  path: pathSchema,
  /** `ours`: written by Latchkey for a lease. `other`: somebody else's. */
  found: v.picklist(['none', 'ours', 'other', 'unreadable']),
  /** It holds a refresh token or a private key that would work on any machine. */
  holdsSecret: v.boolean(),
  leaseId: v.nullable(idSchema),
  /** Where the file that was there before was kept aside. */
  keptAside: v.nullable(pathSchema),
})
export type AdcFileView = v.InferOutput<typeof adcFileViewSchema>

/** When a scope of a grant was last handed out at a door. */
export const usedScopeSchema = v.strictObject({
  scope: grantedScopeSchema,
  at: instant,
  /** A program asked for it by name, not just for everything. */
  named: v.boolean(),
})
export type UsedScope = v.InferOutput<typeof usedScopeSchema>
