import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { takeAppSeat } from '../../../electron/adapters/doors/seat.ts'
import { commands } from '../../../electron/contract/commands.ts'
import { practiceClient } from '../../../electron/practice/client.ts'
import { doorUser } from '../../clients/door-user.ts'
import { askAsLibrary, askMetadata, askWithBearer, tokenIn } from '../../support/door-programs.ts'
import { arriveAt, arriveWithFragment, asha, consentAs, meera, sam } from '../../support/real-google.ts'
import type { RealProfile } from '../../support/real-profile.ts'
import { filesBelow } from '../../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../../support/real-world.ts'
import { farAway, freePort, openWebClient } from '../../support/web-client.ts'

const { clientId } = practiceClient
const world = useRealWorld()

/** A secret as it could stand in a file: plain, in a URL, in JSON, in base64 or in hex. */
function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    encodeURIComponent(secret),
    secret.replaceAll('/', String.raw`\/`),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ]
}

/**
 * The parts of a secret, each of which would give it away. Of a key in PEM the lines behind its first ones: those are
 * of its public half, which Google publishes.
 */
function parts(secret: string): readonly string[] {
  if (!secret.startsWith('-----BEGIN')) return [secret]
  return secret.split('\n').filter((line, at) => at > 7 && line.length > 16 && !line.startsWith('-----'))
}

interface Find {
  readonly place: string
  readonly kind: string
}
interface Made {
  readonly kind: string
  readonly secret: string
}

/** Looks for every secret that practice Google ever made, and for others, in all that was left behind or shown. */
async function hunt(shown: readonly string[], others: readonly Made[] = []): Promise<readonly Find[]> {
  const google = { path: world.googleFile, bytes: await readFile(world.googleFile) }
  const files = [...(await filesBelow(world.dataFolder)), google]
  const places = [
    ...files.map(({ path, bytes }) => ({ place: path, text: bytes.toString('latin1') })),
    ...shown.map((text, index) => ({ place: `shown ${String(index)}`, text })),
  ]
  const wanted = [...world.google.issued, ...others].map(({ kind, secret }) => ({
    kind,
    texts: parts(secret).flatMap(spellings),
  }))
  return places.flatMap(({ place, text }) =>
    wanted
      .filter(({ texts }) => texts.some((spelling) => text.includes(spelling)))
      .map(({ kind }) => ({ place, kind })),
  )
}

/** Everything that a window ever gets from this profile. */
async function shownBy(app: RealProfile): Promise<readonly string[]> {
  return [...app.sent, JSON.stringify(await app.snapshot()), ...new Set(app.answered)]
}

/** Sign-ins that end in each way, a rotated secret, a removal: every road a secret takes. */
async function useEverything(app: RealProfile): Promise<void> {
  const { control } = world.google
  await app.signIn(asha)
  await app.signIn(meera, { ongoing: false })
  await app.signIn(asha)
  for (const fault of [
    { kind: 'foreign-id-token' },
    { kind: 'truncated-json' },
    { kind: 'html' },
    { kind: 'error', name: 'secret-invalid' },
    { kind: 'dropped-connection' },
    { kind: 'token-sizes', accessToken: 4096, refreshToken: 1024 },
  ] as const) {
    await control.setFault(fault)
    expect((await app.signIn(sam)).kind).toBe('failed')
    await control.clearFaults()
  }
  const flow = await app.start()
  const address = await consentAs(sam, await app.link(flow))
  await arriveAt(address.replace(/state=[^&]+/, 'state=wrong'))
  await arriveAt(address)
  await app.end(flow)
  const path = join(world.dataFolder, '..', 'client.json')
  const file = await control.clientFile()
  await writeFile(path, file.ok ? file.value : '')
  await app.get('clients.importFile', { path, acceptUncheckedSecret: false })
  const { accountId } = await app.account(meera)
  await app.get('accounts.forget', { accountId, tokens: 1 })
  await app.ask('clients.remove', { clientId, tokens: 99 })
}

const drive = 'https://www.googleapis.com/auth/drive.file'
const calendar = 'https://www.googleapis.com/auth/calendar.readonly'

