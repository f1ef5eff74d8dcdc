import { describe, expect, it } from 'vitest'
import type { Fold, Ledger, LedgerOptions } from '../../../electron/core/ledger/ledger.ts'
import { openLedger, snapshotFile } from '../../../electron/core/ledger/ledger.ts'
import { decodeLine } from '../../../electron/core/ledger/line.ts'
import { fakeClock, testStart } from '../../support/fake-clock.ts'
import { fakeLog } from '../../support/fake-log.ts'
import type { FakeProfileFolder } from '../../support/fake-profile-folder.ts'
import { fakeProfileFolder } from '../../support/fake-profile-folder.ts'
import type { Noted, Notes } from '../../support/note-fold.ts'
import { note, noteFold as fold } from '../../support/note-fold.ts'

const file = 'ledger.jsonl'

type Options = LedgerOptions<Notes, Noted>
const optionsFor = (folder: FakeProfileFolder, more: Partial<Options> = {}): Options => ({
  profile: 'practice',
  folder,
  clock: fakeClock(),
  fold,
  log: fakeLog(),
  ...more,
})

async function open(folder: FakeProfileFolder, more: Partial<Options> = {}): Promise<Ledger<Notes, Noted>> {
  const opening = await openLedger(optionsFor(folder, more))
  if (opening.kind !== 'open') throw new Error(`expected an open ledger, got ${opening.kind}`)
  return opening.ledger
}

/** A folder with one line a text, written in batches of one, and no snapshot. */
async function folderWith(...texts: string[]): Promise<FakeProfileFolder> {
  const folder = fakeProfileFolder()
  const ledger = await open(folder)
  for (const text of texts) await ledger.append([note(text)])
  return folder
}

function changeLine(folder: FakeProfileFolder, number: number, change: (line: string) => string): void {
  const lines = folder.text(file).split('\n')
  lines[number - 1] = change(lines[number - 1] ?? '')
  folder.put(file, lines.join('\n'))
}

const many = Array.from({ length: 60 }, (_, index) => `text ${String(index)} नमस्ते`)

describe('the ledger', () => {
  it('starts empty and gives back after a restart what was appended', async () => {
    const folder = await folderWith(...many)
    expect((await open(folder)).state().texts).toEqual(many)
  })

  it('answers an append with number, instant and event of each line', async () => {
    const ledger = await open(fakeProfileFolder())
    await ledger.append([note('a')])
    expect(await ledger.append([note('b'), note('c')])).toEqual({
      ok: true,
      value: [
        { seq: 2, at: testStart, event: note('b') },
        { seq: 3, at: testStart, event: note('c') },
      ],
    })
  })

  it('names the profile in its first line', async () => {
    const folder = await folderWith('a')
    expect(decodeLine(folder.text(file).trimEnd())).toMatchObject({ seq: 1, prev: 'profile:practice' })
  })

  it('reports a file of another profile', async () => {
    const folder = await folderWith('a')
    const opening = await openLedger(optionsFor(folder, { profile: 'real' }))
    expect(opening).toMatchObject({ kind: 'broken', line: 1, reason: 'it belongs to another profile' })
  })

  it('writes a batch with one append', async () => {
    const folder = fakeProfileFolder()
    const ledger = await open(folder)
    await ledger.append([note('a'), note('b'), note('c')])
    expect(folder.writes.filter((write) => write.startsWith('append'))).toHaveLength(1)
  })

  it('keeps the order of appends that are started at once', async () => {
    const folder = fakeProfileFolder()
    const ledger = await open(folder)
    await Promise.all(many.map((text) => ledger.append([note(text)])))
    expect((await open(folder)).state().texts).toEqual(many)
  })

  it('does not write an event that a later start could not read', async () => {
    const folder = await folderWith('a')
    const before = folder.text(file)
    const ledger = await open(folder)
    const odd = { type: 'noted', data: { text: 1 } } as unknown as Noted
    expect(await ledger.append([note('b'), odd])).toMatchObject({ ok: false, error: { code: 'internal' } })
    expect(folder.text(file)).toBe(before)
  })

  it('leaves file and state alone when an append fails, and takes the next one', async () => {
    const folder = await folderWith('a')
    const ledger = await open(folder)
    const before = folder.text(file)
    folder.failNext('append', 'disk-full')
    expect(await ledger.append([note('b')])).toMatchObject({ ok: false, error: { code: 'disk-full' } })
    expect(folder.text(file)).toBe(before)
    expect(ledger.state().texts).toEqual(['a'])
    await ledger.append([note('c')])
    expect((await open(folder)).state().texts).toEqual(['a', 'c'])
  })

  it('refuses appends after it was closed', async () => {
    const ledger = await open(fakeProfileFolder())
    await ledger.close()
    expect((await ledger.append([note('a')])).ok).toBe(false)
  })

  it('says that it failed when the file cannot be read', async () => {
    const folder = await folderWith('a')
    folder.breakReading()
    const opening = await openLedger(optionsFor(folder))
    expect(opening).toMatchObject({ kind: 'failed', error: { code: 'ledger-unreadable' } })
  })

  it('says that it failed when the file cannot be opened', async () => {
    const folder = fakeProfileFolder()
    folder.failNext('openAppendFile', 'folder-read-only')
    const opening = await openLedger(optionsFor(folder))
    expect(opening).toMatchObject({ kind: 'failed', error: { code: 'folder-read-only' } })
  })
})

