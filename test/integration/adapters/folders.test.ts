import { spawnSync } from 'node:child_process'
import {
  chmod,
  chown,
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  realpath,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path, { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { boundedDisk, lineageOf, partsOf, systemFolders } from '../../../electron/adapters/folders.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import type { FoundFolder } from '../../../electron/core/ports.ts'

let root = ''
const cleanUps: (() => unknown)[] = []
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'latchkey-folders-')))
})
afterEach(async () => {
  for (const end of cleanUps.splice(0).reverse()) await end()
  await rm(root, { recursive: true, force: true })
})

const code = (outcome: Outcome<unknown>): string => (outcome.ok ? 'ok' : outcome.error.code)
const at = (...parts: readonly string[]): string => join(root, ...parts)
async function make(...parts: readonly string[]): Promise<string> {
  await mkdir(at(...parts), { recursive: true })
  return at(...parts)
}
async function found(folder: string): Promise<FoundFolder> {
  const outcome = await systemFolders.find(folder)
  if (!outcome.ok) throw new Error(outcome.error.code)
  return outcome.value
}
const isRoot = process.getuid?.() === 0

/** Makes a folder appear under a second name, as where cases are not told apart; false where that is not allowed. */
function alsoKnownAs(folder: string, name: string): boolean {
  spawnSync('mkdir', [name])
  if (spawnSync('mount', ['--bind', folder, name]).status !== 0) return false
  cleanUps.push(() => spawnSync('umount', ['-l', name]))
  return true
}

describe('finding a folder', () => {
  it('answers where it really lies, through links and detours', async () => {
    const real = await make('work', 'repo')
    await symlink(at('work'), at('link'))
    await symlink('link/repo', at('nested'))
    for (const way of ['nested', 'link/repo', 'work/../link/./repo', 'work//repo/'])
      expect(await found(`${root}/${way}`)).toEqual({ path: real, key: real })
  })

  it.each([
    ['nothing there', 'gone', 'folder-missing'],
    ['a file', 'file', 'folder-missing'],
    ['something below a file', 'file/below', 'folder-missing'],
    ['a link to nothing', 'dangling', 'folder-missing'],
    ['a loop of links', 'loop-one', 'folder-unreadable'],
    ['a name too long for any disk', 'x'.repeat(300), 'folder-unreadable'],
  ])('refuses %s', async (_, name, refusal) => {
    await writeFile(at('file'), '')
    await symlink(at('nowhere'), at('dangling'))
    await symlink(at('loop-two'), at('loop-one'))
    await symlink(at('loop-one'), at('loop-two'))
    expect(code(await systemFolders.find(at(name)))).toBe(refusal)
  })

  it.each(['', '.', 'work', '~', '/work\0/etc'])('refuses what is no whole path: %j', async (text) => {
    expect(code(await systemFolders.find(text))).toBe('folder-missing')
  })

  it('finds the root, and everything below begins with it', async () => {
    expect(await found('/')).toEqual({ path: '/', key: '/' })
    expect((await found(root)).key.startsWith('/')).toBe(true)
  })

  const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301']

  it('compares both forms of Unicode as one where the disk does', async (test) => {
    await make(decomposed)
    test.skip(!alsoKnownAs(at(decomposed), at(composed)), 'nothing can be mounted here')
    expect((await found(at(decomposed))).key).toBe(at(composed))
    expect((await found(at(composed))).key).toBe(at(composed))
  })

  it('tells both forms of Unicode apart where the disk does', async (test) => {
    await make(decomposed)
    await make(composed)
    const names = await readdir(root)
    test.skip(names.length < 2, 'this disk takes them for one')
    expect((await found(at(decomposed))).key).toBe(at(decomposed))
    expect((await found(at(composed))).key).toBe(at(composed))
  })

  it('tells cases apart where the disk does', async () => {
    await make('Repo')
    expect((await found(at('Repo'))).key).toBe(at('Repo'))
    expect(code(await systemFolders.find(at('repo')))).toBe('folder-missing')
    await make('repo')
    expect((await found(at('repo'))).key).not.toBe((await found(at('Repo'))).key)
  })

  it('takes a link in other letters for what it is', async () => {
    await make('Repo')
    await symlink(at('Repo'), at('repo'))
    expect((await found(at('repo'))).key).toBe(at('Repo'))
  })

  it('compares without cases where the disk does, and only there', async (test) => {
    await make('Acme', 'Repo')
    test.skip(!alsoKnownAs(at('Acme'), at('acme')), 'nothing can be mounted here')
    const one = await found(at('Acme', 'Repo'))
    expect(one).toEqual({ path: at('Acme', 'Repo'), key: at('acme', 'Repo') })
    expect((await found(at('acme', 'Repo'))).key).toBe(one.key)
    expect(systemFolders.lineage(one)).toContainEqual(await found(at('Acme')))
  })

  it('gives each folder above it the key under which it is found itself', async () => {
    const deep = await make('Work', 'Caf\u0065\u0301', 'Repo', 'src')
    const lineage = systemFolders.lineage(await found(deep))
    expect(lineage.map((folder) => folder.path)).toEqual(
      lineage.map((_, up) => path.resolve(deep, ...Array.from({ length: up }, () => '..'))),
    )
    for (const folder of lineage) expect(await found(folder.path)).toEqual(folder)
  })

  it('goes deeper than people do, and not without end', async () => {
    const deep = await make(...Array.from({ length: 200 }, () => 'Level'))
    const lineage = systemFolders.lineage(await found(deep))
    expect(lineage.length).toBeGreaterThan(200)
    expect(lineage[lineage.length - 1]).toEqual({ path: '/', key: '/' })
    const deeper = await make(...Array.from({ length: 300 }, () => 'd'))
    expect(code(await systemFolders.find(deeper))).toBe('folder-unreadable')
  })
})

