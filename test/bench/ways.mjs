/**
 * What the other scenarios cost, in a process of their own: signing an assertion, a service account's token from
 * memory, 200 accounts due at once, and a device code that waits on real time. Prints one JSON object;
 * `ways-report.mjs` makes figures of it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../electron/adapters/clock.ts'
import { systemTimers } from '../../electron/adapters/timers.ts'
import { DeviceWay } from '../../electron/core/accounts/sign-in/ways/device.ts'
import { Secret } from '../../electron/core/secret.ts'
import { assertionClaims, signedJwt } from '../../electron/core/service-accounts/assertion.ts'
import { importKey } from '../../electron/core/service-accounts/import-key.ts'
import { ServiceTokens } from '../../electron/core/service-accounts/service-tokens.ts'
import { keyFile, keyName, robotGoogle, rsaKey } from '../support/service-accounts.ts'
import { openTestContext } from '../support/test-context.ts'
import { testWorld } from '../support/test-world.ts'

const calendar = 'https://www.googleapis.com/auth/calendar'
const range = (n) => Array.from({ length: n }, (_, index) => index)

/** Each signature of an assertion, ms. */
function signatures(count) {
  const key = rsaKey()
  const who = { email: 'bench@example.iam.gserviceaccount.com', subject: null, targetAudience: null }
  return range(count).map((number) => {
    const claims = assertionClaims({
      ...who,
      audience: tokenEndpoint,
      scopes: [calendar],
      at: 1e12 + number * 1000,
    })
    const start = performance.now()
    signedJwt(claims, key, keyName)
    return performance.now() - start
  })
}
const tokenEndpoint = 'https://oauth2.googleapis.com/token'

async function withAccounts(count) {
  const test = await openTestContext()
  const google = robotGoogle(test.world)
  const tokens = new ServiceTokens(test.context, () => undefined)
  const ids = []
  for (const number of range(count)) {
    const email = `bench-${number}@field-tools.iam.gserviceaccount.com`
    const change = { client_email: email, client_id: String(10n ** 20n + BigInt(number)) }
    const bytes = Buffer.from(
      keyFile({ ...change, private_key_id: keyName.slice(4) + String(1000 + number) }),
    )
    const brought = await importKey(test.context, tokens, { bytes, path: null })
    if (!brought.ok) throw new Error(brought.error.code)
    ids.push(brought.value.accountId)
  }
  return { google, tokens, ids }
}

async function dueAtOnce(count) {
  const { google, tokens, ids } = await withAccounts(count)
  const before = google.assertions.length
  const results = await Promise.all(
    ids.map((accountId) => tokens.get({ accountId, scopes: [calendar], minTtlMs: 0 })),
  )
  if (results.some(({ kind }) => kind !== 'token')) throw new Error('an account got no token')
  await tokens.close()
  return { requests: google.assertions.length - before, inAir: google.mostInAir() }
}

/** Each call of a token that is in memory, ms. */
async function cachedCalls(calls) {
  const { tokens, ids } = await withAccounts(50)
  const request = { accountId: ids[25], scopes: [calendar], minTtlMs: 60_000 }
  await tokens.get(request)
  const times = []
  for (let call = 0; call < calls; call += 1) {
    const start = performance.now()
    await tokens.get(request)
    times.push(performance.now() - start)
  }
  await tokens.close()
  return times
}

/** A code that nobody enters, for so many seconds of real time: how often it asks, and how much of a core. */
async function pendingCode(seconds) {
  const world = await testWorld()
  world.clock.set(Date.now())
  const test = await openTestContext({ world: { ...world, clock: systemClock, timers: systemTimers } })
  const client = test.state().clients.get(await test.addClient())
  const abort = new AbortController()
  const way = new DeviceWay()
  let shown = () => undefined
  const showing = new Promise((resolve) => (shown = resolve))
  const over = way.obtain({
    ...{ context: test.context, flowId: 'bench', elsewhere: false, expected: null, signal: abort.signal },
    client: { ...client, kind: 'device' },
    clientSecret: new Secret('GOCSPX-bench-secret-of-no-use'),
    asked: ['openid', 'email'],
    show: ({ kind }) => void (kind === 'showing-code' && shown()),
    waitUntil: () => undefined,
    offer: () => undefined,
  })
  await showing
  const requestsBefore = world.google.tokenRequests.length
  const before = process.cpuUsage()
  const start = performance.now()
  await sleep(seconds * 1000)
  const { user, system } = process.cpuUsage(before)
  const share = (100 * (user + system)) / 1000 / (performance.now() - start)
  const requests = world.google.tokenRequests.length - requestsBefore
  abort.abort()
  await over
  return { requests, share }
}

const cached = await cachedCalls(100_000)
const sorted = cached.sort((a, b) => a - b)
const due = await dueAtOnce(200)
const device = await pendingCode(31)
console.log(
  JSON.stringify({
    signatures: signatures(200),
    cachedP50Us: sorted[Math.floor(sorted.length / 2)] * 1000,
    dueRequests: due.requests,
    dueInAir: due.inAir,
    devicePolls: device.requests,
    devicePercent: device.share,
  }),
)
