import type { PracticeRules } from '../contract/views.ts'

const prefix = 'https://www.googleapis.com/auth/'
export const emailScope = `${prefix}userinfo.email`
export const profileScope = `${prefix}userinfo.profile`
const signInScopes: readonly string[] = ['openid', emailScope, profileScope]

/** Requested spelling to the one that Google answers with (google-oauth.md 7.2). */
const aliases: ReadonlyMap<string, string> = new Map([
  ['email', emailScope],
  ['profile', profileScope],
  ['https://www.google.com/m8/feeds', `${prefix}contacts`],
  ['https://www.google.com/m8/feeds/', `${prefix}contacts`],
  ['https://www.google.com/calendar/feeds', `${prefix}calendar`],
  ['https://www.google.com/calendar/feeds/', `${prefix}calendar`],
  [`${prefix}drive.appfolder`, `${prefix}drive.appdata`],
])

export function splitScopes(text: string): readonly string[] {
  return [...new Set(text.split(' ').filter((scope) => scope !== ''))]
}

/**
 * The scopes as token responses spell them: aliases replaced, `openid` added to e-mail and profile, each once,
 * in an order of the server's own (google-oauth.md 7.2).
 */
export function canonicalScopes(scopes: readonly string[]): readonly string[] {
  const spelled = new Set(scopes.map((scope) => aliases.get(scope) ?? scope))
  if (spelled.has(emailScope) || spelled.has(profileScope)) spelled.add('openid')
  return [...spelled].sort()
}

/** What stands in the redirect's `scope`: short and long spellings of e-mail and profile, both. */
export function redirectScopes(canonical: readonly string[]): readonly string[] {
  const short = [
    ...(canonical.includes(emailScope) ? ['email'] : []),
    ...(canonical.includes(profileScope) ? ['profile'] : []),
  ]
  return [...short, ...canonical]
}

/** Whether it only says who somebody is: name, e-mail, profile. Never separable on the consent page. */
export function isSignInScope(scope: string): boolean {
  return signInScopes.includes(scope)
}

/** Gmail scopes die with a password change (google-oauth.md 2.2, row 3). */
export function isGmailScope(scope: string): boolean {
  return scope === 'https://mail.google.com/' || scope.startsWith(`${prefix}gmail.`)
}

/** The first words of the Google Cloud scopes; what follows begins with a mark or is nothing. */
const cloudWords: readonly string[] = [
  'appengine',
  'bigquery',
  'bigtable',
  'cloud',
  'cloudkms',
  'cloudplatformprojects',
  'cloudruntimeconfig',
  'compute',
  'datastore',
  'devstorage',
  'logging',
  'monitoring',
  'ndev',
  'pubsub',
  'service',
  'servicecontrol',
  'source',
  'spanner',
  'sqlservice',
  'trace',
]

/** Google Cloud scopes: a session length that the administrator sets ends tokens that hold one (row 8). */
export function isCloudScope(scope: string): boolean {
  return cloudWords.includes(firstWord(scope))
}

/** `https://www.googleapis.com/auth/drive.file` is `drive`; a scope of another form has none. */
function firstWord(scope: string): string {
  if (!scope.startsWith(prefix)) return ''
  return scope.slice(prefix.length).split(/[._-]/, 1)[0] ?? ''
}

export type Product = PracticeRules['restricted'][number]

/** Drive is one service with its editors for an administrator: "Drive and Docs". */
const wordsOfDrive: readonly string[] = ['drive', 'documents', 'spreadsheets', 'presentations']

/** The service of Google that an administrator can set to Restricted, or null (row 7). */
export function productOf(scope: string): Product | null {
  if (isGmailScope(scope)) return 'gmail'
  if (wordsOfDrive.includes(firstWord(scope))) return 'drive'
  if (firstWord(scope) === 'calendar') return 'calendar'
  return isCloudScope(scope) ? 'cloud' : null
}

/** Scopes that only a Workspace account can be asked for (google-oauth.md 1.5, `invalid_scope`). */
export function isAdminScope(scope: string): boolean {
  return scope.startsWith(`${prefix}admin.`)
}

const deviceScopes: readonly string[] = [
  'email',
  'openid',
  'profile',
  emailScope,
  profileScope,
  ...['drive.appdata', 'drive.file', 'youtube', 'youtube.readonly'].map((name) => `${prefix}${name}`),
]

/** The few scopes that a limited-input device can ask for (google-oauth.md section 5). */
export function isDeviceScope(scope: string): boolean {
  return deviceScopes.includes(aliases.get(scope) ?? scope)
}

/** Whether a string has the form of a Google scope (google-oauth.md 7.3). Scopes are case-sensitive. */
export function isKnownForm(scope: string): boolean {
  const named = scope === 'openid' || scope === 'https://mail.google.com/' || aliases.has(scope)
  return named || (scope.startsWith(prefix) && /^[a-z0-9][a-z0-9._-]*$/.test(scope.slice(prefix.length)))
}

/** The last part of a scope, for people: `drive.file`. */
export function shortScopeName(scope: string): string {
  return scope.startsWith(prefix) ? scope.slice(prefix.length) : scope
}

export function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  return part.every((scope) => whole.includes(scope))
}

/**
 * The scopes that get a box of their own on the consent page: those beyond sign-in, from two on. One alone
 * stands or falls with the whole (google-oauth.md section 9, granular consent).
 */
export function separableScopes(requested: readonly string[]): readonly string[] {
  const others = canonicalScopes(requested).filter((scope) => !isSignInScope(scope))
  return others.length >= 2 ? others : []
}
