import { describe, expect, it } from 'vitest'
import type { FlowStep } from '../../../electron/contract/views.ts'
import { AccessTokens } from '../../../electron/core/access/access-tokens.ts'
import { SignIns } from '../../../electron/core/accounts/sign-in/sign-ins.ts'
import type { LatchkeyEvent } from '../../../electron/core/ledger/events.ts'
import type { State } from '../../../electron/core/state/state.ts'
import { findToken } from '../../../electron/core/state/state.ts'
import { dismissToken } from '../../../electron/core/tokens/dismiss.ts'
import { deleteSecrets } from '../../../electron/core/tokens/keep-token.ts'
import { testClientId } from '../../support/client-files.ts'
import type { MintedToken, TestContext } from '../../support/test-context.ts'
import { asha, meera } from '../../support/fake-google.ts'
import { mail, openTestContext } from '../../support/test-context.ts'
import { dayMs } from '../../support/sample-state.ts'

interface Renewing {
  readonly test: TestContext
  readonly access: AccessTokens
  readonly grant: MintedToken
  /** The other account, which is there first and active. */
  readonly other: MintedToken
}

/** An account with everything that a person can hang on it. */
async function ready(): Promise<Renewing> {
  const test = await openTestContext()
  await test.addClient()
  const other = await test.mint({ person: meera })
  const grant = await test.mint()
  const { accountId, clientId } = grant
  const folder = { folder: '/home/asha/work', key: '/home/asha/work', accountId, clientId }
  const declared = { ...folder, folder: '/home/asha/site', key: '/home/asha/site' }
  const marks: LatchkeyEvent[] = [
    { type: 'account.labelled', data: { accountId, label: 'Work' } },
    { type: 'account.activated', data: { accountId } },
    { type: 'account.activatedFor', data: { clientId, accountId } },
    { type: 'folder.ruled', data: { ruleId: 'rule-0001', ...folder } },
    { type: 'folder.declarationApproved', data: { ...declared, digest: 'd1', effect: 'use' } },
    {
      type: 'client.described',
      data: { clientId, label: 'Mail', publishing: 'testing', userType: 'external' },
    },
    { type: 'client.keepAliveChosen', data: { clientId, keepAlive: false } },
  ]
  await test.context.record(marks)
  return { test, access: new AccessTokens(test.context, () => undefined), grant, other }
}

/** All that a person hung on an account or said of its client. */
function marksOf(state: State, accountId: string): unknown {
  const client = state.clients.get(testClientId)
  return {
    label: state.accounts.get(accountId)?.label,
    active: state.activeAccountId,
    activeFor: [...state.activeFor],
    rules: [...state.folderRules.values()],
    approvals: [...state.approvals.values()],
    client: client && [client.label, client.publishing, client.userType, client.keepAlive, client.retired],
  }
}

