import type { ChildProcess } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openProfileFolder } from '../../../electron/adapters/profile-folder.ts'
import type { ProfileFolder } from '../../../electron/core/ports.ts'

let root = ''
const cleanUps: (() => unknown)[] = []
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'latchkey-folder-'))
})
afterEach(async () => {
  for (const end of cleanUps.splice(0).reverse()) end()
  await rm(root, { recursive: true, force: true })
})

async function openFolder(path = join(root, 'data', 'practice')): Promise<ProfileFolder> {
  const opened = await openProfileFolder(path)
  if (!opened.ok) throw new Error(opened.error.code)
  return opened.value
}
async function openFile(folder: ProfileFolder, name = 'ledger.jsonl') {
  const opened = await folder.openAppendFile(name)
  if (!opened.ok) throw new Error(opened.error.code)
  return opened.value
}
const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
const bytes = (text: string) => new TextEncoder().encode(text)

/** A file system of 64 KiB, or null where this process may not make one. */
function smallDisk(): string | null {
  const path = join(root, 'small')
  spawnSync('mkdir', ['-p', path])
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path])
  if (mounted.status !== 0) return null
  cleanUps.push(() => spawnSync('umount', ['-l', path]))
  return path
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** Another process that wants the lock. */
function contender(path: string) {
  const script = join(import.meta.dirname, '../../support/lock-process.ts')
  const child = spawn(process.execPath, ['--no-warnings', script, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  cleanUps.push(() => child.kill('SIGKILL'))
  const answer = once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line))
  return { answer, child, go: () => child.stdin.write('go\n') }
}

describe('the profile folder', () => {
  it('is made with everything above it, for nobody else', async () => {
    const folder = await openFolder()
    expect(await mode(folder.path)).toBe('700')
  })

  it('is closed to others if it was open to them', async () => {
    const path = join(root, 'open')
    await mkdir(path, { mode: 0o755 })
    await openFolder(path)
    expect(await mode(path)).toBe('700')
  })

  it('keeps its files to their owner, also those that were open to others', async () => {
    const folder = await openFolder()
    await writeFile(join(folder.path, 'ledger.jsonl'), '', { mode: 0o644 })
    await writeFile(join(folder.path, 'settings.json'), '{}', { mode: 0o644 })
    await (await openFile(folder)).close()
    await (await openFile(folder, 'new.jsonl')).close()
    await folder.writeText('settings.json', '{"a":1}')
    for (const name of ['ledger.jsonl', 'new.jsonl', 'settings.json']) {
      expect(await mode(join(folder.path, name))).toBe('600')
    }
  })

  it('reads what it wrote, and null for what is not there', async () => {
    const folder = await openFolder()
    expect(await folder.readText('settings.json')).toEqual({ ok: true, value: null })
    await folder.writeText('settings.json', 'नमस्ते')
    expect(await folder.readText('settings.json')).toEqual({ ok: true, value: 'नमस्ते' })
  })

  it('keeps the last of several texts written at once and leaves nothing else behind', async () => {
    const folder = await openFolder()
    await Promise.all(Array.from({ length: 20 }, (_, index) => folder.writeText('a.json', String(index))))
    expect(await folder.readText('a.json')).toEqual({ ok: true, value: '19' })
    expect(await readdir(folder.path)).toEqual(['a.json'])
  })

  it('refuses names that lead elsewhere', async () => {
    const folder = await openFolder()
    for (const name of ['../a', 'a/b', '.hidden', '', 'a\\b', 'a\0b']) {
      await expect(async () => folder.readText(name)).rejects.toThrow(TypeError)
    }
  })

  it('appends, reads from an offset, cuts and goes on', async () => {
    const folder = await openFolder()
    const file = await openFile(folder)
    await file.append(bytes('hello '))
    await file.append(bytes('world'))
    expect(await textFrom(file, 6)).toBe('world')
    await file.truncate(6)
    await file.append(bytes('you'))
    expect(await textFrom(file, 0)).toBe('hello you')
    expect(await file.size()).toBe(9)
    await file.close()
  })

  it('gives back a large file in several chunks', async () => {
    const file = await openFile(await openFolder())
    const text = 'x'.repeat(1_000_000)
    await file.append(bytes(text))
    expect(await textFrom(file, 1)).toBe(text.slice(1))
    await file.close()
  })
})

