import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { labelAccount } from '../../../electron/core/accounts/describe-account.ts'
import type { ApprovalRequest } from '../../../electron/core/folders/approvals.ts'
import { approveDeclaration, withdrawDeclaration } from '../../../electron/core/folders/approvals.ts'
import { digestOf } from '../../../electron/core/folders/declaration.ts'
import { foldersView } from '../../../electron/core/folders/folders-view.ts'
import { lookAtFolders } from '../../../electron/core/folders/look.ts'
import { addRule } from '../../../electron/core/folders/rules.ts'
import { otherClientId } from '../../support/client-files.ts'
import { asha, meera } from '../../support/fake-google.ts'
import type { TestContext } from '../../support/test-context.ts'
import { openTestContext } from '../../support/test-context.ts'

interface Here extends TestContext {
  readonly asha: string
  readonly meera: string
}

const folder = '/work/repo'
const content = { account: asha.email }
const digest = digestOf(new TextEncoder().encode(JSON.stringify(content)))
const code = (outcome: Outcome<unknown>): string => (outcome.ok ? 'ok' : outcome.error.code)

async function declared(what: object | string = content): Promise<Here> {
  const test = await openTestContext()
  await test.addClient()
  const [first, second] = [await test.mint(), await test.mint({ person: meera })]
  test.world.folders.declare(folder, what)
  return { ...test, asha: first.accountId, meera: second.accountId }
}
const approve = (test: Here, change: Partial<ApprovalRequest> = {}): Promise<Outcome<null>> =>
  approveDeclaration(test.context, { folder, digest, effect: 'check', ...change })
async function look(test: Here): Promise<readonly unknown[]> {
  const looked = await lookAtFolders(test.context)
  if (!looked.ok) throw new Error(looked.error.code)
  return looked.value
}

describe('approving a .latchkey.json', () => {
  it('keeps the content that was seen, and whom it means', async () => {
    const test = await declared()
    expect(code(await approve(test))).toBe('ok')
    expect(test.eventsOf('folder.declarationApproved')).toEqual([
      { folder, key: folder, digest, accountId: test.asha, clientId: null, effect: 'check' },
    ])
    expect(foldersView(test.state()).approvals).toMatchObject([
      { folder, digest, email: asha.email, effect: 'check', standing: 'fine' },
    ])
  })

  it('says nothing again, unless its effect changes', async () => {
    const test = await declared()
    for (const effect of ['check', 'check', 'use'] as const) await approve(test, { effect })
    expect(test.eventsOf('folder.declarationApproved').map(({ effect }) => effect)).toEqual(['check', 'use'])
  })

  it('does not approve what the person did not see', async () => {
    const test = await declared()
    test.world.folders.declare(folder, { account: meera.email })
    expect(code(await approve(test))).toBe('declaration-changed')
    test.world.folders.declare(folder, null)
    expect(code(await approve(test))).toBe('declaration-changed')
    expect(test.events).toEqual([])
  })

  it.each([
    ['nobody here', { account: 'stranger@example.org' }, 'account-unknown'],
    ['a client that is not here', { account: asha.email, client: 'Mail' }, 'client-unknown'],
    ['more than it may', { account: asha.email, hook: '/bin/sh' }, 'declaration-invalid'],
  ])('refuses one that names %s', async (_, what, refusal) => {
    const test = await declared(what)
    const seen = digestOf(new TextEncoder().encode(JSON.stringify(what)))
    expect(code(await approve(test, { digest: seen }))).toBe(refusal)
    expect(test.events).toEqual([])
  })

  it('refuses what cannot be read, and a folder that is not there', async () => {
    const test = await declared()
    test.world.folders.failDeclaration(folder, 'declaration-link')
    expect(code(await approve(test))).toBe('declaration-link')
    expect(code(await approve(test, { folder: '/gone' }))).toBe('folder-missing')
  })

  it('keeps to the account when its label moves to another one', async () => {
    const test = await declared('{"account":"Work"}')
    await labelAccount(test.context, test.asha, 'Work')
    const seen = digestOf(new TextEncoder().encode('{"account":"Work"}'))
    expect(code(await approve(test, { digest: seen }))).toBe('ok')
    await labelAccount(test.context, test.asha, null)
    await labelAccount(test.context, test.meera, 'Work')
    expect(await look(test)).toMatchObject([{ declaration: { standing: 'approved', accountId: test.asha } }])
  })

  it('can be taken back, also when the folder is gone', async () => {
    const test = await declared()
    await approve(test)
    test.world.folders.remove('/work')
    expect(code(await withdrawDeclaration(test.context, { folder }))).toBe('ok')
    expect(foldersView(test.state()).approvals).toEqual([])
    expect(code(await withdrawDeclaration(test.context, { folder }))).toBe('not-found')
  })
})

