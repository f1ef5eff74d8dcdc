/** What scripts can tell an ending by. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** The arguments were not understood. */
  unclear: 2,
  /** Another Latchkey has the profile open. */
  owned: 3,
  /** No Latchkey has the profile open. */
  nobody: 4,
  /** A person, or a lease that somebody gave, says no. */
  refused: 5,
  /** It can work later, unchanged. */
  passing: 6,
  interrupted: 130,
} as const

const refusals = /^(ask-|lease-|doors-locked$|vault-locked$)/
const passing =
  /^(network-|server-unavailable$|rate-limited$|proxy-failed$|answer-|door-busy$|door-failed$|owner-silent$|keychain-(locked|timeout|unavailable)$)/

/** The exit code of an error by its code (`contract/errors.ts`). */
export function exitCodeOf(code: string): number {
  if (code === 'profile-owned') return exitCodes.owned
  if (code === 'owner-missing') return exitCodes.nobody
  if (code === 'params-invalid' || code === 'arguments-unclear') return exitCodes.unclear
  if (code === 'interrupted') return exitCodes.interrupted
  if (refusals.test(code)) return exitCodes.refused
  return passing.test(code) ? exitCodes.passing : exitCodes.failed
}
