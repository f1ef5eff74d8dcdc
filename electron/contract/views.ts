/**
 * View models: everything the window may know. No schema here can hold a refresh token, an access token,
 * a client secret or a private key. Instants are epoch milliseconds by the profile's clock.
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
  text,
} from './fields.ts'
import { askViewSchema, doorsViewSchema, leaseViewSchema, usedScopeSchema } from './doors.ts'
import { clientAuthenticationSchema, clientKindSchema, credentialKindSchema, wayKindSchema } from './kinds.ts'
import { revocationViewSchema } from './revocation.ts'
import { serviceViewSchema } from './service.ts'
import { foldersViewSchema } from './who.ts'

export const profileSchema = v.picklist(['real', 'practice'])
export type ProfileName = v.InferOutput<typeof profileSchema>

/** Google's rules that end a refresh token (DESIGN section 5, google-oauth.md 2.2). */
export const clockKindSchema = v.picklist([
  'eviction',
  'account-cap',
  'idle',
  'testing',
  'time-based',
  'session',
  'password',
  'revocation',
  'client-idle',
])
export type ClockKind = v.InferOutput<typeof clockKindSchema>

/**
 * One clock that applies to a token. `at` is the earliest instant at which it may strike, `latest` the last one
 * where the rule leaves a span; both null for a condition, which has no instant. `signIns` only for eviction:
 * after how many more sign-ins under this client the token falls off.
 *
 * `stated`: Google said so in a token response. `documented`: follows from a rule that Google publishes.
 * `learned`: from what happened before. `declared`: rests on what the person said of the client. `possible`:
 * applies only if something is so that nobody here knows; never taken for the next deadline.
 */
export const clockViewSchema = v.strictObject({
  kind: clockKindSchema,
  at: v.nullable(instant),
  latest: v.nullable(instant),
  certainty: v.picklist(['stated', 'documented', 'learned', 'declared', 'possible']),
  /** Where the rule stands: a section of google-oauth.md. */
  source: text(40),
  signIns: v.nullable(count),
})
export type ClockView = v.InferOutput<typeof clockViewSchema>

/** Why a refresh token stopped working, as far as local history can tell (google-oauth.md 2.2). */
export const causeKindSchema = v.picklist([
  'revoked-here',
  'revoked-elsewhere',
  'idle',
  'password',
  'evicted',
  'account-cap',
  'time-based',
  'admin',
  'session',
  'testing',
  'client-deleted',
  'account-deleted',
  'unknown',
])
export type CauseKind = v.InferOutput<typeof causeKindSchema>

/**
 * One cause with its evidence. Causes that fit alike share a `rank`; 1 is the likeliest. The window has one
 * sentence for each `evidence`, filled with `details` (instants in ms under names that end in `At`).
 */
export const causeViewSchema = v.strictObject({
  kind: causeKindSchema,
  rank: v.pipe(count, v.minValue(1)),
  evidence: v.picklist([
    'person-says',
    'revoked-here',
    'all-of-project-died',
    'unused-days',
    'gmail-together',
    'gmail-alone',
    'sign-ins-since',
    'oldest-died-alone',
    'many-programs',
    'stated-end',
    'admin-policy',
    'session-refused',
    'testing-day',
    'client-answer',
    'account-answer',
    'nothing',
  ]),
  details: v.record(text(40), v.union([text(200), v.number()])),
})
export type CauseView = v.InferOutput<typeof causeViewSchema>

/** What the latest refused refresh of a token means. `dead` is final; the others can pass. */
export const verdictSchema = v.picklist(['dead', 'person', 'client', 'fault'])
export type Verdict = v.InferOutput<typeof verdictSchema>

/**
 * How a refresh token stands here. `held`: its secret is in the keychain. `elsewhere`: forgotten here, presumably
 * still live at Google, so it counts. `missing`: it should be in the keychain and is not. `dead`: Google refused
 * it for good; it stays in view until dismissed.
 */