describe('a look at the folders', () => {
  it('tells of each once: whether it is there, and its file', async () => {
    const test = await declared()
    test.world.folders.make('/plain')
    for (const path of [folder, '/plain', '/work'])
      await addRule(test.context, { folder: path, accountId: test.meera, clientId: null })
    await approve(test)
    test.world.folders.remove('/plain')
    const looks = await look(test)
    expect(looks).toHaveLength(3)
    expect(looks).toContainEqual({ folder: '/plain', found: false, declaration: null })
    expect(looks).toContainEqual({ folder: '/work', found: true, declaration: null })
    expect(looks).toContainEqual({
      folder,
      found: true,
      declaration: {
        ...{ folder, digest, account: asha.email, client: null, accountId: test.asha, clientId: null },
        ...{ standing: 'approved', error: null },
      },
    })
  })

  it('tells new, changed and unusable files apart', async () => {
    const test = await declared()
    await addRule(test.context, { folder, accountId: test.meera, clientId: null })
    expect(await look(test)).toMatchObject([{ declaration: { standing: 'new', accountId: test.asha } }])
    await approve(test)
    test.world.folders.declare(folder, { account: meera.email })
    expect(await look(test)).toMatchObject([{ declaration: { standing: 'changed', accountId: test.meera } }])
    test.world.folders.declare(folder, { account: 'stranger@example.org' })
    expect(await look(test)).toMatchObject([
      {
        declaration: {
          ...{ standing: 'unusable', account: 'stranger@example.org', accountId: null },
          error: { code: 'account-unknown' },
        },
      },
    ])
    test.world.folders.declare(folder, 'x'.repeat(5000))
    expect(await look(test)).toMatchObject([
      {
        declaration: {
          standing: 'unusable',
          digest: null,
          account: null,
          error: { code: 'declaration-too-large' },
        },
      },
    ])
    test.world.folders.failDeclaration(folder, 'declaration-not-yours')
    expect(await look(test)).toMatchObject([{ declaration: { error: { code: 'declaration-not-yours' } } }])
  })

  it('names nobody for an approved file whose account or client is gone', async () => {
    const test = await declared({ account: asha.email, client: otherClientId })
    await test.addClient(otherClientId)
    const seen = digestOf(
      new TextEncoder().encode(JSON.stringify({ account: asha.email, client: otherClientId })),
    )
    expect(code(await approve(test, { digest: seen }))).toBe('ok')
    await test.context.record([
      { type: 'client.removed', data: { clientId: otherClientId } },
      { type: 'account.forgotten', data: { accountId: test.asha } },
    ])
    expect(await look(test)).toMatchObject([
      { declaration: { standing: 'approved', accountId: null, clientId: null } },
    ])
  })

  it('does not find a folder in whose place lies a link to somewhere else', async () => {
    const test = await declared()
    await addRule(test.context, { folder, accountId: test.asha, clientId: null })
    test.world.folders.make('/elsewhere')
    test.world.folders.link(folder, '/elsewhere')
    expect(await look(test)).toEqual([{ folder, found: false, declaration: null }])
  })

  it('does not wait for a disk that is gone, nor for all of its folders', async () => {
    const test = await declared()
    for (const path of ['/net/a', '/net/b', '/net/c', folder]) {
      test.world.folders.make(path)
      await addRule(test.context, { folder: path, accountId: test.asha, clientId: null })
      if (path !== folder) test.world.folders.hang(path)
    }
    const before = test.world.folders.looks.length
    const looking = look(test)
    await test.world.timers.live(3000)
    expect((await looking).map((row) => (row as { found: boolean }).found)).toEqual([
      false,
      false,
      false,
      false,
    ])
    // Two folders hang; the rest is not asked, so that no more threads wait for that disk.
    expect(test.world.folders.looks.slice(before)).toEqual(['find /net/a', 'find /net/b'])
    for (const path of ['/net/a', '/net/b', '/net/c']) test.world.folders.wake(path)
    expect((await look(test)).map((row) => (row as { found: boolean }).found)).toEqual([
      true,
      true,
      true,
      true,
    ])
  })
})
