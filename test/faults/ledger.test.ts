import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../electron/adapters/clock.ts'
import { openProfileFolder } from '../../electron/adapters/profile-folder.ts'
import type { LedgerOpening } from '../../electron/core/ledger/ledger.ts'
import { openLedger } from '../../electron/core/ledger/ledger.ts'
import { fakeLog } from '../support/fake-log.ts'
import type { Noted, Notes } from '../support/note-fold.ts'
import { note, noteFold } from '../support/note-fold.ts'

let path = ''
const ended: (() => unknown)[] = []
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'latchkey-ledger-'))
})
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
  await rm(path, { recursive: true, force: true })
})

async function open(at = path): Promise<LedgerOpening<Notes, Noted>> {
  const folder = await openProfileFolder(at)
  if (!folder.ok) throw new Error(folder.error.code)
  const opening = await openLedger({
    profile: 'practice',
    folder: folder.value,
    clock: systemClock,
    fold: noteFold,
    log: fakeLog(),
  })
  if ('ledger' in opening) ended.push(() => opening.ledger.close())
  return opening
}
async function opened(at = path) {
  const opening = await open(at)
  if (opening.kind !== 'open') throw new Error(opening.kind)
  return opening.ledger
}

/** Runs a writing process for a while and kills it. Answers the last number that it said is kept. */
async function writeUntilKilled(first: number, ms: number): Promise<number> {
  const script = join(import.meta.dirname, '../support/ledger-process.ts')
  const child = spawn(process.execPath, ['--no-warnings', script, path, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let last = first - 1
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    last = Number(line)
  })
  await once(lines, 'line')
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms)
  })
  child.kill('SIGKILL')
  await once(child, 'close')
  return last
}

describe('a ledger whose process is killed', () => {
  it('keeps everything that was acknowledged, whole batches only, each time', async () => {
    let first = 0
    for (const ms of [3, 11, 20, 37, 50]) {
      const last = await writeUntilKilled(first, ms)
      const ledger = await opened()
      const numbers = ledger.state().texts.map((text) => Number(text.split(' ')[0]))
      // At most one batch was written and not yet said to be.
      expect([last + 1, last + 2]).toContain(numbers.length / 2)
      expect(numbers).toEqual(Array.from(numbers, (_, index) => Math.floor(index / 2)))
      expect((await ledger.verify()).kind).toBe('whole')
      await ledger.close()
      first = numbers.length / 2
    }
  })
})

describe('a ledger on a disk', () => {
  const file = (): string => join(path, 'ledger.jsonl')

  it('is one file of mode 600 with one line an entry, and a snapshot beside it', async () => {
    const ledger = await opened()
    await ledger.append([note('a'), note('b')])
    await ledger.close()
    expect((await readdir(path)).sort()).toEqual(['ledger-snapshot.json', 'ledger.jsonl'])
    for (const name of await readdir(path)) expect((await stat(join(path, name))).mode & 0o777).toBe(0o600)
    expect((await readFile(file(), 'utf8')).trimEnd().split('\n')).toHaveLength(2)
  })

  it('loses only a torn end', async () => {
    const ledger = await opened()
    await ledger.append([note('a')])
    await ledger.close()
    await appendFile(file(), '{"v":1,"seq":2,"at"')
    expect(await open()).toMatchObject({ kind: 'open', torn: { bytes: 19 } })
    expect((await opened()).state().texts).toEqual(['a'])
  })

  it('is continued in a new file after damage, with the damaged one kept byte for byte', async () => {
    const ledger = await opened()
    for (const text of ['a', 'b', 'c', 'd']) await ledger.append([note(text)])
    const damaged = (await readFile(file(), 'utf8')).replace('"b"', '"X"')
    await writeFile(file(), damaged)
    const opening = await open()
    expect(opening).toMatchObject({ kind: 'broken', line: 3 })
    if (opening.kind !== 'broken') return
    expect(await opening.ledger.continueFromLastGood()).toMatchObject({ ok: true })
    await opening.ledger.append([note('e')])
    await opening.ledger.close()
    const aside = (await readdir(path)).find((name) => name.startsWith('ledger-damaged-at-line-3-')) ?? ''
    expect(await readFile(join(path, aside), 'utf8')).toBe(damaged)
    expect((await opened()).state().texts).toEqual(['a', 'X', 'e'])
  })

  it('refuses what does not fit on a full disk and goes on when there is room', async (context) => {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path]).status !== 0) {
      return context.skip('this process may not mount a small file system')
    }
    ended.push(() => spawnSync('umount', ['-l', path]))
    const ledger = await opened()
    await ledger.append([note('a')])
    const filler = join(path, 'filler')
    await writeFile(filler, Buffer.alloc(40_000))
    const big = note('x'.repeat(60_000))
    expect(await ledger.append([big])).toMatchObject({ ok: false, error: { code: 'disk-full' } })
    expect(ledger.state().texts).toEqual(['a'])
    await rm(filler)
    expect((await ledger.append([note('b')])).ok).toBe(true)
    expect(await ledger.verify()).toEqual({ kind: 'whole', lines: 2 })
    await ledger.close()
    expect((await opened()).state().texts).toEqual(['a', 'b'])
  })

  it('refuses to open in a folder that cannot be written to, and says why', async (context) => {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700,ro', 'tmpfs', path]).status !== 0) {
      return context.skip('this process may not mount a small file system')
    }
    ended.push(() => spawnSync('umount', ['-l', path]))
    expect(await open()).toMatchObject({ kind: 'failed', error: { code: 'folder-read-only' } })
  })
})