async function textFrom(
  file: { read(from: number): AsyncIterable<Uint8Array> },
  from: number,
): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of file.read(from)) parts.push(chunk)
  return Buffer.concat(parts).toString()
}

describe('a full disk', () => {
  it('fails an append, leaves the file as it was, and takes appends again when there is room', async (context) => {
    const path = smallDisk()
    if (path === null) return context.skip('this process may not mount a small file system')
    const folder = await openFolder(path)
    const file = await openFile(folder)
    await file.append(bytes('good\n'))
    await writeFile(join(path, 'filler'), Buffer.alloc(40_000))
    expect(await file.append(Buffer.alloc(60_000))).toMatchObject({ ok: false, error: { code: 'disk-full' } })
    expect(await readFile(join(path, 'ledger.jsonl'), 'utf8')).toBe('good\n')
    await rm(join(path, 'filler'))
    expect((await file.append(bytes('more\n'))).ok).toBe(true)
    expect(await readFile(join(path, 'ledger.jsonl'), 'utf8')).toBe('good\nmore\n')
    await file.close()
  })

  it('leaves the old text of a file that cannot be replaced', async (context) => {
    const path = smallDisk()
    if (path === null) return context.skip('this process may not mount a small file system')
    const folder = await openFolder(path)
    await folder.writeText('settings.json', 'x'.repeat(20_000))
    const written = await folder.writeText('settings.json', 'y'.repeat(60_000))
    expect(written).toMatchObject({ ok: false, error: { code: 'disk-full' } })
    expect(await folder.readText('settings.json')).toEqual({ ok: true, value: 'x'.repeat(20_000) })
    expect(await readdir(path)).toEqual(['settings.json'])
  })

  it('that turned read-only is said to be so', async (context) => {
    const path = smallDisk()
    if (path === null) return context.skip('this process may not mount a small file system')
    const folder = await openFolder(path)
    await folder.writeText('settings.json', 'x')
    spawnSync('mount', ['-o', 'remount,ro', path])
    const refused = { ok: false, error: { code: 'folder-read-only' } }
    expect(await folder.openAppendFile('ledger.jsonl')).toMatchObject(refused)
    expect(await folder.writeText('settings.json', 'y')).toMatchObject(refused)
    expect(await folder.lock()).toMatchObject(refused)
    expect(await folder.readText('settings.json')).toEqual({ ok: true, value: 'x' })
  })
})

describe('the owner lock', () => {
  const owned = { ok: false, error: { code: 'profile-owned' } }

  it('is given once and again after its release', async () => {
    const folder = await openFolder()
    const first = await folder.lock()
    expect(await folder.lock()).toMatchObject(owned)
    if (first.ok) await first.value.release()
    expect((await folder.lock()).ok).toBe(true)
  })

  it('is refused while another process holds it, and given when that one is killed', async () => {
    const folder = await openFolder()
    const other = contender(folder.path)
    other.go()
    expect(await other.answer).toBe('owner')
    expect(await folder.lock()).toMatchObject(owned)
    other.child.kill('SIGKILL')
    await once(other.child, 'exit')
    expect((await folder.lock()).ok).toBe(true)
  })

  it('is taken over from a process whose number belongs to another one by now', async () => {
    const folder = await openFolder()
    await writeFile(join(folder.path, `.owner-${process.pid}-12345xabcdef01-0123456789ab`), '')
    expect((await folder.lock()).ok).toBe(true)
  })

  it('goes to at most one of several processes that start over a dead owner at the same moment', async () => {
    const folder = await openFolder()
    for (let round = 0; round < 2; round += 1) {
      await writeFile(join(folder.path, '.owner-999999-1xabcdef01-0123456789ab'), '')
      const all = Array.from({ length: 4 }, () => contender(folder.path))
      for (const { go } of all) go()
      const answers = await Promise.all(all.map(({ answer }) => answer))
      expect(answers.filter((answer) => answer === 'owner').length).toBeLessThanOrEqual(1)
      for (const { child } of all) child.kill('SIGKILL')
      await Promise.all(all.map(({ child }) => ended(child)))
    }
    expect((await folder.lock()).ok).toBe(true)
  })

  it('clears away drafts that a killed owner left', async () => {
    const folder = await openFolder()
    await writeFile(join(folder.path, '.settings.json.draft'), '{')
    await folder.lock()
    expect((await readdir(folder.path)).filter((name) => name.endsWith('.draft'))).toEqual([])
  })
})
