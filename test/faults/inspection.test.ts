import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../electron/contract/errors.ts'
import type { Inspection } from '../../electron/contract/inspection.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import { practiceClient } from '../../electron/practice/client.ts'
import type { Fault } from '../../electron/practice/faults.ts'
import { asha } from '../support/real-google.ts'
import type { RealProfile } from '../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'

const { clientId } = practiceClient
const mail = 'https://www.googleapis.com/auth/gmail.readonly'
const world = useRealWorld()

interface Signed {
  readonly app: RealProfile
  readonly accountId: string
  inspect(): Promise<Outcome<Inspection>>
}

async function signedIn(): Promise<Signed> {
  const app = await world.open()
  expect(await app.signIn(asha, { scopes: [mail] })).toMatchObject({ kind: 'done' })
  const { accountId } = await app.account(asha)
  return { app, accountId, inspect: () => app.ask('grants.inspect', { accountId, clientId }) }
}

const faults: readonly (readonly [string, Fault, ErrorCode])[] = [
  ['status 500', { kind: 'status', status: 500 }, 'server-unavailable'],
  ['status 503', { kind: 'status', status: 503 }, 'server-unavailable'],
  ['status 429', { kind: 'status', status: 429, retryAfter: 30 }, 'rate-limited'],
  ['status 204', { kind: 'status', status: 204 }, 'answer-not-json'],
  ['a page of HTML', { kind: 'html' }, 'answer-not-json'],
  ['JSON that breaks off', { kind: 'truncated-json' }, 'answer-malformed'],
  ['10 MB', { kind: 'huge-body', bytes: 10_000_000 }, 'answer-too-large'],
  ['a refusal to connect', { kind: 'dropped-connection', stage: 'before-request' }, 'network-failed'],
  ['half a body', { kind: 'dropped-connection', stage: 'mid-body' }, 'network-failed'],
]

describe.skipIf(partsMissing !== null)('inspecting a token on real parts', () => {
  it('finds that practice Google says what is believed here', async () => {
    const { inspect } = await signedIn()
    const seen = await inspect()
    expect(seen).toMatchObject({
      ok: true,
      value: {
        audience: { told: clientId, same: true },
        authorizedParty: { told: clientId, same: true },
        email: { told: asha.email, same: true },
        sameAccount: true,
        scopes: { onlyTold: [], onlyBelieved: [] },
        expiresAt: { same: true },
        accessType: 'offline',
      },
    })
    const { sizes } = seen.ok ? seen.value : { sizes: null }
    expect(sizes?.accessBytes).toBeGreaterThan(20)
    expect(sizes?.refreshBytes).toBeGreaterThan(20)
  })

  it.each(faults)('says %s and changes nothing by it', async (_what, fault, code) => {
    const { app, inspect } = await signedIn()
    await world.google.control.setFault(fault, null, 'tokeninfo')
    expect(await inspect()).toMatchObject({ ok: false, error: { code, retryable: true } })
    await world.google.control.clearFaults()
    expect(await inspect()).toMatchObject({ ok: true })
    expect(await app.held(asha)).toMatchObject([{ refusal: null }])
  })

  it('of an access that was taken back says first that it is not recognised, then that the token is dead', async () => {
    const { inspect } = await signedIn()
    expect(await inspect()).toMatchObject({ ok: true })
    await world.google.control.revokeAtAccountPage(asha.sub)
    expect(await inspect()).toMatchObject({ ok: false, error: { code: 'inspection-refused' } })
    expect(await inspect()).toMatchObject({ ok: false, error: { code: 'token-dead' } })
  })
})
