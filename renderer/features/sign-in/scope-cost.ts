import type { ClientView, SignInPreview } from '../../../electron/contract/views.ts'
import type { Catalogue } from '../scopes/scope-text.ts'

/** What the scopes alone cost, whatever tokens there are. */
export type ScopeCosts = Pick<SignInPreview, 'restricted' | 'sensitive' | 'tooMany' | 'workspaceOnly'>

/** More of them beyond identity are reported to fail under a client without verification; the same as main's. */
const ceiling = 25

/**
 * What scopes beyond identity cost an account that is not known yet, so that nobody can say what it may not have.
 * Google shows its warning only for projects that outsiders can use.
 */
export function costOfScopes(
  scopes: readonly string[],
  client: Pick<ClientView, 'publishing' | 'userType'>,
  catalogue: Catalogue | null,
): ScopeCosts {
  const internal = client.publishing === 'internal' || client.userType === 'internal'
  const of = (kind: 'restricted' | 'sensitive'): string[] =>
    internal ? [] : scopes.filter((scope) => catalogue?.scopeEntry(scope)?.class === kind)
  const tooMany = scopes.length > ceiling ? { count: scopes.length, ceiling } : null
  return { restricted: of('restricted'), sensitive: of('sensitive'), tooMany, workspaceOnly: [] }
}

export function hasScopeCost({ restricted, sensitive, tooMany, workspaceOnly }: ScopeCosts): boolean {
  return restricted.length + sensitive.length + workspaceOnly.length > 0 || tooMany !== null
}
