import type { Snapshot } from '../../electron/contract/views.ts'

/** Main signs real accounts in on a safe runtime only, practice ones on any. */
export function canSignIn({ profile, about }: Pick<Snapshot, 'profile' | 'about'>): boolean {
  return profile === 'practice' || about.realSignInAllowed
}