/** On another device; answers the code that its person typed. */
async function signInOnDevice(app: RealProfile): Promise<string> {
  const { control } = world.google
  await control.setDeviceRules({ interval: 1 })
  const device = await app.bringClient('device')
  const approved = await app.start({ clientId: device.clientId, scopes: [drive] })
  const { userCode } = await app.reach(approved, 'showing-code')
  await control.setFault({ kind: 'html' })
  await control.approveDevice(userCode, asha.sub)
  expect((await app.end(approved)).kind).toBe('done')
  const cancelled = await app.start({ clientId: device.clientId })
  await app.reach(cancelled, 'showing-code')
  await app.get('signIn.cancel', { flowId: cancelled })
  const { accountId } = await app.account(asha)
  await app.get('accounts.copyAccessToken', { accountId, clientId: device.clientId })
  expect((await app.get('inspection.paste', {})).kind).toBe('access-token')
  return userCode
}

/** As a client-side page, taken, dropped and repeated; and with pasted addresses, right and wrong ones. */
async function signInOnWeb(app: RealProfile): Promise<void> {
  const { control } = world.google
  const origin = `http://127.0.0.1:${String(await freePort())}`
  const web = await openWebClient(world, app, [`${origin}/latchkey`, farAway], [origin])
  for (const fault of [null, { kind: 'foreign-client' }, { kind: 'no-expires-in' }] as const) {
    if (fault) await control.setFault(fault)
    const flowId = await app.start({ clientId: web.clientId, way: 'client-side', scopes: [calendar] })
    await arriveWithFragment(await consentAs(asha, await app.link(flowId)))
    expect((await app.end(flowId)).kind).toBe(fault ? 'failed' : 'done')
  }
  const { accountId } = await app.account(asha)
  await app.get('accounts.copyAccessToken', { accountId, clientId: web.clientId })
  const flows = [
    await app.start({ clientId: web.clientId, way: 'paste' }),
    await app.start({ elsewhere: true }),
  ]
  const addresses = []
  for (const flowId of flows) addresses.push(await consentAs(sam, await app.link(flowId)))
  for (const text of [...addresses, new URL(addresses[1] ?? '').searchParams.get('code') ?? '']) {
    app.copy(text)
    for (const flowId of flows) await app.ask('signIn.paste', { flowId })
  }
  for (const flowId of flows) expect((await app.end(flowId)).kind).toBe('done')
  const refreshToken = world.google.issued.findLast(({ kind }) => kind === 'refresh-token')?.secret ?? ''
  app.copy(refreshToken)
  expect(await app.ask('inspection.paste', {})).toMatchObject({ error: { code: 'paste-refresh-token' } })
}

/** A service account from its first key to the second; answers what was signed here. */
async function useServiceAccount(app: RealProfile): Promise<readonly Made[]> {
  const { control } = world.google
  const bring = async (email?: string): Promise<void> => {
    const path = join(world.dataFolder, '..', 'service-account.json')
    const file = await control.keyFile(email)
    await writeFile(path, file.ok ? file.value : '')
    await app.get('clients.importFile', { path, acceptUncheckedSecret: false })
  }
  const robot = async () => {
    const found = (await app.snapshot()).accounts.find(({ service }) => service !== null)
    if (!found?.service) throw new Error('there is no service account')
    return { accountId: found.accountId, email: found.email, keys: found.service.keys }
  }
  await bring()
  const { accountId, email, keys } = await robot()
  await app.get('service.configure', { accountId, scopes: [drive], subject: null })
  await app.get('service.copyAccessToken', { accountId })
  await app.get('service.copyIdToken', { accountId, audience: 'https://api.example/' })
  await app.get('service.copySelfSigned', { accountId, audience: 'https://drive.googleapis.com/' })
  const selfSigned = { kind: 'self-signed', secret: await app.clipboard() }
  await bring(email)
  const fresh = (await robot()).keys.find(({ keyId }) => keyId !== keys[0]?.keyId)
  await app.get('service.tryKey', { accountId, keyId: fresh?.keyId ?? '' })
  await app.get('service.findCopies', { accountId, keyId: fresh?.keyId ?? '' })
  await app.get('service.forgetKey', { accountId, keyId: keys[0]?.keyId ?? '' })
  const { keyId } = fresh ?? { keyId: '' }
  const privateKeyId = fresh?.privateKeyId ?? ''
  await control.deleteServiceKey(email, privateKeyId)
  expect(await app.ask('service.tryKey', { accountId, keyId })).toMatchObject({ ok: false })
  return [selfSigned]
}

interface DoorLife {
  /** The handle of each lease, and what proves it alone; and the keys of our own command line and of an agent. */
  readonly secrets: readonly Made[]
  /** The file that was written for Google's libraries, and the one for gcloud. */
  readonly adcFile: string
  readonly freshFile: string
}