export const tokenViewSchema = v.strictObject({
  tokenId: idSchema,
  standing: v.picklist(['held', 'elsewhere', 'missing', 'dead']),
  scopes: v.array(grantedScopeSchema),
  mintedAt: instant,
  lastUsedAt: instant,
  /** From `refresh_token_expires_in` (google-oauth.md 1.8); null where Google gave none. */
  expiresAt: v.nullable(instant),
  /** The next deadline: the earliest clock with an instant that is not merely possible. Null once dead. */
  next: v.nullable(clockViewSchema),
  /** The latest refusal, until a refresh succeeds again. */
  refusal: v.nullable(v.strictObject({ verdict: verdictSchema, at: instant, error: appErrorSchema })),
  /** Likeliest first; the first is `unknown` where there is no evidence. Null while it is not known dead. */
  death: v.nullable(
    v.strictObject({
      at: instant,
      causes: v.array(causeViewSchema),
      /** What the person said it was. */
      corrected: v.nullable(causeKindSchema),
    }),
  ),
})
export type TokenView = v.InferOutput<typeof tokenViewSchema>

/** Everything about the life of one token, for its picture. Asked for one account at a time: lists need less. */
export const lifeViewSchema = v.strictObject({
  tokenId: idSchema,
  clientId: clientIdSchema,
  /** Those with an instant first, soonest first; conditions after them. */
  clocks: v.array(clockViewSchema),
  refreshCount: count,
  /** The latest ones and a thinning selection of the older; ascending. */
  refreshes: v.array(instant),
})
export type LifeView = v.InferOutput<typeof lifeViewSchema>

export const grantViewSchema = v.strictObject({
  clientId: clientIdSchema,
  /** What it can do is in `abilitiesOf`. `client-side` where nothing but such access was given. */
  kind: credentialKindSchema,
  /** As the token responses returned them, over all tokens held here. */
  granted: v.array(grantedScopeSchema),
  /** What the sign-ins of the tokens held here asked for. */
  asked: v.array(grantedScopeSchema),
  /** Granted, and asked for by none of them: a grant of the same project can widen a token (google-oauth.md 1.6). */
  surprises: v.array(grantedScopeSchema),
  /** Asked at the latest sign-in and not granted. */
  declined: v.array(grantedScopeSchema),
  /** Newest first; at most the 100 that can be live. */
  tokens: v.array(tokenViewSchema),
  /** A lower bound: what was minted here and is not known dead (google-oauth.md 2.3). */
  liveAtLeast: count,
  limit: count,
  /** The latest access without a refresh token (client-side), shown until it is forgotten. */
  access: v.nullable(
    v.strictObject({
      granted: v.array(grantedScopeSchema),
      receivedAt: instant,
      expiresAt: instant,
      /** In memory and usable; not after a restart, and not once it has run out. */
      held: v.boolean(),
    }),
  ),
  /** What doors handed out of it, latest first; nothing of what Latchkey itself asked for. */
  used: v.array(usedScopeSchema),
  /** A check of this grant is under way, or failed in passing and will be repeated; null when neither. */
  check: v.nullable(v.strictObject({ running: v.boolean(), error: v.nullable(appErrorSchema) })),
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
    /** The next deadline is within a week; `clock` says which. */
    'deadline',
    /** The deadline of `clock` has passed and Google has not been asked since. */
    'deadline-passed',
    /** Google refuses it for good; `cause` is the likeliest one, null where several fit alike. */
    'died',
    'session-ended',
    'admin-policy',
    'access-denied',
    'client-broken',
    'refused',
    /** Client-side access ran out, and there is nothing else. */
    'access-ended',
    /** Of a service account: 90 days old, none held, not taken by Google, switched off there. */
    'key-old',
    'key-missing',
    'key-refused',
    'service-disabled',
  ]),
  /** The instant that the reason is about, if it has one. */
  at: v.nullable(instant),
  clock: v.nullable(clockKindSchema),
  cause: v.nullable(causeKindSchema),
})
export type HealthView = v.InferOutput<typeof healthViewSchema>

/** Something that will need a person within seven days, or does already. */
export const needViewSchema = v.strictObject({
  tokenId: idSchema,
  clientId: clientIdSchema,
  /** When at the latest; null means now. */
  by: v.nullable(instant),
  reason: healthViewSchema.entries.reason,
  clock: v.nullable(clockKindSchema),
  cause: v.nullable(causeKindSchema),
  /** Whether signing in again helps. A broken client, for example, needs something else first. */
  renewable: v.boolean(),
})
export type NeedView = v.InferOutput<typeof needViewSchema>

