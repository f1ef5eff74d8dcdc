/**
 * What the life of tokens costs, in a process of its own: refreshes that many callers share, access tokens from
 * memory, the deadlines of 10,000 grants, their start from a snapshot, and what an open profile does when it has
 * nothing to do. Prints one JSON object; `life-report.mjs` makes figures of it.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openProfileFolder } from '../../electron/adapters/profile-folder.ts'
import { systemTimers } from '../../electron/adapters/timers.ts'
import { systemClock } from '../../electron/adapters/clock.ts'
import { AccessTokens } from '../../electron/core/access/access-tokens.ts'
import { accountView } from '../../electron/core/accounts/account-view.ts'
import { accountClocks } from '../../electron/core/clocks/account-clocks.ts'
import { openLedger } from '../../electron/core/ledger/ledger.ts'
import { openProfile } from '../../electron/core/profile.ts'
import { stateFold } from '../../electron/core/state/state-fold.ts'
import { nextHealthChange } from '../../electron/core/tokens/health.ts'
import { openTestContext, mail } from '../support/test-context.ts'
import { testWorld } from '../support/test-world.ts'

const rounds = 7
const accounts = 1000
const clientsEach = 10
const log = { info() {}, warn() {}, error() {} }

const range = (n) => Array.from({ length: n }, (_, index) => index)
const timed = async (work) => {
  const start = performance.now()
  await work()
  return performance.now() - start
}
const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.floor(values.length * share)]
const clientId = (number) => `${100_000_000_000 + number}-bench.apps.googleusercontent.com`
const person = (number) => ({ sub: String(1_000_000 + number), email: `p${number}@example.com` })

/** So many callers of so many expired grants, all at once. */
async function requestsFor(grants, callersEach) {
  const test = await openTestContext()
  await test.addClient(clientId(0))
  const minted = []
  for (const number of range(grants))
    minted.push(await test.mint({ person: person(number), clientId: clientId(0), scopes: [mail] }))
  const access = new AccessTokens(test.context, () => undefined)
  const before = test.world.google.tokenRequests.length
  const callers = minted.flatMap((grant) =>
    range(callersEach).map(() => access.get(grant, { minTtlMs: 60_000 })),
  )
  const results = await Promise.all(callers)
  if (results.some(({ kind }) => kind !== 'token')) throw new Error('a caller got no token')
  await access.close()
  return test.world.google.tokenRequests.length - before
}

/** Each call of a token that is in memory, with 10,000 grants beside it, ms. */
async function cachedCalls(calls) {
  const test = await filled(await openTestContext())
  const access = new AccessTokens(test.context, () => undefined)
  const grant = test.minted[test.minted.length >> 1]
  await access.get(grant, { minTtlMs: 60_000 })
  const times = []
  for (let call = 0; call < calls; call += 1) {
    const start = performance.now()
    await access.get(grant, { minTtlMs: 60_000 })
    times.push(performance.now() - start)
  }
  await access.close()
  return times
}

/** A thousand accounts, each with a grant for ten clients. */
async function filled(test) {
  for (const number of range(clientsEach)) await test.addClient(clientId(number))
  const minted = []
  for (const account of range(accounts)) {
    for (const client of range(clientsEach))
      minted.push(await test.mint({ person: person(account), clientId: clientId(client), scopes: [mail] }))
  }
  return { ...test, minted }
}

async function measureGrants() {
  const test = await filled(await openTestContext())
  const state = test.state()
  const now = test.context.now()
  const times = { deadlines: [], views: [], nextChange: [] }
  for (const _ of range(rounds)) {
    times.deadlines.push(await timed(() => state.accounts.forEach((one) => accountClocks(one, state, now))))
    times.views.push(
      await timed(() => state.accounts.forEach((one) => accountView(one, state, now, () => null, true))),
    )
    times.nextChange.push(await timed(() => nextHealthChange(state, now)))
  }
  return { ...times, start: await startTimes(test.world) }
}

/** From opening the ledger, with a snapshot of all 10,000, to the folded state. */
async function startTimes(world) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'latchkey-bench-life-'))
  try {
    const open = async () => {
      const folder = await openProfileFolder(path.join(root, 'profile'))
      if (!folder.ok) throw new Error(folder.error.code)
      const clock = world.clock
      return openLedger({ profile: 'real', folder: folder.value, clock, fold: stateFold, log })
    }
    await openProfileFolder(path.join(root, 'profile'))
    fs.writeFileSync(path.join(root, 'profile', 'ledger.jsonl'), world.folder.text('ledger.jsonl'))
    const first = await open()
    if (first.kind !== 'open') throw new Error(`the ledger is ${first.kind}`)
    // Closing writes the snapshot that the next starts begin from.
    await first.ledger.close()
    const times = []
    for (const _ of range(rounds)) {
      const start = performance.now()
      const opening = await open()
      times.push(performance.now() - start)
      if (opening.kind !== 'open' || opening.ledger.state().ownerOf.size !== accounts * clientsEach)
        throw new Error('the state is not complete')
      await opening.ledger.close()
    }
    return times
  } finally {
    fs.rmSync(root, { recursive: true, force: true })
  }
}

/** An open profile of 10,000 grants that were used just now, on real time: how many timers, how much of a core. */
async function measureIdle() {
  const world = await testWorld()
  world.clock.set(Date.now())
  await filled(await openTestContext({ world }))
  let alive = 0
  const timers = {
    after(ms, run) {
      alive += 1
      let over = false
      const end = () => {
        if (!over) alive -= 1
        over = true
      }
      const stop = systemTimers.after(ms, () => {
        end()
        run()
      })
      return () => {
        end()
        stop()
      }
    },
  }
  const opened = await openProfile({
    name: 'real',
    ports: { ...world, clock: systemClock, timers },
    practice: null,
    about: { ...{ version: '0', electron: '45.0.0', chromium: '0', platform: 'linux' }, ...aboutRest },
    systemLanguage: () => 'en',
    onSettings: () => undefined,
    onDelta: () => undefined,
    onReset: () => undefined,
    sweepAfterMs: 1,
  })
  if (!opened.ok) throw new Error(opened.error.code)
  await opened.value.start()
  await sleep(10_000)
  const seconds = 10
  const before = process.cpuUsage()
  const start = performance.now()
  await sleep(seconds * 1000)
  const { user, system } = process.cpuUsage(before)
  const share = (100 * (user + system)) / 1000 / (performance.now() - start)
  const timersAlive = alive
  await opened.value.close()
  return { timersAlive, share }
}
const aboutRest = { realSignInAllowed: true, dataFolder: '/bench' }

const cached = await cachedCalls(100_000)
const idle = await measureIdle()
console.log(
  JSON.stringify({
    oneGrant: await requestsFor(1, 1000),
    hundredGrants: await requestsFor(100, 100),
    cachedP50Us: percentile(cached, 0.5) * 1000,
    cachedP99Us: percentile(cached, 0.99) * 1000,
    ...(await measureGrants()),
    timersAlive: idle.timersAlive,
    idlePercent: idle.share,
  }),
)
