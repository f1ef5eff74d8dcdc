/** A client-side sign-in as it really goes: our own page in Chromium, the listener, practice Google over HTTP. */
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from '@playwright/test'
import { chromium } from '@playwright/test'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createHttp } from '../../../electron/adapters/http.ts'
import { createLoopbackListener } from '../../../electron/adapters/loopback-listener.ts'
import type { FlowStep } from '../../../electron/contract/views.ts'
import { ClientSideAccess } from '../../../electron/core/access/client-side-access.ts'
import { SignIns } from '../../../electron/core/accounts/sign-in/sign-ins.ts'
import { importClient } from '../../../electron/core/clients/import-client.ts'
import { practiceIssuer } from '../../../electron/core/clients/issuer.ts'
import type { Fault } from '../../../electron/practice/faults.ts'
import { startRealGoogle } from '../../support/real-google.ts'
import { openTestContext } from '../../support/test-context.ts'

const executablePath = process.env['LATCHKEY_CHROMIUM'] ?? '/usr/bin/chromium'
const auth = 'https://www.googleapis.com/auth/'
const scope = `${auth}drive.file`
const asha = 'asha.rao@gmail.test'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

interface Scene {
  readonly access: ClientSideAccess
  readonly clientId: string
  /** The address that the browser of the person was sent to last. */
  opened(): string
  start(request?: { readonly accountId?: string | null; readonly scopes?: readonly string[] }): string
  /** Goes wrong at practice Google, once. */
  fault(fault: Fault): Promise<void>
  step(flowId: string): FlowStep | undefined
  reach<K extends FlowStep['kind']>(flowId: string, kind: K): Promise<Extract<FlowStep, { kind: K }>>
  /** Every access token that practice Google ever gave. */
  tokens(): readonly string[]
}

async function openScene(): Promise<Scene> {
  const google = await startRealGoogle()
  ends.push(() => google.close())
  const test = await openTestContext({ profile: 'practice' })
  test.world.clock.set(Date.now())
  const ports = {
    ...test.context.ports,
    http: createHttp({ allow: ({ hostname }) => hostname === '127.0.0.1' }),
    listener: createLoopbackListener({ random: test.world.random, closingMs: 500 }),
  }
  const context = { ...test.context, issuer: practiceIssuer(google.issuer), ports }
  const access = new ClientSideAccess(context, () => undefined)
  const signIns = new SignIns(context, () => undefined, access)
  ends.push(() => signIns.close())
  const file = await google.control.clientFile({ kind: 'web' })
  if (!file.ok) throw new Error(file.error.code)
  const added = await importClient(context, Buffer.from(file.value), { acceptUncheckedSecret: true })
  if (!added.ok || !('clientId' in added.value)) throw new Error('the client was not added')
  const { clientId } = added.value
  const step: Scene['step'] = (id) => signIns.views().find(({ flowId }) => flowId === id)?.step
  return {
    ...{ access, clientId, step },
    opened: () => test.world.browser.opened.at(-1)?.url ?? '',
    async fault(fault) {
      const set = await google.control.setFault(fault)
      if (!set.ok) throw new Error(set.error.code)
    },
    start({ accountId = null, scopes = [scope] } = {}) {
      const started = signIns.start({ clientId, scopes, accountId, way: 'client-side' })
      if (!started.ok) throw new Error(started.error.code)
      return started.value.flowId
    },
    async reach(id, kind) {
      for (let now = step(id); now?.kind !== kind; now = step(id)) {
        if (now?.kind === 'failed') throw new Error(now.error.code)
        await sleep(5)
      }
      return step(id) as never
    },
    tokens: () => google.issued.filter((one) => one.kind === 'access-token').map(({ secret }) => secret),
  }
}

