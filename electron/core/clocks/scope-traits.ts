/** What a set of scopes means for the life of its token. */
import { canonicalScope, identityScopes } from '../../contract/scopes/scope-sets.ts'

export interface ScopeTraits {
  readonly canonical: ReadonlySet<string>
  /** Nothing but name, e-mail and profile: exempt from the seven days of Testing (google-oauth.md 2.2 #9). */
  readonly identityOnly: boolean
  /** Dies with the password (google-oauth.md 2.2 #3). */
  readonly gmail: boolean
  /** Subject to the session length that an administrator sets for Google Cloud (google-oauth.md 2.2 #8). */
  readonly cloud: boolean
}

const identity = new Set(identityScopes.map(canonicalScope))
const gmailScope = /^https:\/\/mail\.google\.com\/|^https:\/\/www\.googleapis\.com\/auth\/gmail\./
/** Google publishes no list; these are the services of Google Cloud by their scope names. */
const cloudScope =
  /^https:\/\/www\.googleapis\.com\/auth\/(cloud|compute|devstorage|bigquery|bigtable|sqlservice|appengine|logging|monitoring|pubsub|datastore|spanner|trace|ndev\.|service\.management|servicecontrol|source\.)/

/** A ledger's scope lists never change, so each is looked at once; and most accounts gave the same few. */
const knownLists = new WeakMap<readonly string[], ScopeTraits>()
const knownSets = new Map<string, ScopeTraits>()

/** The traits of a granted list, in whatever spelling it stands. */
export function scopeTraits(granted: readonly string[]): ScopeTraits {
  let traits = knownLists.get(granted)
  if (!traits) {
    const key = granted.join(' ')
    traits = knownSets.get(key) ?? traitsOf(granted)
    knownSets.set(key, traits)
    knownLists.set(granted, traits)
  }
  return traits
}

function traitsOf(granted: readonly string[]): ScopeTraits {
  const canonical = new Set(granted.map(canonicalScope))
  const scopes = [...canonical]
  return {
    canonical,
    identityOnly: scopes.every((scope) => identity.has(scope)),
    gmail: scopes.some((scope) => gmailScope.test(scope)),
    cloud: scopes.some((scope) => cloudScope.test(scope)),
  }
}

/** True when a token with the traits `one` can do everything that one with `other` can. */
export function coversTraits(one: ScopeTraits, other: ScopeTraits): boolean {
  for (const scope of other.canonical) if (!one.canonical.has(scope)) return false
  return true
}