describe('the folders above one, on Windows', () => {
  const keys = (folder: FoundFolder): readonly string[] => lineageOf(folder, path.win32).map(({ key }) => key)

  it('end with the drive', () => {
    const folder = { path: 'C:\\Work\\Acme', key: 'c:/work/acme' }
    expect(lineageOf(folder, path.win32).map((one) => one.path)).toEqual([
      'C:\\Work\\Acme',
      'C:\\Work',
      'C:\\',
    ])
    expect(keys(folder)).toEqual(['c:/work/acme', 'c:/work', 'c:/'])
    expect(keys({ path: 'C:\\', key: 'c:/' })).toEqual(['c:/'])
  })

  it('end with the share', () => {
    expect(keys({ path: '\\\\Server\\Share\\Work\\Acme', key: '//server/share/work/acme' })).toEqual([
      ...['//server/share/work/acme', '//server/share/work', '//server/share/'],
    ])
  })

  it('have the share for root, whether it stands there with its separator or without', () => {
    const share = { root: '\\\\Server\\Share\\', parts: [] }
    expect(partsOf('\\\\Server\\Share', path.win32)).toEqual(share)
    expect(partsOf('\\\\Server\\Share\\', path.win32)).toEqual(share)
    const below = { path: '\\\\Server\\Share\\Work', key: '//server/share/work' }
    const [alone] = keys({ path: '\\\\Server\\Share', key: '//server/share/' })
    expect(keys(below)).toEqual(['//server/share/work', alone])
  })
})

describe('a disk that does not answer', () => {
  /** Answers only what `answer` is called for, and notes what it is asked. */
  function silentDisk() {
    const asked: string[] = []
    const waiting: (() => void)[] = []
    const ask = async <T>(question: string, value: T): Promise<Outcome<T>> => {
      asked.push(question)
      await new Promise<void>((resolve) => waiting.push(resolve))
      return { ok: true, value }
    }
    const disk = boundedDisk({
      find: (folder) => ask(`find ${folder}`, { path: folder, key: folder }),
      readDeclaration: (folder, limit) => ask(`read ${folder.path} ${limit}`, null),
    })
    return { disk, asked, answer: () => waiting.splice(0).forEach((resolve) => resolve()) }
  }
  const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  it('is asked the same only once, so that others still find a place', async () => {
    const { disk, asked, answer } = silentDisk()
    const gone = { path: '/gone', key: '/gone' }
    const finds = Array.from({ length: 40 }, () => disk.find('/gone'))
    const reads = Array.from({ length: 40 }, () => disk.readDeclaration(gone, 10))
    const other = disk.find('/here')
    await soon()
    expect(asked).toEqual(['find /gone', 'read /gone 10', 'find /here'])
    answer()
    for (const outcome of await Promise.all([...finds, other])) expect(code(outcome)).toBe('ok')
    expect(await Promise.all(reads)).toContainEqual({ ok: true, value: null })
  })

  it('is asked anew once it has answered', async () => {
    const { disk, asked, answer } = silentDisk()
    for (let round = 0; round < 2; round += 1) {
      const finding = disk.find('/here')
      await soon()
      answer()
      await finding
    }
    expect(asked).toEqual(['find /here', 'find /here'])
  })

  it('lets sixteen wait, and refuses more at once until it answers', async () => {
    const { disk, asked, answer } = silentDisk()
    const finds = Array.from({ length: 19 }, (_, number) => disk.find(`/gone/${number}`))
    expect(code(await disk.find('/one/more'))).toBe('folder-unreadable')
    expect(asked).toHaveLength(3)
    while (asked.length < 19) {
      answer()
      await soon()
    }
    answer()
    for (const outcome of await Promise.all(finds)) expect(code(outcome)).toBe('ok')
    const again = disk.find('/one/more')
    await soon()
    answer()
    expect(code(await again)).toBe('ok')
  })
})