export const accountViewSchema = v.strictObject({
  accountId: idSchema,
  email: emailSchema,
  name: v.nullable(text(300)),
  label: v.nullable(labelSchema),
  hostedDomain: v.nullable(text(255)),
  /** Of a service account; null for a person's. It has no grants. */
  service: v.nullable(serviceViewSchema),
  active: v.boolean(),
  firstSignedInAt: instant,
  lastSignedInAt: instant,
  health: healthViewSchema,
  /** The soonest of the next deadlines of the tokens held here. */
  next: v.nullable(clockViewSchema),
  /** Soonest first. */
  needs: v.array(needViewSchema),
  grants: v.array(grantViewSchema),
})
export type AccountView = v.InferOutput<typeof accountViewSchema>

export const publishingSchema = v.picklist(['unknown', 'testing', 'production', 'internal'])
export type Publishing = v.InferOutput<typeof publishingSchema>
export const userTypeSchema = v.picklist(['unknown', 'external', 'internal'])
export type UserType = v.InferOutput<typeof userTypeSchema>

export const clientViewSchema = v.strictObject({
  clientId: clientIdSchema,
  type: clientKindSchema,
  /** Whether the person may say that it is of the other kind, because its file leaves that open. */
  typeOpen: v.boolean(),
  authentication: clientAuthenticationSchema,
  /** The ways of signing in that its registration allows, the usual one first. */
  ways: v.array(wayKindSchema),
  /** Registered addresses of a web client. `listen`: Latchkey can take the answer there. */
  redirects: v.array(v.strictObject({ uri: text(2048), use: v.picklist(['listen', 'paste', 'none']) })),
  javascriptOrigins: v.array(text(2048)),
  /** What to register in the console so that Latchkey can listen, and be a client-side page; null where not needed. */
  toRegister: v.nullable(v.strictObject({ redirect: text(200), origin: text(200) })),
  label: labelSchema,
  projectId: v.nullable(text(128)),
  projectNumber: v.nullable(text(32)),
  publishing: publishingSchema,
  userType: userTypeSchema,
  addedAt: instant,
  secretReplacedAt: v.nullable(instant),
  secretMissing: v.boolean(),
  accountCount: count,
  /** The account that is meant under this client when none is named; null leaves it to the active one. */
  activeAccountId: v.nullable(idSchema),
  /** The person marked it as no longer in use. */
  retired: v.boolean(),
  /** Whether its tokens are checked unasked, which keeps them and the client from dying of idleness. */
  keepAlive: v.boolean(),
  /** The latest successful token request from here; other machines are invisible. */
  lastUsedAt: v.nullable(instant),
  /** When Google may delete it for six idle months, counting from `lastUsedAt` (google-oauth.md 2.2, row 10). */
  idleClock: v.nullable(clockViewSchema),
  /** Google does not accept this client; its tokens may be fine. */
  refusal: v.nullable(v.strictObject({ at: instant, error: appErrorSchema })),
})
export type ClientView = v.InferOutput<typeof clientViewSchema>

