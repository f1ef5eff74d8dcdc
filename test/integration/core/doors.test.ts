/** A working life of the doors: real sockets, a real keychain, practice Google, programs that are processes. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { UsedScope } from '../../../electron/contract/doors.ts'
import type { GivenLease } from '../../clients/door-user.ts'
import { doorUser } from '../../clients/door-user.ts'
import type { HttpReply, StandingProgram } from '../../support/door-programs.ts'
import {
  askAsLibrary,
  askMetadata,
  askWithBearer,
  startProgram,
  tokenIn,
} from '../../support/door-programs.ts'
import type { Person } from '../../support/real-google.ts'
import { asha, sam } from '../../support/real-google.ts'
import type { RealProfile } from '../../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../../support/real-world.ts'

const world = useRealWorld()
const email = 'https://www.googleapis.com/auth/userinfo.email'
const drive = 'https://www.googleapis.com/auth/drive.file'
const calendar = 'https://www.googleapis.com/auth/calendar.readonly'

interface Given {
  readonly http: GivenLease
  readonly passing: GivenLease
  readonly adc: GivenLease
  readonly metadata: GivenLease
  readonly gcloud: GivenLease
}

interface House {
  app: RealProfile
  readonly door: ReturnType<typeof doorUser>
  readonly given: Given
  readonly program: StandingProgram
  /** Whom practice Google takes a token for; null where it takes it for nobody. */
  ownerOf(token: string): Promise<string | null>
  /** The program asks with its folder; `ask: 'never'` unless told. */
  programAsks(more?: object): Promise<HttpReply>
  handle(name: keyof Given): string
  /** The address of the HTTP door. */
  address(): Promise<string>
  /** What is in the file of the lease for gcloud; null where there is none. */
  freshFile(): Promise<string | null>
  /** Opens the profile again, and waits for its doors. */
  open(): Promise<void>
  restart(): Promise<void>
}

/** Two people, a folder rule for each, a lease of each kind, and a program that was told "always". */
async function openHouse(): Promise<House> {
  const app = await world.open()
  for (const [who, scope] of [
    [asha, drive],
    [sam, calendar],
  ] as const)
    expect((await app.signIn(who, { scopes: [email, scope] })).kind).toBe('done')
  const door = doorUser(world.dataFolder)
  const idOf = async (who: Person): Promise<string> => (await app.account(who)).accountId
  const [ashaId, samId] = [await idOf(asha), await idOf(sam)]
  const work = join(world.dataFolder, '..', 'infra')
  const program = await startProgram(work, 'terraform.js')
  world.afterwards(() => program.stop())
  await app.get('folders.addRule', { folder: work, accountId: ashaId, clientId: null })
  const given: Given = {
    http: await door.lease({ door: 'http', label: 'a script', accountId: samId }),
    passing: await door.lease({ door: 'http', label: 'an evening', accountId: samId, term: 'session' }),
    adc: await door.lease({
      ...{ door: 'adc', label: 'a library', accountId: ashaId },
      file: join(world.dataFolder, '..', 'adc.json'),
    }),
    metadata: await door.lease({ door: 'metadata', label: 'a container', accountId: samId }),
    gcloud: await door.lease({ door: 'gcloud', label: 'gcloud', accountId: ashaId }),
  }
  const house: House = {
    ...{ app, door, given, program },
    async ownerOf(token) {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`${world.google.issuer}/v1/userinfo`, { headers })
      return answer.status === 200 ? ((await answer.json()) as { email: string }).email : null
    },
    programAsks: (more = {}) =>
      door.post('/v1/token', { pid: program.pid, folder: work, ask: 'never', ...more }),
    handle: (name) => given[name].handle ?? '',
    address: async () => (await door.announcement()).http ?? '',
    freshFile: () => readFile(given.gcloud.file ?? '', 'utf8').catch(() => null),
    async open() {
      house.app = await world.open()
      await expect.poll(async () => (await house.app.snapshot()).doors.http).not.toBeNull()
    },
    async restart() {
      await house.app.close()
      await house.open()
    },
  }
  const asking = house.programAsks({ ask: 'wait' })
  expect(await door.answerNext('always')).toMatchObject({
    email: asha.email,
    named: false,
    remote: false,
    program: { certainty: 'stated', folder: work },
  })
  expect(await house.ownerOf(tokenIn(await asking))).toBe(asha.email)
  return house
}

async function handleInFile(house: House): Promise<string> {
  const text = await readFile(house.given.adc.file ?? '', 'utf8')
  return (JSON.parse(text) as { refresh_token: string }).refresh_token
}

