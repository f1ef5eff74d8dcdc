import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLog, logFile } from '../../../electron/adapters/log.ts'
import { Secret } from '../../../electron/core/secret.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-log-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const lines = async (): Promise<Record<string, unknown>[]> => {
  const text = await readFile(join(folder, logFile), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('the log', () => {
  it('writes one JSON object a line, with instant, level, event and fields', async () => {
    const log = createLog({ folder, home: '/home/ada' })
    log.info('started', { version: '1', windows: 2, first: true, note: 'two\nlines' })
    log.warn('ledger-torn', { bytes: 3 })
    expect(await lines()).toMatchObject([
      { level: 'info', event: 'started', version: '1', windows: 2, first: true, note: 'two\nlines' },
      { level: 'warn', event: 'ledger-torn', bytes: 3 },
    ])
    expect((await lines())[0]?.['at']).toMatch(/^\d{4}-\d\d-\d\dT/)
  })

  it('is for nobody else to read', async () => {
    createLog({ folder, home: '' }).info('started')
    expect((await stat(join(folder, logFile))).mode & 0o777).toBe(0o600)
  })

  it('redacts messages, stacks, causes behind causes and fields', async () => {
    const log = createLog({ folder, home: '/home/ada' })
    const cause = new Error('outer 1//0abcdefgh for ada@gmail.com', {
      cause: new Error('inner GOCSPX-abcdefgh'),
    })
    log.error('sign-in-failed', cause, { path: '/home/ada/x', answer: 'code=4/0abcdefgh' })
    log.error('odd', new Secret('hidden-text'))
    log.error('text', 'ya29.abcdefgh')
    const text = await readFile(join(folder, logFile), 'utf8')
    expect(text).not.toMatch(/abcdefgh|ada@|home\/ada|hidden-text/)
    expect(text).toMatch(/outer .*inner/)
  })

  it('keeps two files of limited size', async () => {
    const log = createLog({ folder, home: '', maxBytes: 2000 })
    for (let index = 0; index < 200; index += 1) log.info('event', { index, text: 'x'.repeat(50) })
    expect((await readdir(folder)).sort()).toEqual(['latchkey.log', 'latchkey.old.log'])
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).size).toBeLessThan(2300)
    expect((await lines()).at(-1)).toMatchObject({ index: 199 })
  })

  it('does not disturb the app when it cannot write', () => {
    const log = createLog({ folder: join(folder, 'not', 'there\0'), home: '' })
    expect(() => {
      log.info('started')
    }).not.toThrow()
  })
})