export const flowStepSchema = v.variant('kind', [
  /** The keychain is tried before the browser opens. `slow` once it takes longer than a second. */
  v.strictObject({ kind: v.literal('checking-keychain'), slow: v.boolean() }),
  v.strictObject({ kind: v.literal('opening-browser') }),
  /** `notice` says e.g. that the browser did not open; the flow goes on, the link can still be copied. */
  v.strictObject({ kind: v.literal('waiting'), notice: v.nullable(appErrorSchema) }),
  /** The registered port is taken; the sign-in goes on by itself once it is free. */
  v.strictObject({
    kind: v.literal('port-busy'),
    port: count,
    /** The program that holds it, where that can be known. */
    program: v.nullable(text(200)),
  }),
  v.strictObject({ kind: v.literal('requesting-code') }),
  /** `page` is where the code is entered; `scan` the same for a camera. */
  v.strictObject({
    kind: v.literal('showing-code'),
    userCode: text(64),
    page: text(2048),
    scan: text(2048),
    intervalMs: count,
    notice: v.nullable(appErrorSchema),
  }),
  v.strictObject({ kind: v.literal('exchanging') }),
  /** Another account than expected came back; nothing is stored until the person chooses. */
  v.strictObject({ kind: v.literal('choosing-account'), arrivedEmail: emailSchema, chooseBefore: instant }),
  v.strictObject({ kind: v.literal('storing'), slow: v.boolean() }),
  v.strictObject({
    kind: v.literal('done'),
    accountId: idSchema,
    email: emailSchema,
    granted: v.array(grantedScopeSchema),
    declined: v.array(grantedScopeSchema),
    liveAtLeast: count,
    /** The token held before for the same grant was forgotten here; it still counts at Google. */
    replacedOlder: v.boolean(),
    /** When client-side access ends; null where there is a refresh token. */
    accessEndsAt: v.nullable(instant),
  }),
  v.strictObject({ kind: v.literal('failed'), error: appErrorSchema }),
])
export type FlowStep = v.InferOutput<typeof flowStepSchema>

export const flowViewSchema = v.strictObject({
  flowId: idSchema,
  clientId: clientIdSchema,
  way: wayKindSchema,
  /** Null when any account is welcome. */
  expectedEmail: v.nullable(emailSchema),
  accountId: v.nullable(idSchema),
  asked: v.array(grantedScopeSchema),
  startedAt: instant,
  endsAt: instant,
  /** The registered address that was chosen for the answer; null for the usual one of the way. */
  redirectUri: v.nullable(text(2048)),
  /** No browser is opened here: the person takes the address elsewhere. */
  elsewhere: v.boolean(),
  /** How the answer can come back while it is waited for. */
  answer: v.nullable(
    v.strictObject({
      redirectUri: text(2048),
      /** What to type where the browser is, so that its answer comes through ssh; null where nothing listens. */
      forward: v.nullable(text(600)),
      /** The resulting address can be pasted. */
      paste: v.boolean(),
    }),
  ),
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
/** How long an account may go without a successful refresh before it is checked unasked. */
export const checkEverySchema = v.picklist(['day', 'week', 'month', 'never'])
export type CheckEvery = v.InferOutput<typeof checkEverySchema>
/** `HOST:PORT` behind http:// or https://, without credentials: those would lie in a plain file. */
export const proxyAddressSchema = v.pipe(
  v.string(),
  v.maxLength(300),
  v.regex(/^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i),
)
/** `system`: the environment (`HTTPS_PROXY`, `NO_PROXY`), then the setting of the system. */
export const proxyChoiceSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('system') }),
  v.strictObject({ kind: v.literal('none') }),
  v.strictObject({ kind: v.literal('custom'), address: proxyAddressSchema }),
])
export type ProxyChoice = v.InferOutput<typeof proxyChoiceSchema>
export const settingsViewSchema = v.strictObject({
  language: languageSchema,
  theme: themeSchema,
  browser: browserChoiceSchema,
  checkEvery: checkEverySchema,
  proxy: proxyChoiceSchema,
  /** A PEM file with further certificate authorities, absolute path; null for the system's alone. */
  caFile: v.nullable(text(4096)),
  /** Doors are locked when the screen is. */
  lockWithScreen: v.boolean(),
  /** The port of the doors over HTTP, once one was chosen: files point at it. */
  doorPort: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1024), v.maxValue(65535))),
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