/** One answer of each door. */
async function askAll(house: House): Promise<Record<'program' | 'http' | 'adc' | 'metadata', HttpReply>> {
  const address = await house.address()
  return {
    program: await house.programAsks(),
    http: await askWithBearer(address, house.handle('http')),
    adc: await askAsLibrary(address, await handleInFile(house)),
    metadata: await askMetadata(house.given.metadata.address ?? ''),
  }
}

/** Whose token each door gives. */
async function ownersAtAll(house: House): Promise<Record<string, string | null>> {
  const replies = Object.entries(await askAll(house))
  const owners = replies.map(async ([door, reply]) => [door, await house.ownerOf(tokenIn(reply))] as const)
  const fresh = await house.freshFile()
  return {
    ...Object.fromEntries(await Promise.all(owners)),
    gcloud: fresh === null ? null : await house.ownerOf(fresh.trim()),
  }
}

const allAsGiven = {
  program: asha.email,
  http: sam.email,
  adc: asha.email,
  metadata: sam.email,
  gcloud: asha.email,
}

interface LedgerLine {
  readonly type: string
  readonly data: { readonly leaseId?: string; readonly count?: number; readonly scopes?: readonly string[] }
}

async function ledgerLines(): Promise<readonly LedgerLine[]> {
  const file = join(world.dataFolder, 'profiles', 'practice', 'ledger.jsonl')
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as LedgerLine)
}

async function usesInLedger({ lease }: GivenLease): Promise<readonly LedgerLine[]> {
  const lines = await ledgerLines()
  return lines.filter(({ type, data }) => type === 'lease.used' && data.leaseId === lease.leaseId)
}

function codeOf({ body }: HttpReply): string {
  return (JSON.parse(body) as { error: { code: string } }).error.code
}