describe('a torn end', () => {
  it('is dropped wherever the computer stopped, and the lines before stay', async () => {
    const whole = await folderWith('a', 'b')
    const third = await folderWith('a', 'b', 'c')
    const start = whole.files.get(file)?.length ?? 0
    const all = third.files.get(file) ?? Buffer.alloc(0)
    for (let end = start + 1; end < all.length; end += 1) {
      third.files.set(file, all.subarray(0, end))
      const opening = await openLedger(optionsFor(third))
      expect(opening).toMatchObject({ kind: 'open', torn: { bytes: end - start } })
      expect(third.text(file)).toBe(whole.text(file))
    }
  })

  it('is dropped when it is complete garbage with a line end', async () => {
    const folder = await folderWith('a')
    const before = folder.text(file)
    folder.put(file, `${before}{"v":1,"se\n`)
    expect(await openLedger(optionsFor(folder))).toMatchObject({ kind: 'open', torn: { bytes: 11 } })
    expect(folder.text(file)).toBe(before)
  })

  it('is dropped when a file system left zeros', async () => {
    const folder = await folderWith('a')
    const before = folder.text(file)
    folder.put(file, before + '\0'.repeat(4096))
    expect(await openLedger(optionsFor(folder))).toMatchObject({ kind: 'open', torn: { bytes: 4096 } })
    expect(folder.text(file)).toBe(before)
  })

  it('takes the whole batch with it', async () => {
    const folder = await folderWith('a')
    const before = folder.text(file)
    const ledger = await open(folder)
    await ledger.append([note('b'), note('c'), note('d')])
    const lines = folder.text(file).split('\n')
    folder.put(file, `${lines.slice(0, 3).join('\n')}\n`)
    const opening = await openLedger(optionsFor(folder))
    expect(opening.kind === 'open' && opening.ledger.state().texts).toEqual(['a'])
    expect(folder.text(file)).toBe(before)
  })

  it('does not stand in the way of the next append', async () => {
    const folder = await folderWith('a')
    const stopped = await open(folder)
    folder.stopInNextAppend(20)
    void stopped.append([note('lost')])
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
    const ledger = await open(folder)
    await ledger.append([note('b')])
    expect((await open(folder)).state().texts).toEqual(['a', 'b'])
  })

  it('fails the opening when it cannot be cut off', async () => {
    const folder = await folderWith('a')
    folder.put(file, `${folder.text(file)}{`)
    folder.failNext('truncate', 'folder-read-only')
    expect(await openLedger(optionsFor(folder))).toMatchObject({ kind: 'failed' })
  })
})

