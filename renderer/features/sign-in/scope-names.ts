/** Asked for at every sign-in: they say who signed in, and give access to nothing else. */
export const identityScopes = ['openid', 'email', 'profile'] as const
/** The product name of the identity scopes; the window writes it in its own language. */
export const identityProduct = 'identity'
/** Scopes that no product of the catalogue names. */
export const otherProduct = 'other'

/** Google answers with the long names of what was asked by the short ones. */
const identityNames: Readonly<Record<string, string>> = {
  openid: 'openid',
  email: 'email',
  profile: 'profile',
  'https://www.googleapis.com/auth/userinfo.email': 'email',
  'https://www.googleapis.com/auth/userinfo.profile': 'profile',
}
const commonPrefix = 'https://www.googleapis.com/auth/'
const mostBytes = 512

export function isIdentity(scope: string): boolean {
  return Object.hasOwn(identityNames, scope)
}

/** The part of a scope that tells it from others: `gmail.readonly`, `mail.google.com`, `openid`. */
export function shortScope(scope: string): string {
  const identity = identityNames[scope]
  if (identity !== undefined) return identity
  if (scope.startsWith(commonPrefix)) return scope.slice(commonPrefix.length)
  return scope.replace(/^https:\/\//, '').replace(/\/$/, '')
}

/** The scopes to ask for: the identity ones first, each scope once. */
export function withIdentity(scopes: readonly string[]): string[] {
  return [...identityScopes, ...new Set(scopes.filter((scope) => !isIdentity(scope)))]
}

/** RFC 6749 section 3.3: what a scope may be made of. The same rule as main's. */
export function isScope(text: string): boolean {
  return /^[\x21\x23-\x5B\x5D-\x7E]{1,512}$/.test(text)
}

export type ScopeFault = 'spaces' | 'direction' | 'long' | 'characters'

/** What is wrong with a typed scope, `text` without blanks around it; null when it can be asked for. */
export function scopeFault(text: string): ScopeFault | null {
  if (/[\p{Bidi_Control}\p{Script=Hebrew}\p{Script=Arabic}]/u.test(text)) return 'direction'
  if (/\s/.test(text)) return 'spaces'
  if (text.length > mostBytes) return 'long'
  return isScope(text) ? null : 'characters'
}

/** Marks that turn or hide text around them: written out, a name cannot pass for another one. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** A name from outside, safe to show: marks that change the direction of reading stand there by their number. */
export function visibleName(name: string): string {
  return name.replace(
    invisible,
    (mark) => `[U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
  )
}