async function signInAgain({ test, grant }: Renewing): Promise<Extract<FlowStep, { kind: 'done' }>> {
  const signIns = new SignIns(test.context, () => undefined, { keep: () => undefined })
  const { accountId, clientId } = grant
  const granted = findToken(test.state(), grant.tokenId)?.granted ?? []
  test.world.browser.whenOpened((url) => {
    const redirectUri = new URL(url).searchParams.get('redirect_uri') ?? ''
    setImmediate(() => void test.world.listener.call(redirectUri, test.world.google.consent(url, asha)))
  })
  signIns.start({ clientId, scopes: granted, accountId })
  for (;;) {
    const step = signIns.views()[0]?.step
    if (step?.kind === 'done') return step
    if (step?.kind === 'failed') throw new Error(step.error.code)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const ways: readonly (readonly [string, (renewing: Renewing) => Promise<unknown>])[] = [
  ['a token that works', () => Promise.resolve()],
  [
    'a dead token',
    ({ test, access, grant }) => {
      test.world.google.kill(grant.refreshToken)
      return access.check(grant.tokenId, { byHand: true })
    },
  ],
  [
    'a token that Google ends soon',
    ({ test }) => {
      test.world.clock.advance(6 * dayMs)
      return Promise.resolve()
    },
  ],
  [
    'a token whose secret is gone',
    ({ test, access, grant }) => {
      test.world.secretStore.lose(test.context.services.refreshToken, grant.tokenId)
      return access.check(grant.tokenId, { byHand: true })
    },
  ],
  [
    'a session that ended',
    ({ test, access, grant }) => {
      test.world.google.kill(grant.refreshToken, { error: 'invalid_grant', error_subtype: 'invalid_rapt' })
      return access.check(grant.tokenId, { byHand: true })
    },
  ],
  [
    'a grant that was forgotten here',
    async ({ test, grant: { tokenId } }) => {
      await test.context.record([{ type: 'token.forgotten', data: { tokenId, reason: 'forgotten' } }])
      await deleteSecrets(test.context, [tokenId])
    },
  ],
  [
    'a dead token that was taken out of view',
    async ({ test, access, grant }) => {
      test.world.google.kill(grant.refreshToken)
      await access.check(grant.tokenId, { byHand: true })
      await dismissToken(test.context, grant.tokenId)
    },
  ],
]

describe('signing an account in again', () => {
  it.each(ways)('for %s keeps its name, its marks, its folders and its client', async (_what, happen) => {
    const renewing = await ready()
    const { test, access, grant } = renewing
    const before = structuredClone(marksOf(test.state(), grant.accountId))
    await happen(renewing)
    const done = await signInAgain(renewing)
    expect(done).toMatchObject({ accountId: grant.accountId, declined: [] })
    expect(marksOf(test.state(), grant.accountId)).toEqual(before)

    const tokens = test.state().accounts.get(grant.accountId)?.tokens ?? []
    const [old, renewed] = tokens
    expect(tokens).toHaveLength(2)
    expect(old).toMatchObject({ tokenId: grant.tokenId, standing: 'forgotten' })
    expect(renewed).toMatchObject({ clientId: testClientId, granted: old?.granted, standing: 'held' })
    expect(renewed?.testing).toBe(true)
    const items = await test.world.secretStore.list(test.context.services.refreshToken)
    expect(items.ok && [...items.value].sort()).toEqual([renewing.other.tokenId, renewed?.tokenId].sort())
    expect(await access.get(grant, { minTtlMs: 0, scopes: [mail] })).toMatchObject({ kind: 'token' })
  })

  it('tells Google which account is meant, and asks for the same scopes once', async () => {
    const renewing = await ready()
    await signInAgain(renewing)
    const url = new URL(renewing.test.world.browser.opened[0]?.url ?? '')
    expect(url.searchParams.get('login_hint')).toBe(asha.sub)
    expect(url.searchParams.get('client_id')).toBe(testClientId)
    expect(url.searchParams.get('scope')).toBe(`openid email profile ${mail}`)
  })

  it('does not touch the marks of other accounts', async () => {
    const renewing = await ready()
    const { test, other, grant } = renewing
    const { accountId, clientId } = other
    await test.context.record([
      { type: 'account.activated', data: { accountId } },
      { type: 'account.activatedFor', data: { clientId, accountId } },
      { type: 'account.labelled', data: { accountId, label: 'Home' } },
    ])
    test.world.google.kill(grant.refreshToken)
    await renewing.access.check(grant.tokenId, { byHand: true })
    await signInAgain(renewing)
    expect(test.state().activeAccountId).toBe(accountId)
    expect(test.state().activeFor.get(clientId)).toBe(accountId)
    expect(test.state().accounts.get(accountId)?.label).toBe('Home')
  })

  it('survives a restart with all of it', async () => {
    const renewing = await ready()
    const { test, grant } = renewing
    test.world.google.kill(grant.refreshToken)
    await renewing.access.check(grant.tokenId, { byHand: true })
    await signInAgain(renewing)
    const before = structuredClone(marksOf(test.state(), grant.accountId))
    const after = await openTestContext({ world: test.world })
    expect(marksOf(after.state(), grant.accountId)).toEqual(before)
  })
})
