/**
 * Moving every secret from one store to the other: copied, read back, compared, and only when that holds for all of
 * them is the other store the one in use, and only then is anything removed. Stopped anywhere, it can be said again.
 */
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { ok } from '../../contract/outcome.ts'
import type { SecretStore } from '../ports.ts'
import type { Secret } from '../secret.ts'

export interface SecretPlace {
  readonly service: string
  readonly account: string
}
export interface SecretItem extends SecretPlace {
  readonly secret: Secret
}

/** A store that takes many at once. */
export interface BulkStore extends SecretStore {
  setAll(items: readonly SecretItem[]): Promise<Outcome<null>>
  removeAll(places: readonly SecretPlace[]): Promise<Outcome<null>>
}

/** One item after the other, for a store that knows nothing else. */
export function oneByOne(store: SecretStore): BulkStore {
  return {
    get: (service, account) => store.get(service, account),
    set: (service, account, secret) => store.set(service, account, secret),
    delete: (service, account) => store.delete(service, account),
    list: (service) => store.list(service),
    setAll: (items) => each(items, ({ service, account, secret }) => store.set(service, account, secret)),
    removeAll: (places) => each(places, ({ service, account }) => store.delete(service, account)),
  }
}

async function each<T>(
  all: readonly T[],
  run: (one: T) => Promise<Outcome<unknown>>,
): Promise<Outcome<null>> {
  for (const one of all) {
    const done = await run(one)
    if (!done.ok) return done
  }
  return ok()
}

/** The secrets of one profile. */
export interface MovePart {
  readonly services: readonly string[]
  readonly from: BulkStore
  readonly to: BulkStore
  /** Reads `to` anew, not from the memory of who wrote it. */
  readonly toAnew: Pick<SecretStore, 'get'>
}
export interface Move {
  readonly parts: readonly MovePart[]
  /** `to` is in use already: what lies there is newer than what `from` has under the same name. */
  readonly switched: boolean
  /** Makes `to` the one in use; after an error it is not. */
  switchOver(): Promise<Outcome<null>>
}
export type MoveResult =
  | {
      readonly kind: 'moved'
      readonly moved: number
      /** Left in both places: the store in use has something else under that name. */
      readonly differing: number
    }
  /** `error` is what stopped it; null where an item read back as something else or vanished on the way. */
  | {
      readonly kind: 'stopped'
      readonly error: AppError | null
      readonly moved: number
      readonly all: number
    }

interface Found {
  readonly part: MovePart
  readonly items: readonly SecretItem[]
  readonly differing: number
}

export async function moveSecrets(move: Move): Promise<MoveResult> {
  const found: Found[] = []
  let all = 0
  const stopped = (error: AppError | null, moved = 0): MoveResult => ({ kind: 'stopped', error, moved, all })
  for (const part of move.parts) {
    const items = await collect(part)
    if (items.kind !== 'all') return stopped(items.error)
    all += items.items.length
    const copied = await copy(part, items.items, move.switched)
    if (!copied.ok) return stopped(copied.error)
    found.push(copied.value)
  }
  for (const { part, items } of found) {
    const verified = await readsBack(part, items)
    if (!verified.ok) return stopped(verified.error)
    if (!verified.value) return stopped(null)
  }
  if (!move.switched) {
    const switched = await move.switchOver()
    if (!switched.ok) return stopped(switched.error)
  }
  let moved = 0
  for (const { part, items } of found) {
    const removed = items.length === 0 ? ok() : await part.from.removeAll(items)
    if (!removed.ok) return stopped(removed.error, moved)
    moved += items.length
  }
  return { kind: 'moved', moved, differing: found.reduce((sum, { differing }) => sum + differing, 0) }
}

type Collected =
  | { readonly kind: 'all'; readonly items: readonly SecretItem[] }
  | { readonly kind: 'failed'; readonly error: AppError | null }

async function collect({ services, from }: MovePart): Promise<Collected> {
  const items: SecretItem[] = []
  for (const service of services) {
    const accounts = await from.list(service)
    if (!accounts.ok) return { kind: 'failed', error: accounts.error }
    for (const account of accounts.value) {
      const secret = await from.get(service, account)
      if (!secret.ok) return { kind: 'failed', error: secret.error }
      // It is in the list and cannot be read: without it the other store is not complete.
      if (!secret.value) return { kind: 'failed', error: null }
      items.push({ service, account, secret: secret.value })
    }
  }
  return { kind: 'all', items }
}

/** Answers what now lies in both places, the same. */
async function copy(
  part: MovePart,
  items: readonly SecretItem[],
  switched: boolean,
): Promise<Outcome<Found>> {
  const missing: SecretItem[] = []
  const same: SecretItem[] = []
  let differing = 0
  for (const item of items) {
    const there = await part.to.get(item.service, item.account)
    if (!there.ok) return there
    if (there.value?.equals(item.secret) === true) same.push(item)
    else if (there.value === null || !switched) missing.push(item)
    else differing += 1
  }
  const written = missing.length === 0 ? ok() : await part.to.setAll(missing)
  return written.ok ? ok({ part, items: [...same, ...missing], differing }) : written
}

async function readsBack({ toAnew }: MovePart, items: readonly SecretItem[]): Promise<Outcome<boolean>> {
  for (const { service, account, secret } of items) {
    const read = await toAnew.get(service, account)
    if (!read.ok) return read
    if (read.value?.equals(secret) !== true) return ok(false)
  }
  return ok(true)
}
