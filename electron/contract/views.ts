/**
 * View models: everything the window may know. No schema here can hold a refresh token, an access token,
 * a client secret or a private key. Instants are epoch milliseconds by the profile's clock.
 */
import * as v from 'valibot'
import type { ErrorCode } from './errors.ts'
import { errors } from './errors.ts'

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const instant = v.pipe(v.number(), v.integer())
const count = v.pipe(v.number(), v.integer(), v.minValue(0))

export const clientIdSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(256))
export const idSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,64}$/))
export const labelSchema = v.pipe(v.string(), v.trim(), v.maxLength(120))
/** One OAuth scope: RFC 6749 section 3.3 scope-token, at most 512 bytes. */
export const scopeSchema = v.pipe(v.string(), v.regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,512}$/))

export const errorCodeSchema = v.picklist(Object.keys(errors) as [ErrorCode, ...ErrorCode[]])
export const appErrorSchema = v.strictObject({
  code: errorCodeSchema,
  message: text(1000),
  retryable: v.boolean(),
  details: v.exactOptional(v.record(text(40), v.union([text(600), v.number()]))),
})

export const profileSchema = v.picklist(['real', 'practice'])
export type ProfileName = v.InferOutput<typeof profileSchema>

/**
 * How a refresh token stands here. `held`: its secret is in the keychain. `elsewhere`: forgotten here, presumably
 * still live at Google, so it counts. `missing`: it should be in the keychain and is not.
 */
export const tokenViewSchema = v.strictObject({
  tokenId: idSchema,
  standing: v.picklist(['held', 'elsewhere', 'missing']),
  scopes: v.array(scopeSchema),
  mintedAt: instant,
  lastUsedAt: instant,
  /** From `refresh_token_expires_in` (google-oauth.md 1.8); null where Google gave none. */
  expiresAt: v.nullable(instant),
})
export type TokenView = v.InferOutput<typeof tokenViewSchema>

export const grantViewSchema = v.strictObject({
  clientId: clientIdSchema,
  /** As the token responses returned them, over all tokens held here. */
  granted: v.array(scopeSchema),
  /** Asked at the latest sign-in and not granted. */
  declined: v.array(scopeSchema),
  /** Newest first; at most the 100 that can be live. */
  tokens: v.array(tokenViewSchema),
  /** A lower bound: what was minted here and is not known dead (google-oauth.md 2.3). */
  liveAtLeast: count,
  limit: count,
})
export type GrantView = v.InferOutput<typeof grantViewSchema>

export const healthViewSchema = v.strictObject({
  level: v.picklist(['fine', 'soon', 'dead']),
  reason: v.picklist([
    'ready',
    'no-token',
    'secret-missing',
    'many-tokens',
    'limit-near',
    'expires-soon',
    'expired',
  ]),
  /** The instant that the reason is about, if it has one. */
  at: v.nullable(instant),
})
export type HealthView = v.InferOutput<typeof healthViewSchema>

export const accountViewSchema = v.strictObject({
  accountId: idSchema,
  email: text(320),
  name: v.nullable(text(300)),
  label: v.nullable(labelSchema),
  hostedDomain: v.nullable(text(255)),
  active: v.boolean(),
  firstSignedInAt: instant,
  lastSignedInAt: instant,
  health: healthViewSchema,
  grants: v.array(grantViewSchema),
})
export type AccountView = v.InferOutput<typeof accountViewSchema>

export const publishingSchema = v.picklist(['unknown', 'testing', 'production', 'internal'])
export type Publishing = v.InferOutput<typeof publishingSchema>
export const userTypeSchema = v.picklist(['unknown', 'external', 'internal'])
export type UserType = v.InferOutput<typeof userTypeSchema>

export const clientViewSchema = v.strictObject({
  clientId: clientIdSchema,
  type: v.picklist(['installed', 'web']),
  label: labelSchema,
  projectId: v.nullable(text(128)),
  projectNumber: v.nullable(text(32)),
  publishing: publishingSchema,
  userType: userTypeSchema,
  addedAt: instant,
  secretReplacedAt: v.nullable(instant),
  secretMissing: v.boolean(),
  accountCount: count,
})
export type ClientView = v.InferOutput<typeof clientViewSchema>

export const flowStepSchema = v.variant('kind', [
  /** The keychain is tried before the browser opens. `slow` once it takes longer than a second. */
  v.strictObject({ kind: v.literal('checking-keychain'), slow: v.boolean() }),
  v.strictObject({ kind: v.literal('opening-browser') }),
  /** `notice` says e.g. that the browser did not open; the flow goes on, the link can still be copied. */
  v.strictObject({ kind: v.literal('waiting'), notice: v.nullable(appErrorSchema) }),
  v.strictObject({ kind: v.literal('exchanging') }),
  /** Another account than expected came back; nothing is stored until the person chooses. */
  v.strictObject({ kind: v.literal('choosing-account'), arrivedEmail: text(320), chooseBefore: instant }),
  v.strictObject({ kind: v.literal('storing'), slow: v.boolean() }),
  v.strictObject({
    kind: v.literal('done'),
    accountId: idSchema,
    email: text(320),
    granted: v.array(scopeSchema),
    declined: v.array(scopeSchema),
    liveAtLeast: count,
    /** The token held before for the same grant was forgotten here; it still counts at Google. */
    replacedOlder: v.boolean(),
  }),
  v.strictObject({ kind: v.literal('failed'), error: appErrorSchema }),
])
export type FlowStep = v.InferOutput<typeof flowStepSchema>

