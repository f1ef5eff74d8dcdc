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

export interface GivenAtDoor {
  readonly lease: LeaseRecord
  /** Null where no handle is needed. It is in the file of a lease for `adc`. */
  readonly handle: Secret | null
  readonly file: string | null
  readonly keptAside: string | null
}

/**
 * Gives a lease. `folder` is the one that a lease by rule is for, where its program cannot be looked at.
 *
 * Errors: those of `Leases.give`; of the listener where a port is needed; of `AdcFiles.write`, then nothing was given.
 */
export async function giveLease(
  giving: LeaseGiving,
  wish: LeaseWish,
  folder: string | null,
): Promise<Outcome<GivenAtDoor>> {
  switch (wish.door) {
    case 'http':
      return giveHandle(giving, wish, folder)
    case 'adc':
      return giveFile(giving, wish, folder)
    case 'metadata':
      return giveLane(giving, wish, folder)
    case 'gcloud':
      return giveFresh(giving, wish, folder)
  }
}

function leaseOf(wish: LeaseWish, folder: string | null): NewLease {
  const { label, door, term, accountId, clientId, scopes, remote, expiresAt, quotaProject } = wish
  return {
    ...{ label, door, term, accountId, clientId, scopes, expiresAt, quotaProject },
    program: accountId === null && folder !== null ? inFolder(label, folder) : null,
    programKey: null,
    remote,
    ...{ port: null, file: null },
  }
}

/** By rule: what is known of the program is where it works. */
function inFolder(label: string, folder: string): ProgramView {
  return { name: label, path: null, folder, pid: null, host: null, certainty: 'stated' }
}

async function giveHandle(
  { leases, doors }: LeaseGiving,
  wish: LeaseWish,
  folder: string | null,
): Promise<Outcome<GivenAtDoor>> {
  const port = await doors.httpPort()
  if (!port.ok) return port
  const given = await leases.give(leaseOf(wish, folder))
  return given.ok ? ok({ ...given.value, file: null, keptAside: null }) : given
}

async function giveFile(
  { leases, doors, adcFiles }: LeaseGiving,
  wish: LeaseWish,
  folder: string | null,
): Promise<Outcome<GivenAtDoor>> {
  if (wish.remote) return fail('lease-wish-unfit', { reason: 'the file points at this machine' })
  const port = await doors.httpPort()
  if (!port.ok) return port
  const file = adcFiles.pathOf(wish.file)
  const given = await leases.give({ ...leaseOf(wish, folder), file })
  if (!given.ok) return given
  const { lease, handle } = given.value
  if (handle === null) return fail('internal')
  const written = await adcFiles.write(file, port.value, lease, handle)
  if (!written.ok) {
    await leases.end(lease.leaseId, 'taken-back')
    return written
  }
  const { replaced, keptAside } = written.value
  // Its handle is nowhere any more, unless somebody copied the file.
  if (replaced !== null) await leases.end(replaced, 'replaced')
  return ok({ lease, handle, file, keptAside })
}

async function giveLane(
  { leases, doors }: LeaseGiving,
  wish: LeaseWish,
  folder: string | null,
): Promise<Outcome<GivenAtDoor>> {
  const lane = await doors.newLane(wish.port)
  if (!lane.ok) return lane
  const given = await leases.give({ ...leaseOf(wish, folder), port: lane.value.port })
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
  folder: string | null,
): Promise<Outcome<GivenAtDoor>> {
  const { foreignFiles, random } = context.ports
  const file = `${foreignFiles.freshFolder}/${random.token(12)}.token`
  const given = await leases.give({ ...leaseOf(wish, folder), file })
  return given.ok ? ok({ ...given.value, file, keptAside: null }) : given
}
