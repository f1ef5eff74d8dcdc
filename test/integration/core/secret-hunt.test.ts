import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commands } from '../../../electron/contract/commands.ts'
import { practiceClient } from '../../../electron/practice/client.ts'
import { arriveAt, asha, consentAs, meera, sam } from '../../support/real-google.ts'
import type { RealProfile } from '../../support/real-profile.ts'
import { filesBelow } from '../../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../../support/real-world.ts'

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

interface Find {
  readonly place: string
  readonly kind: string
}

/** Looks for every secret that practice Google ever made in everything that was left behind or shown. */
async function hunt(shown: readonly string[]): Promise<readonly Find[]> {
  const google = { path: world.googleFile, bytes: await readFile(world.googleFile) }
  const files = [...(await filesBelow(world.dataFolder)), google]
  const places = [
    ...files.map(({ path, bytes }) => ({ place: path, text: bytes.toString('latin1') })),
    ...shown.map((text, index) => ({ place: `shown ${String(index)}`, text })),
  ]
  return places.flatMap(({ place, text }) =>
    world.google.issued
      .filter(({ secret }) => spellings(secret).some((spelling) => text.includes(spelling)))
      .map(({ kind }) => ({ place, kind })),
  )
}

/** Everything that a window ever gets from this profile. */
async function shownBy(app: RealProfile): Promise<readonly string[]> {
  return [...app.sent, JSON.stringify(await app.snapshot())]
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
    for (const name of ['refresh_token', 'refreshToken', 'client_secret', 'clientSecret', 'access_token'])
      expect(fields).not.toContain(name)
  })
})
