import type { AuthorizationRequest, DeviceRequest } from './authorization-request.ts'
import type { PageLanguage } from './pages/words.ts'

/** One sign-in that a person is in the middle of. Lives in memory only. */
export interface Visit {
  readonly request: AuthorizationRequest | DeviceRequest
  readonly language: PageLanguage
  /** The chosen account; null on the chooser. */
  readonly sub: string | null
}

/** Names a visit by a random ticket that only its own pages hold: what makes a form ours and no one else's. */
export interface Tickets<T> {
  issue(visit: T): string
  find(ticket: string): T | null
  update(ticket: string, visit: T): void
  /** Ends a visit; its pages say so when they are used again. */
  redeem(ticket: string): void
}

const lifeMs = 30 * 60 * 1000
const visitLimit = 200

/** `now` is the machine's time, ms: a practice clock that is moved does not end a visit. */
export function createTickets<T>(now: () => number, random: (bytes: number) => string): Tickets<T> {
  const visits = new Map<string, { readonly visit: T; readonly endsAt: number }>()
  return {
    issue: (visit) => {
      const ticket = random(24)
      visits.set(ticket, { visit, endsAt: now() + lifeMs })
      const oldest = visits.keys().next()
      if (visits.size > visitLimit && oldest.done !== true) visits.delete(oldest.value)
      return ticket
    },
    find: (ticket) => {
      const found = visits.get(ticket)
      return found !== undefined && now() < found.endsAt ? found.visit : null
    },
    update: (ticket, visit) => {
      const found = visits.get(ticket)
      if (found !== undefined) visits.set(ticket, { ...found, visit })
    },
    redeem: (ticket) => {
      visits.delete(ticket)
    },
  }
}
