/**
 * How the app comes to have a profile: it is free, or an agent has it and gives it away for as long as the app is there.
 * And how an agent that was started meanwhile gets to know when the app leaves.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Outcome } from '../../contract/outcome.ts'
import { fail } from '../../contract/outcome.ts'
import type { DoorListener, Log, ProfileFolder } from '../../core/ports.ts'
import type { OwnerLine } from './owner-line.ts'
import type { OwnerDesk, OwnerPlace } from './owner-place.ts'
import { lineToOwner, openOwnerDesk, readOwner } from './owner-place.ts'
import { RelayedDoors } from './relayed-doors.ts'

type Lock = Extract<Awaited<ReturnType<ProfileFolder['lock']>>, { readonly ok: true }>['value']

/** A profile that this process may open now. */
export interface Seat {
  readonly lock: Lock
  readonly doors: DoorListener
  /** The practice Google that goes on running in the agent; null where there is none. */
  readonly practiceIssuer: string | null
  /** Resolves when the agent that gave the profile is gone; never where there is none. */
  readonly agentGone: Promise<void>
  /** The profile is about to be closed: whoever waits for it is to keep the doors. */
  leaving(): void
}

export interface SeatParts extends OwnerPlace {
  readonly folder: ProfileFolder
  readonly listener: DoorListener
  readonly log: Log
}

/** An owner that starts at the same moment may not have said yet where it is, ms. */
const findMs = 1500
/** An agent finishes what it is answering, at most about this long, ms. */
const giveMs = 30_000
const lockMs = 5000

/** Errors: `profile-owned`, those of the folder's lock. */
export async function takeAppSeat(parts: SeatParts): Promise<Outcome<Seat>> {
  const lock = await parts.folder.lock()
  if (lock.ok) return { ok: true, value: await ownSeat(parts, lock.value) }
  if (lock.error.code !== 'profile-owned') return lock
  for (const until = Date.now() + findMs; Date.now() < until; await sleep(100)) {
    const seat = (await seatFromAgent(parts)) ?? (await seatIfFree(parts))
    if (seat) return seat
  }
  return fail('profile-owned')
}

async function seatIfFree(parts: SeatParts): Promise<Outcome<Seat> | null> {
  const lock = await parts.folder.lock()
  if (lock.ok) return { ok: true, value: await ownSeat(parts, lock.value) }
  return lock.error.code === 'profile-owned' ? null : lock
}

/** Nobody else has it: from now on an agent finds this process, and may wait for its end. */
async function ownSeat({ listener, log, ...place }: Omit<SeatParts, 'folder'>, lock: Lock): Promise<Seat> {
  let waiting: OwnerLine | null = null
  let leaving = false
  const desk = await openOwnerDesk(place, 'app', (line, from) => {
    if (from === 'agent' && (waiting === null || waiting.isOver())) {
      waiting = line
      line.say({ say: 'welcome' })
    } else {
      line.say({ say: 'refused', reason: from === 'agent' ? 'taken' : 'kind' })
      line.cut()
    }
  }).catch((cause: unknown): OwnerDesk | null => {
    log.error('owner-not-announced', cause)
    return null
  })
  return {
    lock: {
      async release() {
        await desk?.close()
        await lock.release()
        waiting?.end()
      },
    },
    doors: {
      open: (door, answer) => listener.open(door, answer),
      announce: (doors) => listener.announce(doors),
      // An agent takes over at once: programs that find the announcement try again until it is there.
      withdraw: () => (leaving && waiting?.isOver() === false ? Promise.resolve() : listener.withdraw()),
    },
    practiceIssuer: null,
    agentGone: new Promise<void>(() => undefined),
    leaving() {
      leaving = true
    },
  }
}

/** Null where no agent has it, or it does not answer. */
async function seatFromAgent({ folder, listener, log, ...place }: SeatParts): Promise<Outcome<Seat> | null> {
  const owner = await readOwner(place)
  if (owner?.kind !== 'agent') return null
  const line = await lineToOwner(owner, 'app')
  if (line === null) return null
  line.say({ say: 'take' })
  const word = await line.next(giveMs)
  if (word?.say !== 'yours') {
    line.end()
    return null
  }
  const lock = await lockWithPatience(folder)
  if (!lock.ok) {
    line.end()
    return lock
  }
  log.info('profile-taken-over', { pid: owner.pid })
  return {
    ok: true,
    value: agentsSeat({ line, listener, log, place, lock: lock.value, issuer: word.issuer }),
  }
}

interface AgentsSeat {
  readonly line: OwnerLine
  readonly listener: DoorListener
  readonly log: Log
  readonly place: OwnerPlace
  readonly lock: Lock
  readonly issuer: string | null
}

function agentsSeat({ line, listener, log, place, lock, issuer }: AgentsSeat): Seat {
  const relayed = new RelayedDoors(line, listener, log)
  let own: Promise<Seat> | null = null
  let released = false
  void line.over.then(() => {
    // The agent died: whichever is started next finds this process instead.
    if (!released) own = ownSeat({ ...place, listener, log }, lock)
  })
  return {
    lock: {
      async release() {
        released = true
        if (own) return (await own).lock.release()
        await lock.release()
        line.end()
      },
    },
    doors: relayed,
    practiceIssuer: issuer,
    agentGone: line.over,
    leaving() {
      relayed.leaving()
      void own?.then((seat) => seat.leaving())
    },
  }
}

async function lockWithPatience(folder: ProfileFolder): Promise<Outcome<Lock>> {
  for (const until = Date.now() + lockMs; ; await sleep(50)) {
    const lock = await folder.lock()
    if (lock.ok || lock.error.code !== 'profile-owned' || Date.now() > until) return lock
  }
}
