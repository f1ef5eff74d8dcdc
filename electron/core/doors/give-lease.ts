/** Giving a lease as a person wishes it: with its port, its file, its handle, and all of it or nothing. */
import type { LeaseWish, ProgramView } from '../../contract/doors.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Secret } from '../secret.ts'
import type { LeaseRecord } from '../state/state.ts'
import type { AdcFiles } from './adc-files.ts'
import type { DoorSet } from './door-set.ts'
import type { Leases, NewLease } from './leases.ts'

export interface LeaseGiving {
  readonly context: ProfileContext
  readonly leases: Pick<Leases, 'give' | 'end'>
  readonly adcFiles: AdcFiles
  readonly doors: Pick<DoorSet, 'httpPort' | 'newLane'>
}

/** Who asked for a lease, and where. */
export interface AskedFrom {
  /** The one that a lease by rule is for; null where none was said. */
  readonly folder: string | null
  /** Null in the window, and where nothing is known of it. */
  readonly program: ProgramView | null
}

export interface GivenAtDoor {
  readonly lease: LeaseRecord
  /** Null where no handle is needed. It is in the file of a lease for `adc`. */
  readonly handle: Secret | null
  readonly file: string | null
  readonly keptAside: string | null
}

/**
 * Gives a lease.
 *
 * Errors: those of `Leases.give`; of the listener where a port is needed; of `AdcFiles.write`, then nothing was given.
 */
export async function giveLease(
  giving: LeaseGiving,
  wish: LeaseWish,
  from: AskedFrom,
): Promise<Outcome<GivenAtDoor>> {
  switch (wish.door) {
    case 'http':
      return giveHandle(giving, wish, from)
    case 'adc':
      return giveFile(giving, wish, from)
    case 'metadata':
      return giveLane(giving, wish, from)
    case 'gcloud':
      return giveFresh(giving, wish, from)
  }
}

function leaseOf(wish: LeaseWish, from: AskedFrom): NewLease {
  const { label, door, term, accountId, clientId, scopes, remote, expiresAt, quotaProject } = wish
  return {
    ...{ label, door, term, accountId, clientId, scopes, expiresAt, quotaProject },
    program: askerOf(wish, from),
    programKey: null,
    remote,
    ...{ port: null, file: null },
  }
}

/**
 * Who had it given, under the name that was chosen for it: that one may be a shell or `make`. By rule the folder is the
 * one that the lease is for, and nothing else.
 */
function askerOf({ label, accountId }: LeaseWish, { folder, program }: AskedFrom): ProgramView | null {
  const byRule = accountId === null
  if (!program && !(byRule && folder !== null)) return null
  return {
    name: label,
    path: program?.path ?? null,
    folder: byRule ? folder : (program?.folder ?? folder),
    ...{ pid: null, host: null, certainty: 'stated' },
  }
}

async function giveHandle(
  { leases, doors }: LeaseGiving,
  wish: LeaseWish,
  from: AskedFrom,
): Promise<Outcome<GivenAtDoor>> {
  const port = await doors.httpPort()
  if (!port.ok) return port
  const given = await leases.give(leaseOf(wish, from))
  return given.ok ? ok({ ...given.value, file: null, keptAside: null }) : given
}

async function giveFile(
  { leases, doors, adcFiles }: LeaseGiving,
  wish: LeaseWish,
  from: AskedFrom,
): Promise<Outcome<GivenAtDoor>> {
  if (wish.remote) return fail('lease-wish-unfit', { reason: 'the file points at this machine' })
  const port = await doors.httpPort()
  if (!port.ok) return port
  const file = adcFiles.pathOf(wish.file)
  const given = await leases.give({ ...leaseOf(wish, from), file })
  if (!given.ok) return given
  const { lease, handle } = given.value
  if (handle === null) return fail('internal')
  const written = await adcFiles.write(file, port.value, lease, handle)
  if (!written.ok) {
    await leases.end(lease.leaseId, 'taken-back')
    return written
  }
  const { replaced, keptAside } = written.value
  // The handle of that one is nowhere any more.
  if (replaced !== null) await leases.end(replaced, 'replaced')
  return ok({ lease, handle, file, keptAside })
}

async function giveLane(
  { leases, doors }: LeaseGiving,
  wish: LeaseWish,
  from: AskedFrom,
): Promise<Outcome<GivenAtDoor>> {
  const lane = await doors.newLane(wish.port)
  if (!lane.ok) return lane
  const given = await leases.give({ ...leaseOf(wish, from), port: lane.value.port })
  if (!given.ok) {
    await lane.value.giveUp()
    return given
  }
  lane.value.keepFor(given.value.lease.leaseId)
  return ok({ ...given.value, file: null, keptAside: null })
}

async function giveFresh(
  { context, leases }: LeaseGiving,
  wish: LeaseWish,
  from: AskedFrom,
): Promise<Outcome<GivenAtDoor>> {
  const { foreignFiles, random } = context.ports
  const file = `${foreignFiles.freshFolder}/${random.token(12)}.token`
  const given = await leases.give({ ...leaseOf(wish, from), file })
  return given.ok ? ok({ ...given.value, file, keptAside: null }) : given
}
