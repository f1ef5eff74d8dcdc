import type { Inspection } from '../../../electron/contract/inspection.ts'

/** What Google says against what is believed: `untold` where Google said nothing of it. */
export type Match = 'same' | 'different' | 'untold'

export function matchOf(same: boolean | null): Match {
  if (same === null) return 'untold'
  return same ? 'same' : 'different'
}

/** How many things Google says otherwise than Latchkey believes; scopes count as one for either side. */
export function countDifferences(inspection: Inspection): number {
  const { audience, authorizedParty, email, sameAccount, expiresAt, scopes } = inspection
  const sames = [audience.same, authorizedParty.same, email.same, sameAccount, expiresAt.same]
  const sides = [scopes.onlyTold, scopes.onlyBelieved]
  return sames.filter((same) => same === false).length + sides.filter((side) => side.length > 0).length
}
