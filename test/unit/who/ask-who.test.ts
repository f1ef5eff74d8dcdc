import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import type { WhoView } from '../../../electron/contract/who.ts'
import { whoViewSchema } from '../../../electron/contract/who.ts'
import { activateAccount, setActive } from '../../../electron/core/accounts/describe-account.ts'
import { forgetAccount } from '../../../electron/core/accounts/removal.ts'
import { approveDeclaration } from '../../../electron/core/folders/approvals.ts'
import { digestOf } from '../../../electron/core/folders/declaration.ts'
import { addRule } from '../../../electron/core/folders/rules.ts'
import type { AskWho } from '../../../electron/core/who/ask-who.ts'
import { askWho } from '../../../electron/core/who/ask-who.ts'
import * as v from 'valibot'
import { otherClientId, testClientId } from '../../support/client-files.ts'
import { asha, meera } from '../../support/fake-google.ts'
import type { TestContext } from '../../support/test-context.ts'
import { openTestContext } from '../../support/test-context.ts'

interface Here extends TestContext {
  readonly asha: string
  readonly meera: string
}
const code = (outcome: Outcome<unknown>): string => (outcome.ok ? 'ok' : outcome.error.code)

/** Asha is active. */
async function here(): Promise<Here> {
  const test = await openTestContext()
  await test.addClient()
  const [first, second] = [await test.mint(), await test.mint({ person: meera })]
  test.world.folders.make('/work/repo/src')
  return { ...test, asha: first.accountId, meera: second.accountId }
}
const ask = (test: Here, question: Partial<AskWho> = {}): Promise<Outcome<WhoView>> =>
  askWho(test.context, {
    folder: '/work/repo/src',
    clientId: null,
    named: null,
    environment: null,
    ...question,
  })
async function who(test: Here, question: Partial<AskWho> = {}): Promise<WhoView> {
  const asked = await ask(test, question)
  if (!asked.ok) throw new Error(asked.error.code)
  return v.parse(whoViewSchema, asked.value)
}
async function approve(test: Here, folder: string, content: object, effect: 'check' | 'use' = 'use') {
  test.world.folders.declare(folder, content)
  const digest = digestOf(new TextEncoder().encode(JSON.stringify(content)))
  expect(code(await approveDeclaration(test.context, { folder, digest, effect }))).toBe('ok')
}

