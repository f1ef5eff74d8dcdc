/** Revoking at a practice Google over real HTTP: what died is read from the server's own state. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttp } from '../../../electron/adapters/http.ts'
import type { GrantName, RevocationRow } from '../../../electron/contract/revocation.ts'
import { AccessTokens } from '../../../electron/core/access/access-tokens.ts'
import { ClientSideAccess } from '../../../electron/core/access/client-side-access.ts'
import { SignIns } from '../../../electron/core/accounts/sign-in/sign-ins.ts'
import { importClient } from '../../../electron/core/clients/import-client.ts'
import { practiceIssuer } from '../../../electron/core/clients/issuer.ts'
import type { ProfileContext } from '../../../electron/core/profile-context.ts'
import { blastRadius } from '../../../electron/core/revocation/blast-radius.ts'
import { Revocations } from '../../../electron/core/revocation/revocations.ts'
import type { Fault } from '../../../electron/practice/faults.ts'
import type { Person, RealGoogle } from '../../support/real-google.ts'
import { asha, consentAs, sam, startRealGoogle } from '../../support/real-google.ts'
import type { TestContext } from '../../support/test-context.ts'
import { openTestContext } from '../../support/test-context.ts'

const scope = 'https://www.googleapis.com/auth/calendar.readonly'
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

interface Scene extends TestContext {
  readonly google: RealGoogle
  readonly context: ProfileContext
  /** The client of practice, one of the same project, one of another. */
  readonly clientIds: readonly [string, string, string]
  readonly revocations: Revocations
  signIn(who: Person, clientId: string): Promise<GrantName>
  /** Shows, confirms, starts; the row once nothing runs, and what the preview counted. */
  revoke(grant: GrantName): Promise<{ readonly row: RevocationRow; readonly foretold: number }>
  row(): RevocationRow
  /** Of practice Google's own tokens the living ones, as `sub clientId`. */
  living(): Promise<readonly string[]>
}

async function openScene(): Promise<Scene> {
  const google = await startRealGoogle()
  ends.push(() => google.close())
  const test = await openTestContext({ profile: 'practice' })
  const { world } = test
  world.clock.set(Date.now())
  const http = createHttp({ allow: ({ hostname }) => hostname === '127.0.0.1' })
  const issuer = practiceIssuer(google.issuer)
  const context = { ...test.context, issuer, ports: { ...test.context.ports, http } }
  const signIns = new SignIns(context, () => undefined, { keep: () => undefined })
  const access = new AccessTokens(context, () => undefined)
  const clientSide = new ClientSideAccess(context, () => undefined)
  const revocations = new Revocations(context, access, clientSide, () => undefined)
  ends.push(
    () => access.close(),
    () => signIns.close(),
    () => revocations.close(),
  )
  const add = async (project?: 'same' | 'other'): Promise<string> => {
    const file = await google.control.clientFile(project && { project })
    if (!file.ok) throw new Error(file.error.code)
    const added = await importClient(context, Buffer.from(file.value), { acceptUncheckedSecret: true })
    if (!added.ok || !('clientId' in added.value)) throw new Error('the client was not added')
    return added.value.clientId
  }
  const row = (): RevocationRow => {
    const views = revocations.views()
    const found = views[views.length - 1]?.rows[0]
    if (!found) throw new Error('nothing is being revoked')
    return found
  }
  const quiet = async (): Promise<RevocationRow> => {
    while (revocations.views().some(({ ended }) => !ended) && row().retryAt === null) await sleep(5)
    return row()
  }
  return {
    ...test,
    ...{ google, context, revocations, row },
    clientIds: [await add(), await add('same'), await add('other')],
    async signIn(who, clientId) {
      const started = signIns.start({ clientId, scopes: [scope], accountId: null })
      if (!started.ok) throw new Error(started.error.code)
      const step = () => signIns.views().find(({ flowId }) => flowId === started.value.flowId)?.step
      while (step()?.kind !== 'waiting') await sleep(2)
      const link = world.browser.opened[world.browser.opened.length - 1]?.url ?? ''
      const address = new URL(await consentAs(who, link))
      void world.listener.call(`${address.origin}${address.pathname}`, address.searchParams)
      for (let now = step(); now?.kind !== 'done'; now = step()) {
        if (now?.kind === 'failed') throw new Error(now.error.code)
        await sleep(2)
      }
      const done = step()
      return { accountId: done?.kind === 'done' ? done.accountId : '', clientId }
    },
    async revoke(grant) {
      const radius = blastRadius(context.ledger.state(), [grant], context.now())
      if (!radius.ok) throw new Error(radius.error.code)
      const { tokens, confirm } = radius.value
      const confirmation = confirm.kind === 'none' ? null : confirm.text
      const started = revocations.start({ grants: [grant], tokens, confirmation })
      if (!started.ok) throw new Error(started.error.code)
      return { row: await quiet(), foretold: tokens }
    },
    async living() {
      const tokens = await google.control.refreshTokens()
      if (!tokens.ok) throw new Error(tokens.error.code)
      return tokens.value
        .filter(({ death }) => death === null)
        .map(({ sub, clientId }) => `${sub} ${clientId}`)
    },
  }
}

