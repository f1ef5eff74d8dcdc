import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { forgetAccount } from '../../../electron/core/accounts/removal.ts'
import { pickFolder } from '../../../electron/core/folders/find-folder.ts'
import { changesFolders, foldersView } from '../../../electron/core/folders/folders-view.ts'
import { addRule, changeRule, removeRule } from '../../../electron/core/folders/rules.ts'
import { meera } from '../../support/fake-google.ts'
import { otherClientId, testClientId } from '../../support/client-files.ts'
import type { TestContext } from '../../support/test-context.ts'
import { openTestContext } from '../../support/test-context.ts'

interface Here extends TestContext {
  readonly asha: string
  readonly meera: string
}

async function twoAccounts(): Promise<Here> {
  const test = await openTestContext()
  await test.addClient()
  const [first, second] = [await test.mint(), await test.mint({ person: meera })]
  for (const folder of ['/work/acme', '/work/other']) test.world.folders.make(folder)
  return { ...test, asha: first.accountId, meera: second.accountId }
}
async function rule(test: Here, folder = '/work', accountId = test.asha): Promise<string> {
  const added = await addRule(test.context, { folder, accountId, clientId: null })
  if (!added.ok) throw new Error(added.error.code)
  return added.value.ruleId
}
const code = (outcome: Outcome<unknown>): string => (outcome.ok ? 'ok' : outcome.error.code)
const shown = (test: Here): readonly string[] =>
  foldersView(test.state()).rules.map(({ folder, email, standing }) => `${folder} ${email} ${standing}`)
const forgotten = async (test: Here, accountId: string): Promise<void> => {
  expect(code(await forgetAccount(test.context, accountId, { tokens: 1 }))).toBe('ok')
}