/** The rules of practice Google that a person can change, as they stand. */
export const practiceRulesSchema = v.strictObject({
  publishing: v.picklist(['production', 'testing']),
  /** Google Cloud session length for Workspace accounts, h; null for none. */
  sessionHours: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(24))),
  /** Products that the administrator of the Workspace set to Restricted. */
  restricted: v.array(v.picklist(['gmail', 'drive', 'calendar', 'cloud'])),
  clientDeleted: v.boolean(),
})
export type PracticeRules = v.InferOutput<typeof practiceRulesSchema>
export const practiceViewSchema = v.strictObject({
  issuer: text(200),
  accounts: v.array(
    v.strictObject({
      sub: text(64),
      email: emailSchema,
      name: text(300),
      hostedDomain: v.nullable(text(255)),
      /** Deleted or suspended: every token of it is refused. */
      disabled: v.boolean(),
    }),
  ),
  rules: practiceRulesSchema,
  serviceAccounts: v.array(
    v.strictObject({
      email: emailSchema,
      uniqueId: text(64),
      disabled: v.boolean(),
      /** What the administrator registered for delegation. */
      delegated: v.array(grantedScopeSchema),
    }),
  ),
  /**
   * What goes wrong until it is cleared. `revoke-lost`: a revocation is carried out and its answer lost;
   * `revoke-lag`: it takes effect a while later.
   */
  fault: v.nullable(
    v.picklist(['offline', 'portal', 'server-error', 'busy', 'slow', 'revoke-lost', 'revoke-lag']),
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
  folders: foldersViewSchema,
  revocations: v.array(revocationViewSchema),
  doors: doorsViewSchema,
  leases: v.array(leaseViewSchema),
  asks: v.array(askViewSchema),
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
  folders: v.exactOptional(foldersViewSchema),
  revocations: v.exactOptional(changes(revocationViewSchema, idSchema)),
  doors: v.exactOptional(doorsViewSchema),
  leases: v.exactOptional(changes(leaseViewSchema, idSchema)),
  asks: v.exactOptional(changes(askViewSchema, idSchema)),
  problems: v.exactOptional(changes(problemViewSchema, idSchema)),
  practice: v.exactOptional(practiceViewSchema),
})
export type StateDelta = v.InferOutput<typeof stateDeltaSchema>

/** What would go with an account or a client that is removed from this machine. */
export const removalPreviewSchema = v.strictObject({
  accounts: v.array(v.strictObject({ accountId: idSchema, email: emailSchema, tokens: count, keys: count })),
  tokens: count,
})
export type RemovalPreview = v.InferOutput<typeof removalPreviewSchema>

/** What the next sign-in of an account under a client would cost. */
export const signInPreviewSchema = v.strictObject({
  liveAtLeast: count,
  limit: count,
  /** From 80, 95 and 100 live ones on (google-oauth.md 2.3). */
  level: v.picklist(['none', 'many', 'near', 'full']),
  /** The oldest live one, which Google would end without a word; null while there is room. */
  falls: v.nullable(
    v.strictObject({
      tokenId: idSchema,
      mintedAt: instant,
      lastUsedAt: instant,
      /** Held here, so that something here still uses it. */
      held: v.boolean(),
    }),
  ),
  /** A working token held here that already allows everything asked. */
  reuse: v.nullable(v.strictObject({ tokenId: idSchema, mintedAt: instant, lastUsedAt: instant })),
  /** What will be asked: the chosen ones, together with those held where access is added. */
  asks: v.array(grantedScopeSchema),
  /** Of these, not held yet. */
  adds: v.array(grantedScopeSchema),
  /** Restricted and sensitive ones that a client without verification pays for; empty under an internal project. */
  restricted: v.array(grantedScopeSchema),
  sensitive: v.array(grantedScopeSchema),
  /** So many scopes beyond identity, where that is more than sign-ins are known to bear (google-oauth.md 1.5). */
  tooMany: v.nullable(v.strictObject({ count, ceiling: count })),
  /** Scopes that only an organisation's account can have, where this one is none. */
  workspaceOnly: v.array(grantedScopeSchema),
})
export type SignInPreview = v.InferOutput<typeof signInPreviewSchema>

export const importResultSchema = v.variant('kind', [
  v.strictObject({
    kind: v.picklist(['added', 'updated', 'unchanged']),
    clientId: clientIdSchema,
    secretReplaced: v.boolean(),
  }),
  /** The file was the key of a service account. `known`: it was here already. */
  v.strictObject({
    kind: v.literal('service-account'),
    accountId: idSchema,
    keyId: idSchema,
    outcome: v.picklist(['account-added', 'key-added', 'known']),
  }),
  v.strictObject({ kind: v.literal('cancelled') }),
])
export type ImportResult = v.InferOutput<typeof importResultSchema>

export const installedBrowserSchema = v.strictObject({ browserId: idSchema, name: text(120) })