/** Two accounts under two clients of one project, one of them under another project as well. */
async function everybody(scene: Scene): Promise<GrantName> {
  const [first, same, other] = scene.clientIds
  const grant = await scene.signIn(asha, first)
  await scene.signIn(asha, same)
  await scene.signIn(asha, other)
  await scene.signIn(sam, first)
  return grant
}

describe('revoking at practice Google', () => {
  it('ends just what the preview named', async () => {
    const scene = await openScene()
    const [first, , other] = scene.clientIds
    const grant = await everybody(scene)
    expect(await scene.living()).toHaveLength(4)
    const { row, foretold } = await scene.revoke(grant)
    expect(row).toMatchObject({ step: 'revoked', tokens: [{ found: 'dead' }, { found: 'dead' }] })
    expect(foretold).toBe(2)
    expect(await scene.living()).toEqual([`${asha.sub} ${other}`, `${sam.sub} ${first}`])
  })

  const silent: readonly (readonly [string, Fault, boolean])[] = [
    ['that answers 503', { kind: 'status', status: 503 }, false],
    ['behind a page of HTML', { kind: 'html' }, false],
    ['whose answer is lost after it acted', { kind: 'dropped-connection', stage: 'before-answer' }, true],
    ['whose answer breaks off after it acted', { kind: 'dropped-connection', stage: 'mid-body' }, true],
  ]
  it.each(silent)('%s is believed only where the tokens say the same', async (_, fault, acted) => {
    const scene = await openScene()
    const grant = await everybody(scene)
    await scene.google.control.setFault(fault, 1, 'revoke')
    const { row } = await scene.revoke(grant)
    expect(row.step).toBe(acted ? 'revoked' : 'failed')
    expect(await scene.living()).toHaveLength(acted ? 2 : 4)
    const held = [...scene.state().accounts.values()].flatMap(({ tokens }) => tokens)
    expect(held.filter(({ standing }) => standing === 'held')).toHaveLength(acted ? 2 : 4)
  })

  it('with a lag is asked again until the tokens are dead', async () => {
    const scene = await openScene()
    const grant = await everybody(scene)
    await scene.google.control.setFault({ kind: 'revoke-lag', ms: 300 }, 1, 'revoke')
    const { row } = await scene.revoke(grant)
    expect(row).toMatchObject({ step: 'alive', error: { code: 'revoke-still-alive' } })
    await sleep(400)
    scene.world.timers.pass(2000)
    while (scene.row().step !== 'revoked') await sleep(5)
    expect(await scene.living()).toHaveLength(2)
  })
})
