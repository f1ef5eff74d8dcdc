import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createForeignFiles } from '../../../electron/adapters/doors/foreign-files.ts'
import type { ForeignFiles } from '../../../electron/core/ports.ts'

let home: string
let files: ForeignFiles
const posix = process.platform !== 'win32'
const isRoot = process.getuid?.() === 0

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'latchkey-foreign-'))
  files = filesOf({})
})
afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

function filesOf(
  environment: Readonly<Record<string, string>>,
  platform: NodeJS.Platform = 'linux',
): ForeignFiles {
  return createForeignFiles({ profileFolder: join(home, 'profile'), places: { home, environment, platform } })
}

const modeOf = (path: string): number => statSync(path).mode & 0o777
const adc = (): string => files.adcPath()

describe('where Google’s libraries look', () => {
  it('is the folder that is named for it, otherwise that of the system', () => {
    const name = 'application_default_credentials.json'
    expect(filesOf({}).adcPath()).toBe(join(home, '.config', 'gcloud', name))
    expect(filesOf({}, 'darwin').adcPath()).toBe(join(home, '.config', 'gcloud', name))
    expect(filesOf({ CLOUDSDK_CONFIG: '/srv/one' }).adcPath()).toBe(join('/srv/one', name))
    expect(filesOf({ CLOUDSDK_CONFIG: 'relative' }).adcPath()).toBe(join(home, '.config', 'gcloud', name))
    expect(filesOf({ APPDATA: '/roaming' }, 'win32').adcPath()).toBe(join('/roaming', 'gcloud', name))
    expect(filesOf({}, 'win32').adcPath()).toBe(join(home, 'AppData', 'Roaming', 'gcloud', name))
  })
})

describe('writing a file of another program', () => {
  it('makes its folders and closes both to others', async () => {
    expect(await files.write(adc(), 'text')).toMatchObject({ ok: true })
    expect(readFileSync(adc(), 'utf8')).toBe('text')
    if (posix) expect([modeOf(adc()), modeOf(join(home, '.config', 'gcloud'))]).toEqual([0o600, 0o700])
  })

  it('replaces the whole file, closes an open one, and leaves nothing else behind', async () => {
    mkdirSync(join(home, '.config', 'gcloud'), { recursive: true })
    writeFileSync(adc(), 'a much longer text than the new one', { mode: 0o644 })
    await files.write(adc(), 'new')
    expect(readFileSync(adc(), 'utf8')).toBe('new')
    if (posix) expect(modeOf(adc())).toBe(0o600)
    expect(readdirSync(join(home, '.config', 'gcloud'))).toEqual(['application_default_credentials.json'])
  })

  it.runIf(posix)('writes through no link: the link goes, what it leads to stays', async () => {
    const target = join(home, 'target.json')
    const path = join(home, 'adc.json')
    writeFileSync(target, 'theirs')
    symlinkSync(target, path)
    await files.write(path, 'ours')
    expect(readFileSync(target, 'utf8')).toBe('theirs')
    expect(lstatSync(path).isFile()).toBe(true)
  })

  it.runIf(posix)('writes through no link that was laid where a draft could be', async () => {
    const target = join(home, 'target.json')
    writeFileSync(target, 'theirs')
    for (const name of ['.adc.json.draft', '.adc.json', 'adc.json.draft'])
      symlinkSync(target, join(home, name))
    await files.write(join(home, 'adc.json'), 'ours')
    expect(readFileSync(target, 'utf8')).toBe('theirs')
    expect(readFileSync(join(home, 'adc.json'), 'utf8')).toBe('ours')
  })

  it.runIf(posix)('refuses a folder where everybody may exchange the file', async () => {
    const folder = join(home, 'shared')
    mkdirSync(folder)
    chmodSync(folder, 0o777)
    const path = join(folder, 'adc.json')
    expect(await files.write(path, 'x')).toMatchObject({
      error: { code: 'foreign-file-unwritable', details: { path } },
    })
    expect(readdirSync(folder)).toEqual([])
  })

  it.runIf(posix && isRoot)('refuses a folder of somebody else, also as an administrator', async () => {
    const folder = join(home, 'others')
    mkdirSync(folder)
    chownSync(folder, 65_534, 65_534)
    expect(await files.write(join(folder, 'adc.json'), 'x')).toMatchObject({ ok: false })
    expect(readdirSync(folder)).toEqual([])
  })

  it('refuses a folder in its place, a path within a file and a path that leads from nowhere', async () => {
    mkdirSync(join(home, 'a-folder'))
    writeFileSync(join(home, 'a-file'), '')
    for (const path of [join(home, 'a-folder'), join(home, 'a-file', 'adc.json'), 'adc.json', ''])
      expect(await files.write(path, 'x'), path).toMatchObject({ error: { code: 'foreign-file-unwritable' } })
  })
})

