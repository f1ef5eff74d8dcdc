import { scopeCost } from '../../../electron/contract/scopes/scope-cost.ts'
import type { ClientView, SignInPreview } from '../../../electron/contract/views.ts'
import type { Catalogue } from '../scopes/scope-text.ts'

/** What the scopes alone cost, whatever tokens there are. */
export type ScopeCosts = Pick<SignInPreview, 'restricted' | 'sensitive' | 'tooMany' | 'workspaceOnly'>

/** What scopes cost an account that is not known yet, so that nobody can say what it may not have. */
export function costOfScopes(
  scopes: readonly string[],
  client: Pick<ClientView, 'publishing' | 'userType'>,
  catalogue: Catalogue | null,
): ScopeCosts {
  return { ...scopeCost(scopes, client, catalogue?.scopeEntry ?? null), workspaceOnly: [] }
}

export function hasScopeCost({ restricted, sensitive, tooMany, workspaceOnly }: ScopeCosts): boolean {
  return restricted.length + sensitive.length + workspaceOnly.length > 0 || tooMany !== null
}
