import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { fail, ok } from '../../../electron/contract/outcome.ts'
import type { SecretStore } from '../../../electron/core/ports.ts'
import { Secret } from '../../../electron/core/secret.ts'
import type { Move, MovePart } from '../../../electron/core/vault/move-secrets.ts'
import { moveSecrets, oneByOne } from '../../../electron/core/vault/move-secrets.ts'
import type { FakeSecretStore } from '../../support/fake-secret-store.ts'
import { fakeSecretStore } from '../../support/fake-secret-store.ts'

const services = ['tokens', 'clients']
type Items = readonly { readonly service: string; readonly account: string; readonly text: string }[]

/** Two stores, and which one is in use, as a disk would hold them. */
interface Place {
  readonly from: FakeSecretStore
  readonly to: FakeSecretStore
  switched: boolean
}

async function place(items: Items, already: Items = [], switched = false): Promise<Place> {
  const made = { from: fakeSecretStore(), to: fakeSecretStore(), switched }
  for (const [store, all] of [
    [made.from, items],
    [made.to, already],
  ] as const)
    for (const { service, account, text } of all) await store.set(service, account, new Secret(text))
  return made
}

class Crash extends Error {}

/** Every call to a store, and the switch, passes here first: it may fail there, or the process end, before or after. */
function move(
  at: Place,
  trouble: { readonly call: number; readonly how: 'error' | 'before' | 'after' } | null,
): Move {
  let calls = 0
  const troubled = async <T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> => {
    calls += 1
    const now = trouble?.call === calls ? trouble.how : null
    if (now === 'error') return fail('keychain-denied')
    if (now === 'before') throw new Crash()
    const done = await work()
    if (now === 'after') throw new Crash()
    return done
  }
  const watched = (store: SecretStore): SecretStore => ({
    get: (service, account) => troubled(() => store.get(service, account)),
    set: (service, account, secret) => troubled(() => store.set(service, account, secret)),
    delete: (service, account) => troubled(() => store.delete(service, account)),
    list: (service) => troubled(() => store.list(service)),
  })
  const part: MovePart = {
    services,
    from: oneByOne(watched(at.from)),
    to: oneByOne(watched(at.to)),
    toAnew: watched(at.to),
  }
  return {
    parts: [part],
    switched: at.switched,
    switchOver: () =>
      troubled(() => {
        at.switched = true
        return Promise.resolve(ok())
      }),
  }
}

async function has(store: SecretStore, { service, account, text }: Items[number]): Promise<boolean> {
  const read = await store.get(service, account)
  return read.ok && read.value?.equals(new Secret(text)) === true
}

const someItems = fc.uniqueArray(
  fc.record({
    service: fc.constantFrom(...services),
    account: fc.constantFrom('a', 'b', 'c', 'd'),
    text: fc.string({ maxLength: 8 }),
  }),
  { selector: ({ service, account }) => `${service} ${account}`, maxLength: 8 },
)

describe('moving secrets', () => {
  it('moves all of them, and leaves nothing behind', async () => {
    const items = [
      { service: 'tokens', account: 'a', text: 'one' },
      { service: 'clients', account: 'a', text: 'two' },
    ]
    const at = await place(items)
    expect(await moveSecrets(move(at, null))).toEqual({ kind: 'moved', moved: 2, differing: 0 })
    expect([at.switched, at.from.size, at.to.size]).toEqual([true, 0, 2])
  })

  it('loses nothing wherever it is stopped, and is complete when it is said again', async () => {
    const trouble = fc.record({
      call: fc.integer({ min: 1, max: 60 }),
      how: fc.constantFrom('error' as const, 'before' as const, 'after' as const),
    })
    await fc.assert(
      fc.asyncProperty(
        someItems,
        someItems,
        fc.array(trouble, { maxLength: 4 }),
        async (items, old, troubles) => {
          const at = await place(items, old)
          for (const one of troubles) {
            const before = at.from.size
            const result = await moveSecrets(move(at, one)).catch((cause: unknown) => {
              if (!(cause instanceof Crash)) throw cause
              return null
            })
            for (const item of items) {
              expect((await has(at.from, item)) || (await has(at.to, item))).toBe(true)
              // The one in use is always complete.
              expect(await has(at.switched ? at.to : at.from, item)).toBe(true)
            }
            if (!at.switched) expect(at.from.size).toBe(before)
            if (result?.kind === 'moved') expect(at.from.size).toBe(0)
          }
          expect(await moveSecrets(move(at, null))).toMatchObject({ kind: 'moved', differing: 0 })
          expect([at.switched, at.from.size]).toEqual([true, 0])
          for (const item of items) expect(await has(at.to, item)).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('removes nothing when an item reads back as something else', async () => {
    const at = await place([
      { service: 'tokens', account: 'a', text: 'one' },
      { service: 'tokens', account: 'b', text: 'two' },
    ])
    at.to.garbleNextSet('something else')
    expect(await moveSecrets(move(at, null))).toEqual({ kind: 'stopped', error: null, moved: 0, all: 2 })
    expect([at.switched, at.from.size]).toEqual([false, 2])
  })

  it('stops for an item that is listed and cannot be read', async () => {
    const at = await place([{ service: 'tokens', account: 'a', text: 'one' }])
    const plan = move(at, null)
    at.from.lose('tokens', 'a')
    const [part] = plan.parts
    if (!part) throw new Error('there is one part')
    const listed = {
      ...part.from,
      list: (service: string) => Promise.resolve(ok(service === 'tokens' ? ['a'] : [])),
    }
    const result = await moveSecrets({ ...plan, parts: [{ ...part, from: listed }] })
    expect(result).toMatchObject({ kind: 'stopped', error: null })
    expect(at.switched).toBe(false)
  })

  it('overwrites what an earlier try left in a store that is not in use', async () => {
    const item = { service: 'tokens', account: 'a', text: 'now' }
    const at = await place([item], [{ ...item, text: 'of an earlier try' }])
    expect(await moveSecrets(move(at, null))).toMatchObject({ kind: 'moved', moved: 1 })
    expect(await has(at.to, item)).toBe(true)
  })

  it('leaves both where the store in use has something else under a name', async () => {
    const item = { service: 'tokens', account: 'a', text: 'then' }
    const newer = { ...item, text: 'now' }
    const at = await place([item], [newer], true)
    expect(await moveSecrets(move(at, null))).toEqual({ kind: 'moved', moved: 0, differing: 1 })
    expect([await has(at.from, item), await has(at.to, newer)]).toEqual([true, true])
  })
})