export const flowViewSchema = v.strictObject({
  flowId: idSchema,
  clientId: clientIdSchema,
  /** Null when any account is welcome. */
  expectedEmail: v.nullable(text(320)),
  accountId: v.nullable(idSchema),
  asked: v.array(scopeSchema),
  startedAt: instant,
  endsAt: instant,
  step: flowStepSchema,
})
export type FlowView = v.InferOutput<typeof flowViewSchema>

export const languageSchema = v.picklist(['system', 'en', 'hi'])
export const themeSchema = v.picklist(['system', 'light', 'dark'])
export const browserChoiceSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('system') }),
  v.strictObject({ kind: v.literal('program'), name: text(120), path: text(4096) }),
])
export type BrowserChoice = v.InferOutput<typeof browserChoiceSchema>
export const settingsViewSchema = v.strictObject({
  language: languageSchema,
  theme: themeSchema,
  browser: browserChoiceSchema,
})
export type SettingsView = v.InferOutput<typeof settingsViewSchema>

/** Something found that needs a person's eye: a damaged history, an orphan, an old runtime. */
export const problemViewSchema = v.strictObject({
  problemId: idSchema,
  error: appErrorSchema,
  action: v.picklist(['none', 'continue-ledger', 'remove-orphan']),
  dismissible: v.boolean(),
})
export type ProblemView = v.InferOutput<typeof problemViewSchema>

export const practiceViewSchema = v.strictObject({
  issuer: text(200),
  accounts: v.array(
    v.strictObject({ email: text(320), name: text(300), hostedDomain: v.nullable(text(255)) }),
  ),
})
export type PracticeView = v.InferOutput<typeof practiceViewSchema>

export const aboutSchema = v.strictObject({
  version: text(40),
  electron: text(40),
  chromium: text(40),
  platform: v.picklist(['linux', 'darwin', 'win32']),
  /** False on a runtime without security fixes: real sign-in is refused there. */
  realSignInAllowed: v.boolean(),
  dataFolder: text(4096),
})
export type About = v.InferOutput<typeof aboutSchema>

/** Everything at one revision. Deltas carry the following revisions; a gap means: fetch again. */
export const snapshotSchema = v.strictObject({
  revision: count,
  profile: profileSchema,
  readOnly: v.boolean(),
  /** Profile time minus this machine's time, ms. Zero in the real profile. */
  clockOffsetMs: v.number(),
  about: aboutSchema,
  settings: settingsViewSchema,
  clients: v.array(clientViewSchema),
  accounts: v.array(accountViewSchema),
  flows: v.array(flowViewSchema),
  problems: v.array(problemViewSchema),
  practice: v.nullable(practiceViewSchema),
})
export type Snapshot = v.InferOutput<typeof snapshotSchema>

const changes = <T extends v.GenericSchema, I extends v.GenericSchema>(row: T, id: I) =>
  v.strictObject({ upsert: v.array(row), remove: v.array(id) })

/** What changed since the revision before. Absent parts are unchanged. */
export const stateDeltaSchema = v.strictObject({
  revision: count,
  readOnly: v.exactOptional(v.boolean()),
  clockOffsetMs: v.exactOptional(v.number()),
  settings: v.exactOptional(settingsViewSchema),
  clients: v.exactOptional(changes(clientViewSchema, clientIdSchema)),
  accounts: v.exactOptional(changes(accountViewSchema, idSchema)),
  flows: v.exactOptional(changes(flowViewSchema, idSchema)),
  problems: v.exactOptional(changes(problemViewSchema, idSchema)),
})
export type StateDelta = v.InferOutput<typeof stateDeltaSchema>

/** What would go with an account or a client that is removed from this machine. */
export const removalPreviewSchema = v.strictObject({
  accounts: v.array(v.strictObject({ accountId: idSchema, email: text(320), tokens: count })),
  tokens: count,
})
export type RemovalPreview = v.InferOutput<typeof removalPreviewSchema>

export const importResultSchema = v.variant('kind', [
  v.strictObject({
    kind: v.picklist(['added', 'updated', 'unchanged']),
    clientId: clientIdSchema,
    secretReplaced: v.boolean(),
  }),
  v.strictObject({ kind: v.literal('cancelled') }),
])
export type ImportResult = v.InferOutput<typeof importResultSchema>

export const installedBrowserSchema = v.strictObject({ browserId: idSchema, name: text(120) })
