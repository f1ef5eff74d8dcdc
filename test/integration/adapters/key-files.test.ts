import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keyFilesIn } from '../../../electron/adapters/key-files.ts'
import type { KeyTrace } from '../../../electron/contract/service.ts'
import { keyFile, keyName, nextKeyName, robotEmail } from '../../support/service-accounts.ts'

let home = ''
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'latchkey-keys-')))
})
afterEach(async () => {
  await rm(home, { recursive: true, force: true })
})

const text = keyFile()
const digestOf = (content: string): string => createHash('sha256').update(content).digest('base64url')
async function put(name: string, content = text): Promise<string> {
  const path = join(home, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  return path
}
function traces(
  path: string | null,
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly KeyTrace[]> {
  const files = keyFilesIn({ home, environment, platform: 'linux' })
  return files.traces({ path, privateKeyId: keyName, email: robotEmail })
}
const { remove } = keyFilesIn({ home: '/', environment: {}, platform: 'linux' })
const codeOf = async (path: string, content = text): Promise<string> => {
  const removed = await remove(path, digestOf(content))
  return removed.ok ? 'ok' : removed.error.code
}

describe('deleting a key file', () => {
  it('takes away exactly the file that was brought', async () => {
    const path = await put('key.json')
    expect(await codeOf(path)).toBe('ok')
    expect(await codeOf(path)).toBe('key-file-gone')
  })

  it('leaves one that changed, or that is too large to be one', async () => {
    const path = await put('key.json', `${text}\n`)
    expect(await codeOf(path)).toBe('key-file-changed')
    const large = 'x'.repeat(70_000)
    expect(await codeOf(await put('large.json', large), large)).toBe('key-file-changed')
    expect(await readFile(path, 'utf8')).toBe(`${text}\n`)
  })

  it('leaves a link and what it leads to, a folder, a pipe, and what has no whole path', async () => {
    const path = await put('key.json')
    await symlink(path, join(home, 'link.json'))
    expect(await codeOf(join(home, 'link.json'))).toBe('key-file-kept')
    expect(await codeOf(home)).toBe('key-file-kept')
    spawnSync('mkfifo', [join(home, 'pipe.json')])
    expect(await codeOf(join(home, 'pipe.json'))).toBe('key-file-kept')
    expect(await codeOf('key.json')).toBe('key-file-gone')
    expect(await readFile(path, 'utf8')).toBe(text)
  })
})

describe('looking for copies of a key', () => {
  it('finds nothing where nothing is', async () => {
    expect(await traces(null)).toEqual([])
  })

  it('tells the file itself from its copies in Downloads, under whatever name, and in the trash', async () => {
    const path = await put('Downloads/field-tools-a1b2.json')
    const copy = await put('Downloads/field-tools-a1b2 (1).json')
    const renamed = await put('Downloads/robot.JSON')
    const old = await put('.local/share/Trash/files/old.json')
    await put('Downloads/other.json', keyFile({}, nextKeyName))
    await put('Downloads/notes.txt')
    const found = await traces(path)
    expect(found.filter(({ sure }) => sure)).toEqual([
      { place: 'file', path, sure: true },
      ...[copy, renamed].sort().map((one) => ({ place: 'downloads', path: one, sure: true })),
      { place: 'trash', path: old, sure: true },
    ])
  })

  it('finds Downloads by the name that the desktop gives it', async () => {
    await put('.config/user-dirs.dirs', '# list\nXDG_DOWNLOAD_DIR="$HOME/डाउनलोड"\n')
    const copy = await put('डाउनलोड/key.json')
    expect(await traces(null)).toEqual([{ place: 'downloads', path: copy, sure: true }])
  })

  it('tells of credentials that are too large to be looked into, without being sure', async () => {
    const database = await put('.config/gcloud/credentials.db', 'x'.repeat(1024 * 1024 + 1))
    expect(await traces(null)).toEqual([{ place: 'gcloud', path: database, sure: false }])
  })

  it('looks into what gcloud keeps, in its usual folder and in the chosen one', async () => {
    const kept = await put(`.config/gcloud/legacy_credentials/${robotEmail}/adc.json`)
    const database = await put('.config/gcloud/credentials.db', `SQLite\0${text}`)
    await put('.config/gcloud/application_default_credentials.json', keyFile({}, nextKeyName))
    expect(await traces(null)).toEqual([
      { place: 'gcloud', path: kept, sure: true },
      { place: 'gcloud', path: database, sure: true },
    ])
    const chosen = await put('elsewhere/application_default_credentials.json')
    expect(await traces(null, { CLOUDSDK_CONFIG: join(home, 'elsewhere') })).toEqual([
      { place: 'gcloud', path: chosen, sure: true },
    ])
  })

  it('names the file that programs are told to use, where it is this key', async () => {
    const named = await put('work/key.json')
    const environment = { GOOGLE_APPLICATION_CREDENTIALS: named }
    expect(await traces(null, environment)).toEqual([{ place: 'environment', path: named, sure: true }])
    await writeFile(named, keyFile({}, nextKeyName))
    expect(await traces(null, environment)).toEqual([])
  })

  it('warns of a repository and of a synced folder above the file, and of backups, without being sure', async () => {
    const path = await put('Dropbox/work/tool/config/key.json')
    await mkdir(join(home, 'Dropbox/work/tool/.git'))
    expect(await traces(path)).toEqual([
      { place: 'file', path, sure: true },
      { place: 'repository', path: join(home, 'Dropbox/work/tool'), sure: false },
      { place: 'synced-folder', path: join(home, 'Dropbox'), sure: false },
      { place: 'backup', path: null, sure: false },
    ])
  })

  it('follows no link, opens no pipe and reads no large file', async () => {
    const path = await put('work/key.json')
    await mkdir(join(home, 'Downloads'))
    await symlink(path, join(home, 'Downloads/link.json'))
    spawnSync('mkfifo', [join(home, 'Downloads/pipe.json')])
    await put('Downloads/large.json', text + ' '.repeat(70_000))
    expect(await traces(null)).toEqual([])
  })
})
