/**
 * Scopes as sets. Google answers with other spellings and another order than asked (google-oauth.md 7.2), so
 * comparing strings would report changes that are none.
 */

const aliases = new Map([
  ['email', 'https://www.googleapis.com/auth/userinfo.email'],
  ['profile', 'https://www.googleapis.com/auth/userinfo.profile'],
  ['https://www.google.com/m8/feeds', 'https://www.googleapis.com/auth/contacts'],
  ['https://www.google.com/calendar/feeds', 'https://www.googleapis.com/auth/calendar'],
  ['https://www.googleapis.com/auth/drive.appfolder', 'https://www.googleapis.com/auth/drive.appdata'],
])

/** Asked at every sign-in: without them nobody can tell whose token it is (google-oauth.md 1.2). */
export const identityScopes: readonly string[] = ['openid', 'email', 'profile']

/** The one spelling of a scope. The slash of `https://mail.google.com/` belongs to its name and stays. */
export function canonicalScope(scope: string): string {
  const feed = /^https:\/\/www\.google\.com\/.*feeds\/$/.test(scope) ? scope.slice(0, -1) : scope
  return aliases.get(feed) ?? feed
}

/** What a server names can be anything; more than this of one scope is cut off, here and everywhere alike. */
const longestScope = 4096

/** Every spelling that means the same scope, the canonical one first. */
export function spellingsOf(scope: string): readonly string[] {
  const canonical = canonicalScope(scope)
  return [canonical, ...[...aliases].filter(([, name]) => name === canonical).map(([alias]) => alias)]
}

/** Splits the `scope` of a response, in canonical spelling, each once, in the order given. */
export function parseScopes(text: string): readonly string[] {
  const scopes = text.split(/\s+/).filter((scope) => scope !== '')
  return uniqueScopes(scopes.map((scope) => scope.slice(0, longestScope)))
}

export function uniqueScopes(scopes: readonly string[]): readonly string[] {
  return [...new Set(scopes.map(canonicalScope))]
}

/** What was asked and is not in what was granted, in canonical spelling. */
export function declinedScopes(asked: readonly string[], granted: readonly string[]): readonly string[] {
  const held = new Set(granted.map(canonicalScope))
  return uniqueScopes(asked).filter((scope) => !held.has(scope))
}

/** True when a token with `granted` can do everything that one with `other` can. */
export function coversScopes(granted: readonly string[], other: readonly string[]): boolean {
  return declinedScopes(other, granted).length === 0
}

/** True when both name the same scopes, in whatever spelling and order. */
export function sameScopes(one: readonly string[], other: readonly string[]): boolean {
  return coversScopes(one, other) && coversScopes(other, one)
}

/**
 * True when an answer gives what was asked: the same scopes, and `openid` or not beside the e-mail address or the
 * profile, since Google adds it there (google-oauth.md 7.2).
 */
export function givesScopes(given: readonly string[], asked: readonly string[]): boolean {
  return sameScopes(withOpenId(given), withOpenId(asked))
}

const withOpenIdAlways: readonly string[] = ['email', 'profile'].map(canonicalScope)

function withOpenId(scopes: readonly string[]): readonly string[] {
  return scopes.some((scope) => withOpenIdAlways.includes(canonicalScope(scope)))
    ? [...scopes, 'openid']
    : scopes
}