function partsOfHandle(handle: string): readonly Made[] {
  return [handle, handle.split('.')[2] ?? ''].map((secret) => ({ kind: 'handle', secret }))
}

/** A lease of each kind, given in the window and at the socket, in place of a file that was there; used and misused. */
async function useDoors(app: RealProfile): Promise<DoorLife> {
  const door = doorUser(world.dataFolder)
  await app.signIn(asha, { scopes: [drive] })
  const { accountId, grants } = await app.account(asha)
  const adcFile = join(world.dataFolder, '..', 'application_default_credentials.json')
  await writeFile(adcFile, JSON.stringify({ type: 'authorized_user', refresh_token: foreignToken }))
  await door.lease({ door: 'adc', label: 'a library', accountId, file: adcFile })
  const { refresh_token: adc } = JSON.parse(await readFile(adcFile, 'utf8')) as { refresh_token: string }
  const wish = {
    clientId: grants[0]?.clientId ?? null,
    scopes: null,
    file: null,
    quotaProject: null,
    port: null,
  }
  const inWindow = {
    ...wish,
    accountId,
    expiresAt: null,
    remote: false,
    term: 'always',
    door: 'http',
  } as const
  await app.get('leases.give', { ...inWindow, label: 'by hand' })
  const pasted = await app.clipboard()
  const session = await door.lease({ door: 'http', label: 'an evening', accountId, term: 'session' })
  const lane = await door.lease({ door: 'metadata', label: 'a container', accountId })
  const fresh = await door.lease({ door: 'gcloud', label: 'gcloud', accountId })
  const asking = door.post('/v1/token', { folder: world.dataFolder, pid: process.pid, ask: 'wait' })
  await door.answerNext('always')
  tokenIn(await asking)
  const { http, local } = await door.announcement()
  const handles = [adc, pasted, session.handle ?? '']
  tokenIn(await askAsLibrary(http ?? '', adc, drive))
  tokenIn(await askWithBearer(http ?? '', pasted))
  tokenIn(await askMetadata(lane.address ?? '', drive))
  // Whoever mistakes a field or a door puts a handle where it does not belong.
  for (const handle of handles) {
    await askWithBearer(http ?? '', handle, { account: handle })
    await askWithBearer(http ?? '', handle, { scopes: [handle] })
    await askAsLibrary(http ?? '', handle, handle)
    await askMetadata(lane.address ?? '', handle)
    await door.post('/v1/token', { account: handle, pid: process.pid, ask: 'never' })
    await door.post(`/v1/command/${handle}`, { leaseId: handle })
    await door.post('/v1/command/leases.end', { leaseId: handle })
  }
  await app.get('doors.lock', {})
  await askWithBearer(http ?? '', pasted)
  await app.get('doors.unlock', {})
  await expect.poll(() => readFile(fresh.file ?? '', 'utf8').catch(() => null)).not.toBeNull()
  const owner = await readFile(join(world.dataFolder, 'profiles', 'practice', 'run', 'owner.json'), 'utf8')
  const { key } = JSON.parse(owner) as { key: string }
  const keys = [local, key].map((secret) => ({ kind: 'own-key', secret }))
  const secrets = [...handles.flatMap(partsOfHandle), ...keys]
  return { secrets, adcFile, freshFile: fresh.file ?? '' }
}

/** Of somebody else, in a file that was there before. */
const foreignToken = '1//0of-somebody-else-entirely'