describe('reading a file of another program', () => {
  it('gives no more than was asked for, and null where nothing is', async () => {
    const path = join(home, 'adc.json')
    expect(await files.read(path, 10)).toEqual({ ok: true, value: null })
    writeFileSync(path, '0123456789abcdef')
    const read = await files.read(path, 10)
    expect(read.ok && Buffer.from(read.value ?? []).toString()).toBe('0123456789')
  })

  it('refuses a folder and a relative path', async () => {
    for (const path of [home, 'adc.json'])
      expect(await files.read(path, 10), path).toMatchObject({ error: { code: 'foreign-file-unreadable' } })
  })

  it.runIf(posix)('does not wait for a pipe that nobody writes to', async () => {
    const path = join(home, 'pipe')
    execFileSync('mkfifo', [path])
    expect(await files.read(path, 10)).toMatchObject({ error: { code: 'foreign-file-unreadable' } })
  })
})

/** Where the file went. */
async function aside(path: string): Promise<string> {
  const name = await files.freeNameBeside(path)
  if (!name.ok) throw new Error(name.error.code)
  expect(await files.keepAside(path, name.value)).toMatchObject({ ok: true })
  return name.value
}

describe('keeping a file aside', () => {
  it('takes a name beside it that is free, and puts it back', async () => {
    const path = join(home, 'adc.json')
    writeFileSync(path, 'first')
    expect(await aside(path)).toBe(`${path}.before-latchkey`)
    writeFileSync(path, 'second')
    expect(await aside(path)).toBe(`${path}.before-latchkey-2`)
    expect(await files.putBack(`${path}.before-latchkey`, path)).toEqual({ ok: true, value: null })
    expect(readFileSync(path, 'utf8')).toBe('first')
    expect(readFileSync(`${path}.before-latchkey-2`, 'utf8')).toBe('second')
  })

  it.runIf(posix)('keeps a link as the link that it is', async () => {
    const path = join(home, 'adc.json')
    symlinkSync('elsewhere.json', path)
    expect(readlinkSync(await aside(path))).toBe('elsewhere.json')
    await files.putBack(`${path}.before-latchkey`, path)
    expect(readlinkSync(path)).toBe('elsewhere.json')
  })

  it('puts nothing back over what lies there by now, and says what is gone', async () => {
    const path = join(home, 'adc.json')
    expect(await files.putBack(`${path}.before-latchkey`, path)).toMatchObject({
      error: { code: 'not-found' },
    })
    writeFileSync(`${path}.before-latchkey`, 'old')
    writeFileSync(path, 'new')
    expect(await files.putBack(`${path}.before-latchkey`, path)).toMatchObject({
      error: { code: 'foreign-file-changed' },
    })
    expect(readFileSync(path, 'utf8')).toBe('new')
  })

  it('has nothing to keep where there is no file', async () => {
    for (const path of [join(home, 'missing'), home])
      expect(await files.keepAside(path, join(home, 'aside'))).toMatchObject({
        error: { code: 'foreign-file-unwritable' },
      })
  })

  it('moves nothing over what came to lie there', async () => {
    const path = join(home, 'adc.json')
    writeFileSync(path, 'theirs')
    writeFileSync(`${path}.kept`, 'somebody’s')
    expect(await files.keepAside(path, `${path}.kept`)).toMatchObject({ ok: false })
    expect(readFileSync(`${path}.kept`, 'utf8')).toBe('somebody’s')
    expect(readFileSync(path, 'utf8')).toBe('theirs')
  })
})

describe('the folder of fresh files', () => {
  it('lists what lies there, drafts that were cut short too, and nothing where it is not', async () => {
    expect(await files.freshFiles()).toEqual({ ok: true, value: [] })
    await files.write(join(files.freshFolder, 'one.token'), 'ya29.one')
    writeFileSync(join(files.freshFolder, '.one.token.cut-short'), 'ya29')
    const found = await files.freshFiles()
    expect(found.ok && [...found.value].sort()).toEqual([
      join(files.freshFolder, '.one.token.cut-short'),
      join(files.freshFolder, 'one.token'),
    ])
  })
})

describe('removing a file', () => {
  it('removes it while it is byte for byte what was written', async () => {
    const path = join(home, 'adc.json')
    await files.write(path, 'ours ✓')
    expect(await files.remove(path, 'ours ✓')).toEqual({ ok: true, value: true })
    expect(await files.remove(path, 'ours ✓')).toEqual({ ok: true, value: false })
  })

  it.each(['ours', 'ours ✓ ', 'OURS ✓'])('leaves %j, which is another text', async (text) => {
    const path = join(home, 'adc.json')
    writeFileSync(path, text)
    expect(await files.remove(path, 'ours ✓')).toMatchObject({ error: { code: 'foreign-file-changed' } })
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  it.runIf(posix)('leaves a link, whatever it leads to', async () => {
    const path = join(home, 'adc.json')
    writeFileSync(join(home, 'target'), 'ours')
    symlinkSync(join(home, 'target'), path)
    expect(await files.remove(path, 'ours')).toMatchObject({ error: { code: 'foreign-file-changed' } })
    expect(readdirSync(home).sort()).toEqual(['adc.json', 'target'])
  })
})