describe('damage in the middle', () => {
  const damages: [string, (line: string) => string, number][] = [
    ['is not JSON', (line) => line.slice(0, 30), 20],
    ['is empty', () => '', 20],
    ['is not an entry', () => '[1,2]', 20],
    ['has another version', (line) => line.replace('"v":1', '"v":0'), 20],
    ['has another number', (line) => line.replace('"seq":20', '"seq":21'), 20],
    ['has a part of a batch', (line) => line.replace('"prev"', '"more":3,"prev"'), 21],
    [
      'was changed in one letter, which the line behind it shows',
      (line) => line.replace('text 19', 'text 18'),
      21,
    ],
    ['has another instant', (line) => line.replace(/"at":\d/, '"at":2'), 21],
  ]

  it.each(damages)('is reported when line 20 %s', async (_, change, line) => {
    const folder = await folderWith(...many)
    changeLine(folder, 20, change)
    const before = folder.text(file)
    const opening = await openLedger(optionsFor(folder))
    expect(opening).toMatchObject({ kind: 'broken', line })
    expect(folder.text(file)).toBe(before)
    if (opening.kind !== 'broken') return
    expect(opening.ledger.readOnly).toBe(true)
    expect(opening.ledger.state().texts.slice(0, 19)).toEqual(many.slice(0, 19))
  })

  it('is reported when a line is gone', async () => {
    const folder = await folderWith(...many)
    const lines = folder.text(file).split('\n')
    folder.put(file, [...lines.slice(0, 9), ...lines.slice(10)].join('\n'))
    expect(await openLedger(optionsFor(folder))).toMatchObject({
      kind: 'broken',
      line: 10,
      reason: 'it is numbered 11',
    })
  })

  it('is reported when a line stands twice', async () => {
    const folder = await folderWith(...many)
    changeLine(folder, 10, (line) => `${line}\n${line}`)
    expect(await openLedger(optionsFor(folder))).toMatchObject({ kind: 'broken', line: 11 })
  })

  it('makes the ledger refuse appends', async () => {
    const folder = await folderWith(...many)
    changeLine(folder, 20, () => 'x')
    const opening = await openLedger(optionsFor(folder))
    if (opening.kind !== 'broken') throw new Error(opening.kind)
    expect(await opening.ledger.append([note('a')])).toMatchObject({
      ok: false,
      error: { code: 'read-only' },
    })
  })

  it('lets the ledger continue in a new file and keeps the damaged one', async () => {
    const folder = await folderWith(...many)
    changeLine(folder, 20, () => 'x')
    const damaged = folder.text(file)
    const opening = await openLedger(optionsFor(folder))
    if (opening.kind !== 'broken') throw new Error(opening.kind)
    const { ledger } = opening
    expect(await ledger.continueFromLastGood()).toEqual({ ok: true, value: null })
    expect(ledger.readOnly).toBe(false)
    await ledger.append([note('after')])
    expect(folder.text('ledger-damaged-at-line-20-2026-11-08T10-12-00Z.jsonl')).toBe(damaged)
    expect((await open(folder)).state().texts).toEqual([...many.slice(0, 19), 'after'])
  })

  it('never replaces a damaged file that was kept before', async () => {
    const folder = await folderWith(...many)
    for (const expected of [3, 4]) {
      changeLine(folder, 10, () => 'x')
      const opening = await openLedger(optionsFor(folder))
      if (opening.kind !== 'broken') throw new Error(opening.kind)
      await opening.ledger.continueFromLastGood()
      for (const text of ['p', 'q', 'r']) await opening.ledger.append([note(text)])
      expect(folder.files.size).toBe(expected)
    }
  })

  it.each(['openAppendFile', 'append', 'truncate', 'rename', 'list'] as const)(
    'can be continued from again after %s failed',
    async (operation) => {
      const folder = await folderWith(...many)
      changeLine(folder, 20, () => 'x')
      const opening = await openLedger(optionsFor(folder))
      if (opening.kind !== 'broken') throw new Error(opening.kind)
      folder.failNext(operation, 'disk-full')
      expect(await opening.ledger.continueFromLastGood()).toMatchObject({
        ok: false,
        error: { code: 'disk-full' },
      })
      expect(opening.ledger.readOnly).toBe(true)
      expect((await opening.ledger.continueFromLastGood()).ok).toBe(true)
      expect((await open(folder)).state().texts).toEqual(many.slice(0, 19))
    },
  )

  it('is continued from when the computer stopped between the two renames', async () => {
    const folder = await folderWith(...many)
    await folder.rename(file, 'ledger-continued.jsonl')
    expect((await open(folder)).state().texts).toEqual(many)
  })
})

describe('a newer version', () => {
  const untouched = async (folder: FakeProfileFolder): Promise<void> => {
    const before = new Map(folder.files)
    expect(await openLedger(optionsFor(folder))).toEqual({ kind: 'newer' })
    expect(new Map(folder.files)).toEqual(before)
  }

  it('is recognised by a line and nothing is written', async () => {
    const folder = await folderWith('a', 'b')
    changeLine(folder, 2, (line) => line.replace('"v":1', '"v":2'))
    await untouched(folder)
  })

  it('is recognised by an unfinished last line and nothing is cut off', async () => {
    const folder = await folderWith('a', 'b')
    changeLine(folder, 2, (line) => line.replace('"v":1', '"v":2'))
    folder.put(file, folder.text(file).trimEnd())
    await untouched(folder)
  })

  it('is recognised by an event of an unknown type', async () => {
    const folder = await folderWith('a', 'b')
    changeLine(folder, 2, (line) => line.replace('noted', 'sung'))
    await untouched(folder)
  })

  it('is recognised by the snapshot', async () => {
    const folder = await folderWith('a')
    await (await open(folder)).close()
    folder.put(snapshotFile, folder.text(snapshotFile).replace('"version":1', '"version":2'))
    await untouched(folder)
  })
})