describe('reading a .latchkey.json', () => {
  const file = (): string => at('repo', '.latchkey.json')
  async function read(limit = 4096): Promise<Outcome<Uint8Array | null>> {
    return systemFolders.readDeclaration(await found(at('repo')), limit)
  }
  beforeEach(async () => {
    await make('repo')
  })

  it('gives its bytes, or null where there is none', async () => {
    expect(await read()).toEqual({ ok: true, value: null })
    await writeFile(file(), '{"account":"asha@example.org"}')
    const outcome = await read()
    expect(outcome.ok && Buffer.from(outcome.value ?? []).toString()).toBe('{"account":"asha@example.org"}')
  })

  it('gives null for a folder that went away after it was found', async () => {
    const repo = await found(at('repo'))
    await rmdir(at('repo'))
    expect(await systemFolders.readDeclaration(repo, 10)).toEqual({ ok: true, value: null })
    await writeFile(at('repo'), 'a file now')
    expect(await systemFolders.readDeclaration(repo, 10)).toEqual({ ok: true, value: null })
  })

  it.each([
    ['a file of the system', '/etc/passwd'],
    ['a file beside it', 'other.json'],
    ['nothing', 'nowhere'],
    ['itself', '.latchkey.json'],
    ['a device that never ends', '/dev/zero'],
  ])('does not follow a link to %s', async (_, target) => {
    await writeFile(at('repo', 'other.json'), '{"account":"asha@example.org"}')
    await symlink(target, file())
    expect(code(await read())).toBe('declaration-link')
  })

  it('reads no folder of that name', async () => {
    await mkdir(file())
    expect(code(await read())).toBe('declaration-unreadable')
  })

  it('does not wait for a pipe that nobody writes to', async () => {
    expect(spawnSync('mkfifo', [file()]).status).toBe(0)
    expect(code(await read())).toBe('declaration-unreadable')
  })

  it('does not wait for a socket', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(file(), resolve))
    cleanUps.push(() => server.close())
    expect(code(await read())).toBe('declaration-unreadable')
  })

  it.skipIf(!isRoot)('does not open a device', async () => {
    if (spawnSync('mknod', [file(), 'c', '1', '5']).status !== 0) return
    expect(code(await read())).toBe('declaration-unreadable')
  })

  it('takes no more than one byte over the limit of a file that is huge', async () => {
    const huge = await open(file(), 'w')
    await huge.truncate(1024 ** 3)
    await huge.close()
    const outcome = await read(4096)
    expect(outcome.ok && outcome.value?.byteLength).toBe(4097)
  })

  it.skipIf(!isRoot)('refuses a file of another user, also one that is shared by a hard link', async () => {
    await writeFile(at('theirs'), '{"account":"asha@example.org"}')
    await chown(at('theirs'), 12345, 12345)
    await link(at('theirs'), file())
    expect(code(await read())).toBe('declaration-not-yours')
    await chown(file(), 0, 0)
    expect(code(await read())).toBe('ok')
  })

  it.skipIf(isRoot)('says so when it may not be read', async () => {
    await writeFile(file(), '{}')
    await chmod(file(), 0)
    expect(code(await read())).toBe('declaration-unreadable')
  })

  it('keeps no file open', async () => {
    await writeFile(file(), '{}')
    const opened = (): number =>
      spawnSync('ls', [`/proc/${process.pid}/fd`])
        .stdout.toString()
        .split('\n').length
    await read()
    const before = opened()
    for (let round = 0; round < 50; round += 1) await read(1)
    expect(opened()).toBeLessThanOrEqual(before + 2)
  })
})
