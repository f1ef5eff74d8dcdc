/** What a profile does as its vault is locked, unlocked and found damaged. */
import { appError } from '../../contract/outcome.ts'
import type { Problems } from '../state/problems.ts'
import type { VaultDesk, VaultState } from './vault-desk.ts'

export interface VaultFollower {
  /** It was locked before. */
  onOpen(): void
  onLocked(): void
}

/**
 * Says at once and with every change whether the vault is locked and what is wrong with it. `follower` is told of changes
 * only. Answers what stops it; without a vault there is nothing to do.
 */
export function followVault(
  desk: VaultDesk | null,
  problems: Pick<Problems, 'report' | 'resolve'>,
  follower: VaultFollower,
): () => void {
  if (!desk) return () => undefined
  let known: VaultState = desk.state()
  say(desk, problems)
  return desk.onChange(() => {
    say(desk, problems)
    const state = desk.state()
    if (state === known) return
    known = state
    if (state === 'open') follower.onOpen()
    else follower.onLocked()
  })
}

function say(desk: VaultDesk, problems: Pick<Problems, 'report' | 'resolve'>): void {
  const [locked, damage] = [desk.state() === 'locked', desk.problem()]
  if (locked) problems.report('vault-locked', appError('vault-locked'), 'none')
  else problems.resolve('vault-locked')
  if (damage) problems.report('vault-damage', damage, 'none')
  else problems.resolve('vault-damage')
}