describe('the snapshot', () => {
  /** A folder whose snapshot covers `many`, with two lines behind it. */
  async function withTail(): Promise<FakeProfileFolder> {
    const folder = await folderWith(...many)
    await (await open(folder)).close()
    const ledger = await open(folder)
    await ledger.append([note('y')])
    await ledger.append([note('z')])
    return folder
  }
  /** Counts how many events a start folds. */
  function counting(): { fold: Fold<Notes, Noted>; count: () => number } {
    let count = 0
    const apply: (typeof fold)['apply'] = (state, recorded) => {
      count += 1
      fold.apply(state, recorded)
    }
    return { fold: { ...fold, apply }, count: () => count }
  }

  it('lets a start read only what came after it', async () => {
    const folder = await withTail()
    const counted = counting()
    const ledger = await open(folder, { fold: counted.fold })
    expect(ledger.state().texts).toEqual([...many, 'y', 'z'])
    expect(counted.count()).toBe(2)
  })

  const useless: [string, (text: string) => string][] = [
    ['is gone', () => ''],
    ['is cut off', (text) => text.slice(0, 200)],
    ['is not JSON', () => 'hello'],
    ['holds a changed state', (text) => text.replace('text 7 ', 'text 8 ')],
    ['names another place', (text) => text.replace(/"offset":\d+/, '"offset":400')],
    ['names a place behind the end', (text) => text.replace(/"offset":\d+/, '"offset":999999')],
    ['names another hash', (text) => text.replace(/"hash":"./, '"hash":"!')],
    ['belongs to another profile', (text) => text.replace('"profile":"practice"', '"profile":"real"')],
    ['was made by another fold', (text) => text.replace('"foldVersion":1', '"foldVersion":0')],
  ]

  it.each(useless)('is left aside when it %s', async (_, change) => {
    const folder = await withTail()
    folder.put(snapshotFile, change(folder.text(snapshotFile)))
    const counted = counting()
    const ledger = await open(folder, { fold: counted.fold })
    expect(ledger.state().texts).toEqual([...many, 'y', 'z'])
    expect(counted.count()).toBe(62)
  })

  it('is left aside when the history was put back to an older one', async () => {
    const old = await folderWith('a', 'b')
    const folder = await withTail()
    folder.put(file, old.text(file))
    expect((await open(folder)).state().texts).toEqual(['a', 'b'])
  })

  it('is written while the app runs once a thousand lines are new', async () => {
    const folder = fakeProfileFolder()
    const ledger = await open(folder)
    await ledger.append(Array.from({ length: 1000 }, (_, index) => note(String(index))))
    await ledger.verify()
    expect(folder.files.has(snapshotFile)).toBe(true)
  })

  it('does no harm when it cannot be written', async () => {
    const folder = await folderWith('a')
    const ledger = await open(folder)
    folder.failNext('writeText', 'disk-full')
    await ledger.close()
    expect((await open(folder)).state().texts).toEqual(['a'])
  })

  it('places damage behind it at the right line', async () => {
    const folder = await withTail()
    changeLine(folder, 61, () => 'x')
    expect(await openLedger(optionsFor(folder))).toMatchObject({ kind: 'broken', line: 61 })
  })
})

describe('verify', () => {
  it('counts the lines of a whole ledger', async () => {
    const ledger = await open(await folderWith(...many))
    expect(await ledger.verify()).toEqual({ kind: 'whole', lines: 60 })
  })

  it('finds damage that the snapshot hid from the start, and turns the ledger read-only', async () => {
    const folder = await folderWith(...many)
    await (await open(folder)).close()
    changeLine(folder, 5, (line) => line.replace('text 4', 'text 3'))
    const ledger = await open(folder)
    expect(ledger.readOnly).toBe(false)
    expect(await ledger.verify()).toMatchObject({ kind: 'broken', line: 6 })
    expect(ledger.readOnly).toBe(true)
    expect(await ledger.append([note('a')])).toMatchObject({ ok: false, error: { code: 'read-only' } })
    await ledger.continueFromLastGood()
    expect(ledger.state().texts).toHaveLength(5)
    await ledger.append([note('after')])
    await ledger.close()
    expect((await open(folder)).state().texts.at(-1)).toBe('after')
  })

  it('runs beside appends', async () => {
    const ledger = await open(await folderWith(...many))
    const [verified] = await Promise.all([
      ledger.verify(),
      ...many.map((text) => ledger.append([note(text)])),
    ])
    expect(verified).toEqual({ kind: 'whole', lines: 60 })
    expect(await ledger.verify()).toEqual({ kind: 'whole', lines: 120 })
  })

  it('says so when the file cannot be read', async () => {
    const folder = await folderWith('a')
    const ledger = await open(folder)
    folder.breakReading()
    expect(await ledger.verify()).toMatchObject({ kind: 'failed', error: { code: 'ledger-unreadable' } })
  })
})