describe('a rule of a folder', () => {
  it('is kept with the folder as it really lies', async () => {
    const test = await twoAccounts()
    test.world.folders.link('/home/link', '/work/acme')
    const ruleId = await rule(test, '/home/link')
    expect(test.eventsOf('folder.ruled')).toEqual([
      { ruleId, folder: '/work/acme', key: '/work/acme', accountId: test.asha, clientId: null },
    ])
    expect(shown(test)).toEqual(['/work/acme asha@gmail.test fine'])
  })

  it('takes the place of the one that the folder has, and says nothing when nothing changes', async () => {
    const test = await twoAccounts()
    const first = await rule(test)
    expect(await rule(test, '/work', test.meera)).toBe(first)
    expect(await rule(test, '/work', test.meera)).toBe(first)
    expect(shown(test)).toEqual(['/work meera@northwind.test fine'])
    expect(test.events).toHaveLength(2)
  })

  it('is one, also when two windows make it at once', async () => {
    const test = await twoAccounts()
    const made = await Promise.all([rule(test), rule(test, '/work', test.meera), rule(test)])
    expect(new Set(made).size).toBe(1)
    expect(shown(test)).toEqual(['/work asha@gmail.test fine'])
  })

  it('needs a folder, an account and a client that are here', async () => {
    const test = await twoAccounts()
    const add = async (change: object): Promise<string> =>
      code(await addRule(test.context, { folder: '/work', accountId: test.asha, clientId: null, ...change }))
    expect(await add({ folder: '/gone' })).toBe('folder-missing')
    expect(await add({ accountId: 'nobody-here' })).toBe('not-found')
    expect(await add({ clientId: otherClientId })).toBe('not-found')
    await forgotten(test, test.meera)
    expect(await add({ accountId: test.meera })).toBe('not-found')
    expect(test.eventsOf('folder.ruled')).toEqual([])
    expect(await add({ clientId: testClientId })).toBe('ok')
  })

  it('can be given another account, another client and another folder, each alone', async () => {
    const test = await twoAccounts()
    const ruleId = await rule(test)
    const change = async (what: object): Promise<string> =>
      code(await changeRule(test.context, { ruleId, ...what }))
    expect(await change({ accountId: test.meera })).toBe('ok')
    expect(await change({ clientId: testClientId })).toBe('ok')
    expect(await change({ folder: '/work/acme' })).toBe('ok')
    expect(await change({})).toBe('ok')
    expect(test.eventsOf('folder.ruled')[3]).toEqual({
      ...{ ruleId, folder: '/work/acme', key: '/work/acme' },
      ...{ accountId: test.meera, clientId: testClientId },
    })
    expect(await change({ clientId: null })).toBe('ok')
    expect(foldersView(test.state()).rules).toMatchObject([{ clientId: null, folder: '/work/acme' }])
    expect(await change({ accountId: 'nobody-here' })).toBe('not-found')
    expect(code(await changeRule(test.context, { ruleId: 'no-such-rule' }))).toBe('not-found')
  })

  it('that moves onto another one takes its place', async () => {
    const test = await twoAccounts()
    await rule(test, '/work/acme', test.meera)
    const ruleId = await rule(test)
    expect(code(await changeRule(test.context, { ruleId, folder: '/work/acme' }))).toBe('ok')
    expect(shown(test)).toEqual(['/work/acme asha@gmail.test fine'])
  })

  it('on a folder that is gone stays, can be pointed elsewhere, and can be taken away', async () => {
    const test = await twoAccounts()
    const ruleId = await rule(test, '/work/acme')
    test.world.folders.remove('/work/acme')
    expect(code(await changeRule(test.context, { ruleId, accountId: test.meera }))).toBe('ok')
    expect(code(await changeRule(test.context, { ruleId, folder: '/work/other' }))).toBe('ok')
    test.world.folders.remove('/work/other')
    expect(code(await removeRule(test.context, ruleId))).toBe('ok')
    expect(shown(test)).toEqual([])
    expect(code(await removeRule(test.context, ruleId))).toBe('not-found')
  })

  it('on an account that is removed says so, and works again when the account is back', async () => {
    const test = await twoAccounts()
    await rule(test, '/work', test.meera)
    await forgotten(test, test.meera)
    expect(shown(test)).toEqual(['/work meera@northwind.test account-gone'])
    await test.mint({ person: { ...meera, email: 'meera.k@northwind.test' } })
    expect(shown(test)).toEqual(['/work meera.k@northwind.test fine'])
  })

  it('says when its client is gone', async () => {
    const test = await twoAccounts()
    await test.addClient(otherClientId)
    await addRule(test.context, { folder: '/work', accountId: test.asha, clientId: otherClientId })
    await test.context.record([{ type: 'client.removed', data: { clientId: otherClientId } }])
    expect(shown(test)).toEqual(['/work asha@gmail.test client-gone'])
  })

  it('outlives a restart', async () => {
    const test = await twoAccounts()
    const ruleId = await rule(test)
    await test.context.ledger.close()
    const again = await openTestContext({ world: test.world })
    expect(foldersView(again.state()).rules).toMatchObject([{ ruleId, folder: '/work' }])
  })

  it('cannot be made, changed or taken away while the history is damaged', async () => {
    const test = await twoAccounts()
    const ruleId = await rule(test)
    for (const folder of ['/work/acme', '/work/other']) await rule(test, folder)
    await test.context.ledger.close()
    const { folder } = test.world
    const lines = folder.text('ledger.jsonl').split('\n')
    const damagedLine = lines.length - 3
    lines[damagedLine] = (lines[damagedLine] ?? '').replace('"at":', '"at" :')
    folder.put('ledger.jsonl', lines.join('\n'))
    folder.files.delete('ledger-snapshot.json')
    const damaged = await openTestContext({ world: test.world })
    const accountId = test.meera
    expect(code(await addRule(damaged.context, { folder: '/work/acme', accountId, clientId: null }))).toBe(
      'read-only',
    )
    expect(code(await changeRule(damaged.context, { ruleId, accountId }))).toBe('read-only')
    expect(code(await removeRule(damaged.context, ruleId))).toBe('read-only')
    expect(foldersView(damaged.state()).rules[0]).toMatchObject({ ruleId, accountId: test.asha })
  })

  it('ends its wait on a disk that does not answer', async () => {
    const test = await twoAccounts()
    test.world.folders.hang('/work')
    const adding = addRule(test.context, { folder: '/work', accountId: test.asha, clientId: null })
    await test.world.timers.live(10_000)
    expect(code(await adding)).toBe('folder-unreadable')
    expect(test.world.timers.waiting).toBe(0)
  })
})

describe('a folder that the person picks', () => {
  it('comes without links', async () => {
    const test = await twoAccounts()
    test.world.folders.link('/home/link', '/work/acme')
    test.world.desktop.picks.push('/home/link', '/gone')
    expect(await pickFolder(test.context)).toEqual({ ok: true, value: '/work/acme' })
    expect(code(await pickFolder(test.context))).toBe('folder-missing')
    expect(await pickFolder(test.context)).toEqual({ ok: true, value: null })
  })
})

describe('the view of folders', () => {
  it('is told anew by every fact that can change it', async () => {
    const test = await twoAccounts()
    await rule(test)
    let before = JSON.stringify(foldersView(test.state()))
    const facts = [
      { type: 'account.labelled', data: { accountId: test.asha, label: 'Work' } },
      { type: 'account.activated', data: { accountId: test.meera } },
      { type: 'account.forgotten', data: { accountId: test.asha } },
    ] as const
    for (const fact of facts) {
      await test.context.record([fact])
      const after = JSON.stringify(foldersView(test.state()))
      expect(changesFolders(fact.type)).toBe(after !== before)
      before = after
    }
    expect(changesFolders('folder.declarationWithdrawn')).toBe(true)
  })

  it('is in the order of the folders', async () => {
    const test = await twoAccounts()
    for (const folder of ['/work/other', '/work', '/work/acme']) await rule(test, folder)
    expect(foldersView(test.state()).rules.map(({ folder }) => folder)).toEqual([
      ...['/work', '/work/acme', '/work/other'],
    ])
  })
})
