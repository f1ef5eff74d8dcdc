/**
 * Everything that happens to clients, accounts and tokens, as facts in the past tense. The ledger is the only
 * place where this is written down; state is a fold over it. Never a secret: a token is named by its id.
 *
 * One literal of shapes; the types and the cheap check that runs over every line at start are derived from it.
 */

/** `number since2`: a number that lines of the first version lack. */
type FieldKind = 'string' | 'string?' | 'number' | 'number?' | 'number since2' | 'boolean' | 'strings'

interface KindTypes {
  string: string
  'string?': string | null
  number: number
  'number?': number | null
  'number since2': number | undefined
  boolean: boolean
  strings: readonly string[]
}

const identity = {
  accountId: 'string',
  issuer: 'string',
  sub: 'string',
  email: 'string',
  name: 'string?',
  hostedDomain: 'string?',
} as const

const clientFile = {
  clientId: 'string',
  kind: 'string',
  projectId: 'string?',
  redirectUris: 'strings',
  javascriptOrigins: 'strings',
} as const

const shapes = {
  'client.added': { ...clientFile, label: 'string' },
  'client.fileUpdated': clientFile,
  'client.described': { clientId: 'string', label: 'string', publishing: 'string', userType: 'string' },
  /** Its file leaves open which kind it is, and the person said. */
  'client.kindChosen': { clientId: 'string', kind: 'string' },
  /** How it proves itself at the token endpoint. */
  'client.authenticationChosen': { clientId: 'string', authentication: 'string' },
  'client.secretReplaced': { clientId: 'string' },
  'client.secretMissing': { clientId: 'string' },
  'client.retired': { clientId: 'string', retired: 'boolean' },
  'client.keepAliveChosen': { clientId: 'string', keepAlive: 'boolean' },
  /** Google does not accept the client itself; nothing is said about its tokens. */
  'client.refused': { clientId: 'string', error: 'string', description: 'string', status: 'number' },
  /** It works again after a refusal. */
  'client.accepted': { clientId: 'string' },
  'client.removed': { clientId: 'string' },

  'account.signedIn': identity,
  'account.labelled': { accountId: 'string', label: 'string?' },
  'account.activated': { accountId: 'string' },
  /** The account that is meant under a client; null leaves it to the active one. */
  'account.activatedFor': { clientId: 'string', accountId: 'string?' },
  'account.forgotten': { accountId: 'string' },

  /** A rule of a folder, new or changed. `key` is what folders are compared by; see the port `Folders`. */
  'folder.ruled': {
    ruleId: 'string',
    folder: 'string',
    key: 'string',
    accountId: 'string',
    clientId: 'string?',
  },
  'folder.ruleRemoved': { ruleId: 'string' },
  /** The person approved one content of a folder's `.latchkey.json`, and whom it meant then. */
  'folder.declarationApproved': {
    folder: 'string',
    key: 'string',
    digest: 'string',
    accountId: 'string',
    clientId: 'string?',
    effect: 'string',
  },
  'folder.declarationWithdrawn': { key: 'string' },

  /** Written before the keychain: it carries all that is needed to finish the sign-in after a crash. */
  'token.intended': {
    ...identity,
    tokenId: 'string',
    clientId: 'string',
    asked: 'strings',
    granted: 'strings',
    /** Instant from `refresh_token_expires_in`, ms; null where Google gave none. */
    expiresAt: 'number?',
    /** By Google's time, ms, where this machine's clock may be wrong. */
    mintedAt: 'number since2',
  },
  /** The secret is in the keychain and was read back. */
  'token.minted': { tokenId: 'string' },
  /** The secret never reached the keychain. At Google the token may live on. */
  'token.abandoned': { tokenId: 'string' },
  'token.forgotten': { tokenId: 'string', reason: 'string' },
  'token.secretMissing': { tokenId: 'string' },
  'token.secretFound': { tokenId: 'string' },

  /**
   * A successful refresh, which is a use. `usedAt` is by Google's time where this machine's clock is wrong;
   * `expiresAt` as in `token.intended`, null where the answer said nothing of it.
   */
  'token.refreshed': { tokenId: 'string', usedAt: 'number', expiresAt: 'number?' },
  /**
   * Google answered, and the answer was no, not just for the moment. `verdict` is one of the contract's,
   * `refusedAt` is as `usedAt` above.
   */
  'token.refused': {
    tokenId: 'string',
    refusedAt: 'number',
    verdict: 'string',
    error: 'string',
    subtype: 'string',
    description: 'string',
    status: 'number',
  },
  /**
   * As `token.intended`, for a refresh token that came with the refresh of another; the rest is inherited. That
   * refresh is a use as well: `usedAt` as in `token.refreshed`.
   */
  'token.rotationIntended': {
    tokenId: 'string',
    replaces: 'string',
    usedAt: 'number',
    expiresAt: 'number?',
  },
  'token.causeCorrected': { tokenId: 'string', cause: 'string?' },
  /** A dead token was taken out of view. */
  'token.dismissed': { tokenId: 'string' },
  /**
   * Google is about to be asked to revoke everything that the account gave the project. Written first, so that a
   * crash after it does not leave deaths that nobody can explain.
   */
  'grant.revocationIntended': { accountId: 'string', projectNumber: 'string' },
  /** It was revoked at Google from here. */
  'grant.revoked': { accountId: 'string', projectNumber: 'string' },
  /** Nothing is known to have come of the intent. */
  'grant.revocationFailed': { accountId: 'string', projectNumber: 'string', reason: 'string' },

  /** Access without a refresh token, which lives in memory only. Instants by Google's time. */
  'access.received': {
    ...identity,
    clientId: 'string',
    asked: 'strings',
    granted: 'strings',
    receivedAt: 'number',
    expiresAt: 'number',
  },
  /** It was forgotten here, or revoked. */
  'access.dropped': { accountId: 'string', clientId: 'string', reason: 'string' },

  /** A service account; `uniqueId` is its number at Google. */
  'service.added': {
    accountId: 'string',
    issuer: 'string',
    email: 'string',
    uniqueId: 'string',
    projectId: 'string?',
  },
  'service.configured': { accountId: 'string', scopes: 'strings', subject: 'string?' },
  /** The private key is in the keychain and was read back. */
  'service.keyAdded': { accountId: 'string', keyId: 'string', privateKeyId: 'string', bits: 'number' },
  /** When Google's certificate for it begins. */
  'service.keyDated': { accountId: 'string', keyId: 'string', createdAt: 'number' },
  /** It got a token. Written at most once a day, and when that ends a refusal. */
  'service.keyUsed': { accountId: 'string', keyId: 'string', usedAt: 'number' },
  /** Google's no. `about` is `key`, `account` or `request`: what it is that has to be mended. */
  'service.refused': {
    accountId: 'string',
    keyId: 'string',
    refusedAt: 'number',
    about: 'string',
    error: 'string',
    description: 'string',
    status: 'number',
    scopes: 'strings',
    subject: 'string?',
  },
  'service.keyMissing': { accountId: 'string', keyId: 'string' },
  'service.keyFound': { accountId: 'string', keyId: 'string' },
  'service.keyForgotten': { accountId: 'string', keyId: 'string', reason: 'string' },

  /**
   * A program may have access tokens at a door. Of its handle only the SHA-256 is kept (base64url); null where the
   * program itself is what is recognised, by `programKey`. `accountId` null: whoever is meant where it works.
   * `everything`: all that is granted, and `scopes` is empty. `session`: the run of the machine that it holds for.
   */
  'lease.given': {
    leaseId: 'string',
    label: 'string',
    door: 'string',
    term: 'string',
    handleHash: 'string?',
    programKey: 'string?',
    programName: 'string?',
    programPath: 'string?',
    programFolder: 'string?',
    programHost: 'string?',
    certainty: 'string?',
    accountId: 'string?',
    clientId: 'string?',
    everything: 'boolean',
    scopes: 'strings',
    remote: 'boolean',
    expiresAt: 'number?',
    session: 'string?',
    port: 'number?',
    file: 'string?',
    quotaProject: 'string?',
  },
  /**
   * Tokens of one grant were handed out under a lease; `count` times between two instants (ms), as one line. `named`:
   * the scopes were asked for by name.
   */
  'lease.used': {
    leaseId: 'string',
    accountId: 'string',
    clientId: 'string?',
    scopes: 'strings',
    named: 'boolean',
    count: 'number',
    firstAt: 'number',
    lastAt: 'number',
  },
  /** It was asked and got nothing; as one line. */
  'lease.refused': {
    leaseId: 'string',
    code: 'string',
    count: 'number',
    firstAt: 'number',
    lastAt: 'number',
  },
  'lease.ended': { leaseId: 'string', reason: 'string' },
  /** A program asked, and the answer was no, or none came: `answer` is `no`, `none` or `muted`. */
  'ask.refused': {
    programKey: 'string',
    programName: 'string',
    accountId: 'string',
    clientId: 'string?',
    scopes: 'strings',
    remote: 'boolean',
    answer: 'string',
    count: 'number',
  },
  /** `by` is `person` or `screen`. */
  'doors.locked': { by: 'string' },
  'doors.unlocked': {},

  'signIn.ended': { flowId: 'string', clientId: 'string', accountId: 'string?', outcome: 'string' },
  'ledger.tornLineDropped': { bytes: 'number' },
  'ledger.continued': { line: 'number', reason: 'string' },
  'orphan.removed': { service: 'string', account: 'string' },
} as const satisfies Record<string, Readonly<Record<string, FieldKind>>>

