/** The port of core to practice Google: what the practice strip causes and sees. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CommandParams } from '../../../electron/contract/commands.ts'
import type { PracticeRules } from '../../../electron/contract/views.ts'
import type { PracticeServer } from '../../../electron/core/ports.ts'
import { openPracticeServer } from '../../../electron/practice/practice-server.ts'
import { asha, meera, refresh, scopeUrl, signIn, usePractice, value } from './practice-world.ts'

const google = usePractice()
const dayMs = 24 * 3_600_000
let practice: PracticeServer
let shifts: number[]

beforeEach(async () => {
  value(await google.control.setClockOffset(5000))
  shifts = []
  const { issuer, control } = google
  const shiftClock = (offsetMs: number): void => void shifts.push(offsetMs)
  practice = value(await openPracticeServer({ issuer, control, shiftClock, close: () => Promise.resolve() }))
})

async function status(token: unknown): Promise<number> {
  return (await refresh(google, token)).status
}

describe('the practice server', () => {
  it('opens with the time and the rules as they stand', () => {
    expect(shifts).toEqual([5000])
    expect(practice.view()).toEqual({
      issuer: google.issuer,
      accounts: [
        { sub: asha, email: 'asha.rao@gmail.test', name: 'Asha Rao', hostedDomain: null, disabled: false },
        expect.objectContaining({ email: 'sam.field@gmail.test' }),
        expect.objectContaining({ sub: meera, hostedDomain: 'northwind.test' }),
      ],
      rules: { publishing: 'production', sessionHours: null, restricted: [], clientDeleted: false },
      serviceAccounts: [],
      fault: null,
    })
  })

  it('moves both clocks, and sees the client go and come with time', async () => {
    value(await practice.setClockOffset(200 * dayMs))
    expect(shifts.at(-1)).toBe(200 * dayMs)
    expect(practice.view().rules.clientDeleted).toBe(true)
    value(await practice.setClockOffset(0))
    expect(practice.view().rules.clientDeleted).toBe(false)
  })

  it('changes a password', async () => {
    const token = (await signIn(google, { scope: `${scopeUrl}gmail.send` })).json['refresh_token']
    value(await practice.act({ act: 'change-password', sub: asha }))
    expect(await status(token)).toBe(400)
  })

  it('revokes at the account page', async () => {
    const token = (await signIn(google)).json['refresh_token']
    value(await practice.act({ act: 'revoke-at-account-page', sub: asha }))
    expect(await status(token)).toBe(400)
  })

  it('mints elsewhere until the oldest falls off', async () => {
    const token = (await signIn(google)).json['refresh_token']
    value(await practice.act({ act: 'mint-elsewhere', sub: asha, count: 99 }))
    expect(await status(token)).toBe(200)
    value(await practice.act({ act: 'mint-elsewhere', sub: asha, count: 1 }))
    expect(await status(token)).toBe(400)
  })

  it('disables an account and shows it', async () => {
    const token = (await signIn(google)).json['refresh_token']
    value(await practice.act({ act: 'set-disabled', sub: asha, disabled: true }))
    expect(await status(token)).toBe(400)
    expect(practice.view().accounts.map(({ disabled }) => disabled)).toEqual([true, false, false])
  })

  it('gives the file of the first client, and of the further ones of the same and of another project', async () => {
    const ids = []
    for (const project of [undefined, 'same', 'other', 'same'] as const) {
      const file = JSON.parse(value(await practice.clientFile(project ? { project } : undefined))) as {
        installed: { client_id: string; project_id: string }
      }
      ids.push([file.installed.client_id, file.installed.project_id])
    }
    const [first, same, other, sameAgain] = ids
    expect([first?.[0], sameAgain]).toEqual([google.clientId, same])
    expect([same?.[1], other?.[1]]).toEqual(['latchkey-practice', 'lantern-practice'])
    expect(same?.[0]).not.toBe(first?.[0])
  })

  it.each(['installed', 'web', 'device'] as const)(
    'adds a client of kind %s, whose file comes later',
    async (kind) => {
      value(await practice.act({ act: 'add-client', project: 'other', kind }))
      const file = JSON.parse(value(await practice.clientFile({ project: 'other', kind }))) as object
      expect(Object.keys(file)).toEqual([kind === 'web' ? 'web' : 'installed'])
    },
  )

  it('sets rules and faults and shows them', async () => {
    const rules = {
      publishing: 'testing',
      sessionHours: 1,
      restricted: ['gmail'],
      clientDeleted: true,
    } satisfies PracticeRules
    value(await practice.act({ act: 'set-rules', rules }))
    value(await practice.act({ act: 'set-fault', fault: 'busy' }))
    expect(practice.view()).toMatchObject({ rules, fault: 'busy' })
    expect((await fetch(`${google.issuer}/token`, { method: 'POST' })).status).toBe(429)
  })

  it('makes service accounts with their keys, delegates to them and switches them off', async () => {
    const file = JSON.parse(value(await practice.keyFile())) as { client_email: string; client_id: string }
    const email = file.client_email
    const further = JSON.parse(value(await practice.keyFile(email))) as { client_id: string }
    expect(further.client_id).toBe(file.client_id)
    const scopes = [`${scopeUrl}drive.readonly`]
    value(await practice.act({ act: 'delegate', email, scopes }))
    value(await practice.act({ act: 'set-service-disabled', email, disabled: true }))
    const shown = { email, uniqueId: file.client_id, disabled: true, delegated: scopes }
    expect(practice.view().serviceAccounts).toEqual([shown])
    value(await practice.act({ act: 'add-service-account' }))
    value(await practice.act({ act: 'add-service-key', email }))
    expect(practice.view().serviceAccounts).toHaveLength(2)
    const keys = value(await google.control.serviceAccounts()).map(({ keyIds }) => keyIds.length)
    expect(keys).toEqual([3, 1])
  })

  it.each<CommandParams<'practice.act'>>([
    { act: 'add-service-key', email: 'nobody@x.test' },
    { act: 'set-service-disabled', email: 'nobody@x.test', disabled: true },
    { act: 'delegate', email: 'nobody@x.test', scopes: [] },
  ])('says of $act that there is no such service account', async (act) => {
    expect(await practice.act(act)).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })

  it('says when there is no such account, and when the server is gone', async () => {
    const unknown = await practice.act({ act: 'change-password', sub: '1' })
    expect(unknown).toMatchObject({ ok: false, error: { code: 'not-found' } })
    await google.close()
    const gone = await practice.act({ act: 'set-fault', fault: 'busy' })
    expect(gone).toMatchObject({ ok: false, error: { code: 'practice-failed' } })
    expect(practice.view().fault).toBeNull()
  })
})