describe.skipIf(!existsSync(executablePath))('client-side access through Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    browser = await chromium.launch({ executablePath, args })
  })
  afterAll(() => browser.close())

  /** One browser that stays signed in at Google from page to page. */
  async function openTab(): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB' })
    ends.push(() => context.close())
    return context.newPage()
  }

  /** After a first sign-in, in a tab that Google knows. */
  async function signedIn(): Promise<{ scene: Scene; tab: Page; accountId: string }> {
    const scene = await openScene()
    const tab = await openTab()
    const flowId = scene.start()
    await scene.reach(flowId, 'waiting')
    await tab.goto(scene.opened())
    await tab.getByRole('button', { name: asha, exact: true }).click()
    await tab.getByRole('button', { name: 'Continue', exact: true }).click()
    const { accountId } = await scene.reach(flowId, 'done')
    await tab.getByRole('heading', { name: 'Signed in' }).waitFor()
    return { scene, tab, accountId }
  }

  it('ends with a token in memory that Google gave, and with nothing of it in the tab', async () => {
    const { scene, tab, accountId } = await signedIn()
    expect(new URL(tab.url()).hash).toBe('')
    expect(await tab.content()).not.toContain('ya29')
    const given = scene.access.get({ accountId, clientId: scene.clientId }, { minTtlMs: 0 })
    expect(given.kind === 'token' && given.token.secret.reveal()).toBe(scene.tokens()[0])
    expect(given.kind === 'token' && given.token.expiresAt).toBeGreaterThan(Date.now() + 3_500_000)
  })

  it('repeats without a screen', async () => {
    const { scene, tab, accountId } = await signedIn()
    const flowId = scene.start({ accountId })
    await scene.reach(flowId, 'waiting')
    expect(new URL(scene.opened()).searchParams.get('prompt')).toBe('none')
    await tab.goto(scene.opened())
    await scene.reach(flowId, 'done')
    expect(scene.tokens()).toHaveLength(2)
  })

  it('goes on to the screen in the same tab where Google has to ask', async () => {
    const { scene, tab, accountId } = await signedIn()
    const flowId = scene.start({ accountId, scopes: [scope, `${auth}calendar.readonly`] })
    await scene.reach(flowId, 'waiting')
    const quiet = scene.opened()
    await tab.goto(quiet)
    await tab.getByRole('button', { name: 'Select all', exact: true }).click()
    await tab.getByRole('button', { name: 'Continue', exact: true }).click()
    expect(await scene.reach(flowId, 'done')).toMatchObject({ accountId })
    expect(scene.opened()).toBe(quiet)
  })

  it('drops a token that was made for another client, and says so in the tab', async () => {
    const { scene, tab, accountId } = await signedIn()
    await scene.fault({ kind: 'foreign-client' })
    const flowId = scene.start({ accountId })
    await scene.reach(flowId, 'waiting')
    await tab.goto(scene.opened())
    await tab.getByRole('heading', { name: 'Not signed in' }).waitFor()
    expect(scene.step(flowId)).toMatchObject({ error: { code: 'access-for-another-client' } })
  })

  it('drops a token that does not say for how long', async () => {
    const { scene, tab, accountId } = await signedIn()
    await scene.fault({ kind: 'no-expires-in' })
    const flowId = scene.start({ accountId })
    await scene.reach(flowId, 'waiting')
    await tab.goto(scene.opened())
    await tab.getByRole('heading', { name: 'Not signed in' }).waitFor()
    expect(scene.step(flowId)).toMatchObject({ error: { code: 'access-malformed' } })
  })

  it('refuses an answer without state and waits on for the one with it', async () => {
    const { scene, tab, accountId } = await signedIn()
    await scene.fault({ kind: 'no-state' })
    const flowId = scene.start({ accountId })
    await scene.reach(flowId, 'waiting')
    await tab.goto(scene.opened())
    await tab.getByRole('heading', { name: 'This page answers nothing' }).waitFor()
    expect(scene.step(flowId)).toEqual({ kind: 'waiting', notice: null })
    await tab.goto(scene.opened())
    await scene.reach(flowId, 'done')
  })
})
