import catalogue from './scope-catalogue.json' with { type: 'json' }

export interface ScopeGroup {
  readonly product: string
  readonly scopes: readonly string[]
}

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

/** In the file the common beginning is left out; a scope with another one is written in full. */
export const catalogueGroups: readonly ScopeGroup[] = catalogue.map(({ product, scopes }) => ({
  product,
  scopes: scopes.map((name) => (name.includes(':') ? name : `${commonPrefix}${name}`)),
}))

let products: Map<string, string> | undefined

function productOf(scope: string): string {
  if (isIdentity(scope)) return identityProduct
  products ??= new Map(
    catalogueGroups.flatMap((group) => group.scopes.map((name) => [name, group.product] as const)),
  )
  return products.get(scope) ?? otherProduct
}

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

/** Groups scopes by product: identity first, then in the order of the catalogue, unknown ones last. */
export function groupScopes(scopes: readonly string[]): ScopeGroup[] {
  const groups = new Map<string, string[]>()
  for (const scope of scopes) {
    const product = productOf(scope)
    const group = groups.get(product) ?? []
    if (!group.some((known) => shortScope(known) === shortScope(scope))) group.push(scope)
    groups.set(product, group)
  }
  const order = [identityProduct, ...catalogueGroups.map((group) => group.product), otherProduct]
  return order.flatMap((product) => {
    const found = groups.get(product)
    return found ? [{ product, scopes: found }] : []
  })
}

/** The scopes to ask for: the identity ones first, each scope once. */
export function withIdentity(scopes: readonly string[]): string[] {
  return [...identityScopes, ...new Set(scopes.filter((scope) => !isIdentity(scope)))]
}

/** What a search in the catalogue leaves: groups whose product or scopes hold every word. */
export function searchCatalogue(groups: readonly ScopeGroup[], query: string): ScopeGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return groups.flatMap((group) => {
    const product = group.product.toLowerCase()
    const scopes = group.scopes.filter((scope) => {
      const short = shortScope(scope).toLowerCase()
      return words.every((word) => product.includes(word) || short.includes(word) || scope === word)
    })
    return scopes.length > 0 ? [{ product: group.product, scopes }] : []
  })
}

/** RFC 6749 section 3.3: what a scope may be made of. The same rule as main's. */
export function isScope(text: string): boolean {
  return /^[\x21\x23-\x5B\x5D-\x7E]{1,512}$/.test(text)
}