describe('asking who is meant', () => {
  it('without a folder looks at no disk', async () => {
    const test = await here()
    expect(await who(test, { folder: null })).toEqual({
      ...{ folder: null, decidedIn: null, declaration: null },
      outcome: { kind: 'account', accountId: test.asha, clientId: testClientId, reason: 'active' },
    })
    expect(test.world.folders.looks).toEqual([])
  })

  it('in a folder follows the rule above it', async () => {
    const test = await here()
    await addRule(test.context, { folder: '/work', accountId: test.meera, clientId: null })
    expect(await who(test)).toMatchObject({
      ...{ folder: '/work/repo/src', decidedIn: '/work', declaration: null },
      outcome: { accountId: test.meera, reason: 'folder-rule' },
    })
  })

  it('through a link sees the rules of the folder that it leads to, and not of where the link lies', async () => {
    const test = await here()
    test.world.folders.make('/home')
    test.world.folders.link('/home/link', '/work/repo')
    await addRule(test.context, { folder: '/work', accountId: test.meera, clientId: null })
    await addRule(test.context, { folder: '/home', accountId: test.asha, clientId: null })
    expect(await who(test, { folder: '/home/link' })).toMatchObject({
      ...{ folder: '/work/repo', decidedIn: '/work', outcome: { accountId: test.meera } },
    })
  })

  it('tells of a new file, and does not follow it', async () => {
    const test = await here()
    test.world.folders.declare('/work/repo', { account: meera.email })
    expect(await who(test)).toMatchObject({
      outcome: { accountId: test.asha, reason: 'active' },
      declaration: { folder: '/work/repo', standing: 'new', accountId: test.meera },
    })
  })

  it('follows an approved file until it changes', async () => {
    const test = await here()
    await approve(test, '/work/repo', { account: meera.email })
    expect(await who(test)).toMatchObject({
      ...{ decidedIn: '/work/repo', outcome: { accountId: test.meera, reason: 'declaration' } },
      declaration: { standing: 'approved' },
    })
    test.world.folders.declare('/work/repo', { account: meera.email, client: 'x' })
    expect(await who(test)).toMatchObject({
      ...{ decidedIn: null, outcome: { accountId: test.asha, reason: 'active' } },
      declaration: { standing: 'unusable', error: { code: 'client-unknown' } },
    })
    test.world.folders.declare('/work/repo', { account: asha.email })
    expect(await who(test)).toMatchObject({
      outcome: { reason: 'active' },
      declaration: { standing: 'changed' },
    })
  })

  it('blocks where an approved file only checks and another account is active', async () => {
    const test = await here()
    await approve(test, '/work/repo', { account: meera.email }, 'check')
    expect(await who(test)).toMatchObject({
      ...{ decidedIn: '/work/repo' },
      outcome: { kind: 'blocked', reason: 'declaration', error: { code: 'declared-account-differs' } },
    })
    await activateAccount(test.context, test.meera)
    expect(await who(test)).toMatchObject({ outcome: { accountId: test.meera, reason: 'declaration' } })
  })

  it('lets no file without effect hide what is decided above it', async () => {
    const test = await here()
    await approve(test, '/work', { account: meera.email })
    test.world.folders.declare('/work/repo/src', '{"account":"asha@gmail.test","account":"x"}')
    test.world.folders.declare('/work/repo', { account: asha.email })
    expect(await who(test)).toMatchObject({
      ...{ decidedIn: '/work', outcome: { accountId: test.meera, reason: 'declaration' } },
      declaration: { folder: '/work/repo/src', standing: 'unusable', error: { code: 'declaration-invalid' } },
    })
  })

  it('has no approval for the same file in another folder', async () => {
    const test = await here()
    await approve(test, '/work', { account: meera.email })
    test.world.folders.declare('/copy', { account: meera.email })
    expect(await who(test, { folder: '/copy' })).toMatchObject({
      ...{ outcome: { reason: 'active' }, declaration: { standing: 'new' } },
    })
  })

  it('tells who is meant also where another user’s file lies', async () => {
    const test = await here()
    test.world.folders.failDeclaration('/work/repo', 'declaration-not-yours')
    expect(await who(test)).toMatchObject({
      outcome: { reason: 'active' },
      declaration: { standing: 'unusable', digest: null, error: { code: 'declaration-not-yours' } },
    })
  })

  it('fails for a folder that is not there, whoever is named', async () => {
    const test = await here()
    expect(code(await ask(test, { folder: '/gone', named: asha.email }))).toBe('folder-missing')
  })

  it('ends its wait on a disk that does not answer', async () => {
    const test = await here()
    test.world.folders.hang('/work/repo/src')
    const asking = ask(test)
    await test.world.timers.live(10_000)
    expect(code(await asking)).toBe('folder-unreadable')
  })

  it('blocks on a rule whose account is removed, and answers once it is back', async () => {
    const test = await here()
    await addRule(test.context, { folder: '/work', accountId: test.meera, clientId: null })
    await forgetAccount(test.context, test.meera, { tokens: 1 })
    expect(await who(test)).toMatchObject({
      outcome: { kind: 'blocked', error: { code: 'rule-account-gone' } },
    })
    await test.mint({ person: meera })
    expect(await who(test)).toMatchObject({ outcome: { kind: 'account', accountId: test.meera } })
  })

  it('keeps every answer within what the window takes, however long the paths', async () => {
    const test = await here()
    const long = `/${Array.from({ length: 15 }, () => 'x'.repeat(250)).join('/')}`
    test.world.folders.make(long)
    await addRule(test.context, { folder: long, accountId: test.meera, clientId: null })
    await forgetAccount(test.context, test.meera, { tokens: 1 })
    expect((await who(test, { folder: long })).outcome.kind).toBe('blocked')
  })
})

describe('the account that is active for a client', () => {
  it('is meant under that client only, until it is left to the active one again', async () => {
    const test = await here()
    await test.addClient(otherClientId)
    expect(code(await setActive(test.context, testClientId, test.meera))).toBe('ok')
    expect(code(await setActive(test.context, testClientId, test.meera))).toBe('ok')
    const under = async (clientId: string): Promise<unknown> => (await who(test, { clientId })).outcome
    expect(await under(testClientId)).toMatchObject({ accountId: test.meera, reason: 'active-for-client' })
    expect(await under(otherClientId)).toMatchObject({ accountId: test.asha, reason: 'active' })
    expect(code(await setActive(test.context, testClientId, null))).toBe('ok')
    expect(await under(testClientId)).toMatchObject({ accountId: test.asha, reason: 'active' })
    expect(test.eventsOf('account.activatedFor')).toHaveLength(2)
  })

  it('has to be here, and so has the client', async () => {
    const test = await here()
    expect(code(await setActive(test.context, otherClientId, test.asha))).toBe('not-found')
    expect(code(await setActive(test.context, otherClientId, null))).toBe('not-found')
    expect(code(await setActive(test.context, testClientId, 'nobody-here'))).toBe('not-found')
    await forgetAccount(test.context, test.meera, { tokens: 1 })
    expect(code(await setActive(test.context, testClientId, test.meera))).toBe('not-found')
  })

  it('leaves its place when it is forgotten', async () => {
    const test = await here()
    await setActive(test.context, testClientId, test.meera)
    await forgetAccount(test.context, test.meera, { tokens: 1 })
    expect((await who(test, { clientId: testClientId })).outcome).toMatchObject({ reason: 'active' })
  })
})