describe.skipIf(partsMissing !== null)('the secrets that practice Google made', () => {
  it('stand in no file of the app, no log line and nothing that the window was ever sent', async () => {
    const app = await world.open({ sweepAfterMs: 10 })
    await useEverything(app)
    const shown = await shownBy(app)
    await app.close()
    const again = await world.open({ sweepAfterMs: 10 })
    const after = await shownBy(again)
    await again.close()
    const kinds = new Set(world.google.issued.map(({ kind }) => kind))
    expect([...kinds].sort()).toEqual(['access-token', 'client-secret', 'code', 'id-token', 'refresh-token'])
    const names = (await filesBelow(world.dataFolder)).map(({ path }) => path.split('/').at(-1))
    expect(names).toEqual(expect.arrayContaining(['ledger.jsonl', 'ledger-snapshot.json', 'latchkey.log']))
    expect(await hunt([...shown, ...after])).toEqual([])
  })

  it('stand nowhere either after a working life with devices, pages, pasted addresses and a key', async () => {
    const app = await world.open({ sweepAfterMs: 10 })
    const userCode = await signInOnDevice(app)
    await signInOnWeb(app)
    const signed = await useServiceAccount(app)
    const shown = await shownBy(app)
    await app.close()
    const again = await world.open({ sweepAfterMs: 10 })
    const after = await shownBy(again)
    await again.close()
    const kinds = new Set(world.google.issued.map(({ kind }) => kind))
    expect([...kinds].sort()).toEqual([
      ...['access-token', 'client-secret', 'code', 'device-code'],
      ...['id-token', 'private-key', 'refresh-token'],
    ])
    expect(signed.map(({ secret }) => secret.split('.').length)).toEqual([3])
    expect(await hunt([...shown, ...after], signed)).toEqual([])
    // It is shown, as it has to be typed; it is written nowhere.
    const files = await filesBelow(world.dataFolder)
    expect(shown.some((text) => text.includes(userCode))).toBe(true)
    expect(files.filter(({ bytes }) => bytes.includes(userCode)).map(({ path }) => path)).toEqual([])
  })

  it('stand nowhere but where they were put, after a working life of doors, and no handle of a lease either', async () => {
    const app = await world.open({ sweepAfterMs: 10, takeSeat: takeAppSeat })
    const { secrets, adcFile, freshFile } = await useDoors(app)
    const foreign = { kind: 'foreign', secret: foreignToken }
    const shown = await shownBy(app)
    const run = join(world.dataFolder, 'profiles', 'practice', 'run')
    // gcloud reads an access token from a file; our own command line and an agent know the owner by its keys.
    expect(await hunt(shown, [...secrets, foreign])).toEqual(
      expect.arrayContaining([{ place: freshFile, kind: 'access-token' }]),
    )
    const elsewhere = (finds: readonly Find[]): readonly Find[] =>
      finds.filter(
        ({ place, kind }) =>
          !(place === freshFile && kind === 'access-token') &&
          !([join(run, 'door.json'), join(run, 'owner.json')].includes(place) && kind === 'own-key'),
      )
    expect(elsewhere(await hunt(shown, [...secrets, foreign]))).toEqual([])
    const names = (await filesBelow(world.dataFolder)).map(({ path }) => path.split('/').at(-1))
    expect(names).toEqual(
      expect.arrayContaining(['door.json', 'owner.json', 'kept-aside.json', 'ledger.jsonl']),
    )
    // The file for Google's libraries holds its handle and nothing that Google ever made.
    const adc = await readFile(adcFile, 'utf8')
    expect(secrets.filter(({ secret }) => adc.includes(secret)).length).toBe(2)
    expect(world.google.issued.filter(({ secret }) => adc.includes(secret))).toEqual([])

    await app.close()
    expect(await hunt([], [...secrets, foreign])).toEqual([])
    const again = await world.open({ sweepAfterMs: 10 })
    const after = await shownBy(again)
    await again.close()
    expect(await hunt(after, [...secrets, foreign])).toEqual([])
  })

  it('would be found by a single line of a private key', async () => {
    await world.google.control.keyFile()
    const secret = world.google.issued.find(({ kind }) => kind === 'private-key')?.secret ?? ''
    const lines = parts(secret)
    expect(lines.length).toBeGreaterThan(15)
    expect(await hunt([`x${lines[0] ?? ''}x`, JSON.stringify({ key: secret }), lines.at(-1) ?? ''])).toEqual(
      [0, 1, 2].map((index) => ({ place: `shown ${String(index)}`, kind: 'private-key' })),
    )
  })

  it('would be found in each of these places, however they are spelled', async () => {
    const app = await world.open()
    await app.signIn(asha)
    const secret = world.google.issued.find(({ kind }) => kind === 'refresh-token')?.secret ?? ''
    const path = join(world.dataFolder, 'profiles', 'planted')
    for (const spelling of spellings(secret)) {
      await writeFile(path, `before ${spelling} after`)
      expect(await hunt([])).toEqual([{ place: path, kind: 'refresh-token' }])
      expect(await hunt([`x${spelling}`])).toHaveLength(2)
    }
  })

  it('have no place in any answer of a command', () => {
    const fields = JSON.stringify(commands)
    const names = ['refresh_token', 'refreshToken', 'client_secret', 'clientSecret', 'access_token']
    for (const name of [...names, 'device_code', 'deviceCode', 'private_key'])
      expect(fields).not.toContain(name)
  })
})
