import type { Publishing, UserType } from '../views.ts'
import type { ScopeEntry } from './catalogue.ts'
import { declinedScopes, identityScopes } from './scope-sets.ts'

/** Beyond about so many scopes besides identity, sign-ins are reported to fail (google-oauth.md 1.5). */
const scopeCeiling = 25

export interface ScopeCost {
  /** What a client without verification pays for with a warning and a cap of users (google-oauth.md 9). */
  readonly restricted: string[]
  readonly sensitive: string[]
  readonly tooMany: { readonly count: number; readonly ceiling: number } | null
}

/**
 * What Google makes of scopes that are asked together. `entryOf` is the catalogue's, which both sides load late; null
 * before it is there.
 */
export function scopeCost(
  scopes: readonly string[],
  client: { readonly publishing: Publishing; readonly userType: UserType },
  entryOf: ((scope: string) => ScopeEntry | null) | null,
): ScopeCost {
  // Only its own organisation can use it, so Google asks for no verification.
  const internal = client.publishing === 'internal' || client.userType === 'internal'
  const ofClass = (wanted: ScopeEntry['class']): string[] =>
    internal ? [] : scopes.filter((scope) => entryOf?.(scope)?.class === wanted)
  const count = declinedScopes(scopes, identityScopes).length
  return {
    restricted: ofClass('restricted'),
    sensitive: ofClass('sensitive'),
    tooMany: count > scopeCeiling ? { count, ceiling: scopeCeiling } : null,
  }
}