export type EventType = keyof typeof shapes
type DataOf<T extends EventType> = {
  readonly [F in keyof (typeof shapes)[T]]: (typeof shapes)[T][F] extends infer K extends FieldKind
    ? KindTypes[K]
    : never
}
export type EventData<T extends EventType> = DataOf<T>
export type LatchkeyEvent = { [T in EventType]: { readonly type: T; readonly data: DataOf<T> } }[EventType]

const fieldsOf = new Map<string, readonly (readonly [string, FieldKind])[]>(
  Object.entries(shapes).map(([type, shape]) => [type, Object.entries(shape) as [string, FieldKind][]]),
)

/**
 * Takes one line's type and data, answers the event, or null for a type or a form this version does not know.
 * Hand-made instead of a schema because it runs for each of 100,000 lines at start.
 */
export function checkEvent(type: string, data: unknown): LatchkeyEvent | null {
  const fields = fieldsOf.get(type)
  if (!fields || typeof data !== 'object' || data === null) return null
  const record = data as Record<string, unknown>
  for (const [name, kind] of fields) {
    if (!fits(record[name], kind)) return null
  }
  return { type, data } as LatchkeyEvent
}

function fits(value: unknown, kind: FieldKind): boolean {
  switch (kind) {
    case 'string':
      return typeof value === 'string'
    case 'string?':
      return value === null || typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'number?':
      return value === null || typeof value === 'number'
    case 'number since2':
      return value === undefined || typeof value === 'number'
    case 'boolean':
      return typeof value === 'boolean'
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
  }
}