describe.skipIf(partsMissing !== null)('the doors of a profile', () => {
  it('give each program a token that works, of the account that is meant for it', async () => {
    const house = await openHouse()
    expect(await ownersAtAll(house)).toEqual(allAsGiven)
    // A folder without a rule, of a program with a lease for another account: it has to ask.
    const elsewhere = join(world.dataFolder, '..', 'elsewhere')
    await mkdir(elsewhere)
    expect(codeOf(await house.programAsks({ account: sam.email, folder: elsewhere }))).toBe('lease-needed')
  })

  it('give a token that can do only what was asked for, and refuse what was not granted', async () => {
    const house = await openHouse()
    const address = await house.address()
    const narrow = tokenIn(await askAsLibrary(address, await handleInFile(house), drive))
    // Without the scope for it, who that is remains untold.
    expect(await house.ownerOf(narrow)).toBeNull()
    const { scopes } = JSON.parse((await house.programAsks({ scopes: [email] })).body) as { scopes: string[] }
    // Google adds `openid` to an address by itself.
    expect([...scopes].sort()).toEqual([email, 'openid'])
    const beyond = await askWithBearer(address, house.handle('http'), { scopes: [drive] })
    expect(beyond.status).not.toBe(200)
    expect(beyond.body).not.toContain('access_token')

    const less = await house.door.lease({
      ...{ door: 'http', label: 'less', accountId: (await house.app.account(sam)).accountId },
      scopes: [calendar],
    })
    const more = await askWithBearer(address, less.handle ?? '', { scopes: [calendar, email] })
    expect([more.status, codeOf(more)]).toEqual([403, 'lease-scopes'])
    expect(await house.ownerOf(tokenIn(await askWithBearer(address, less.handle ?? '')))).toBeNull()
    expect(await house.door.leaseNow(less.lease.leaseId)).toMatchObject({
      ...{ uses: 1, refusals: 1 },
      lastRefusal: { error: { code: 'lease-scopes' } },
    })
  })

  it('show in a grant what was used of it, and what a program asked for by name', async () => {
    const house = await openHouse()
    tokenIn(await askMetadata(house.given.metadata.address ?? '', calendar))
    tokenIn(await askWithBearer(await house.address(), house.handle('http')))
    const usedOf = async (who: Person): Promise<readonly UsedScope[]> =>
      (await house.app.account(who)).grants.flatMap(({ used }) => used)
    await expect
      .poll(async () => (await usedOf(sam)).find(({ scope }) => scope === calendar)?.named)
      .toBe(true)
    await expect.poll(async () => (await usedOf(sam)).find(({ scope }) => scope === email)?.named).toBe(false)
    expect((await usedOf(asha)).map(({ scope }) => scope)).toContain(drive)
    expect((await usedOf(sam)).map(({ scope }) => scope)).not.toContain(drive)
  })

  it('write a thousand requests of a minute as one line, and lose none', async () => {
    const house = await openHouse()
    const address = await house.address()
    const since = Date.now()
    for (let round = 0; round < 50; round += 1) {
      const asked = Array.from({ length: 20 }, () => askWithBearer(address, house.handle('http')))
      for (const reply of await Promise.all(asked)) expect(reply.status).toBe(200)
    }
    const minutes = 1 + Math.floor((Date.now() - since) / 60_000)
    await expect.poll(async () => (await usesInLedger(house.given.http)).length).toBeGreaterThan(0)
    expect((await usesInLedger(house.given.http)).length).toBeLessThanOrEqual(minutes)
    expect((await house.door.leaseNow(house.given.http.lease.leaseId)).uses).toBe(1000)
    await house.app.close()
    // What was left is written at the end.
    const lines = await usesInLedger(house.given.http)
    expect(lines.length).toBeLessThanOrEqual(minutes + 1)
    expect(lines.reduce((sum, { data }) => sum + (data.count ?? 0), 0)).toBe(1000)
    await house.open()
    expect((await house.door.leaseNow(house.given.http.lease.leaseId)).uses).toBe(1000)
  })

  it('are where they were after a restart, and everything that was given works still', async () => {
    const house = await openHouse()
    const before = await house.door.announcement()
    await house.app.close()
    await expect(askWithBearer(before.http ?? '', house.handle('http'))).rejects.toThrow(/ECONNREFUSED/)
    await expect(askMetadata(house.given.metadata.address ?? '')).rejects.toThrow(/ECONNREFUSED/)
    expect(await house.freshFile()).toBeNull()

    await house.open()
    const after = await house.door.announcement()
    expect(after.http).toBe(before.http)
    expect(after.local).not.toBe(before.local)
    await expect.poll(() => house.freshFile()).not.toBeNull()
    expect(await ownersAtAll(house)).toEqual(allAsGiven)
    const session = await askWithBearer(after.http ?? '', house.handle('passing'))
    expect(await house.ownerOf(tokenIn(session))).toBe(sam.email)
  })

  it('give nothing while locked, also after a restart, and go on after unlocking', async () => {
    const house = await openHouse()
    const waiting = house.door.post('/v1/token', { account: sam.email, pid: house.program.pid, ask: 'wait' })
    await expect.poll(async () => (await house.app.snapshot()).asks.length).toBe(1)
    await house.app.get('doors.lock', {})
    expect(codeOf(await waiting)).toBe('doors-locked')
    await expect.poll(() => house.freshFile()).toBeNull()

    for (const moment of ['locked', 'restarted'] as const) {
      if (moment === 'restarted') await house.restart()
      const { program, http, adc, metadata } = await askAll(house)
      expect([program.status, codeOf(program)], moment).toEqual([403, 'doors-locked'])
      expect([http.status, codeOf(http)]).toEqual([403, 'doors-locked'])
      expect(adc.status).toBe(503)
      expect(JSON.parse(adc.body)).toMatchObject({ error: 'temporarily_unavailable' })
      // Libraries would ask again and again after a 503, and say nothing meanwhile.
      expect([metadata.status, metadata.body]).toEqual([
        403,
        expect.stringMatching(/^Latchkey: .*doors are locked/),
      ])
      expect(await house.freshFile()).toBeNull()
      expect(await house.door.leaseNow(house.given.passing.lease.leaseId)).toMatchObject({
        ended: { reason: 'locked' },
      })
    }

    await house.app.get('doors.unlock', {})
    await expect.poll(() => house.freshFile()).not.toBeNull()
    expect(await ownersAtAll(house)).toEqual(allAsGiven)
    const session = await askWithBearer(await house.address(), house.handle('passing'))
    expect(codeOf(session)).toBe('lease-over')
  })

  it('say in the words of each door that its lease was taken back', async () => {
    const house = await openHouse()
    await house.app.get('leases.endAll', {})
    const { program, http, adc, metadata } = await askAll(house)
    expect([program.status, codeOf(program)]).toEqual([403, 'lease-needed'])
    expect([http.status, codeOf(http)]).toEqual([403, 'lease-taken-back'])
    expect(adc.status).toBe(400)
    expect(JSON.parse(adc.body)).toEqual({
      error: 'invalid_grant',
      error_description: expect.stringMatching(
        /^Latchkey: The lease 'a library' was taken back\./,
      ) as unknown,
    })
    expect([metadata.status, metadata.body]).toEqual([
      403,
      expect.stringMatching(/^Latchkey: The lease “a container” was taken back\./),
    ])
    await expect.poll(() => house.freshFile()).toBeNull()
    expect((await house.door.leaseNow(house.given.http.lease.leaseId)).refusals).toBe(1)
    // Also for whoever comes after a restart.
    await house.restart()
    expect(codeOf(await askWithBearer(await house.address(), house.handle('http')))).toBe('lease-taken-back')
  })
})
