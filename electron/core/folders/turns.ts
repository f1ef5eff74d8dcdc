import { Slots } from '../access/slots.ts'
import type { ProfileContext } from '../profile-context.ts'

const turns = new WeakMap<ProfileContext['ledger'], Slots>()

/** Lets changes of a profile's folders follow one another: two windows that ask at once must not make two rules. */
export function inTurn<T>({ ledger }: ProfileContext, change: () => Promise<T>): Promise<T> {
  const slots = turns.get(ledger) ?? new Slots(1)
  turns.set(ledger, slots)
  return slots.run(change)
}
