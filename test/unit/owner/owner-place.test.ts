import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OwnerLine } from '../../../electron/adapters/doors/owner-line.ts'
import { connectLine } from '../../../electron/adapters/doors/owner-line.ts'
import type { OwnerDesk } from '../../../electron/adapters/doors/owner-place.ts'
import { lineToOwner, openOwnerDesk, readOwner } from '../../../electron/adapters/doors/owner-place.ts'

describe.skipIf(process.platform === 'win32')('where an owner is found', () => {
  let dataFolder = ''
  let desk: OwnerDesk
  let lines: OwnerLine[] = []
  const place = () => ({ dataFolder, profile: 'real' as const })
  const run = () => join(dataFolder, 'profiles/real/run')

  beforeEach(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), 'lk-place-'))
    mkdirSync(join(dataFolder, 'profiles/real'), { recursive: true, mode: 0o700 })
    lines = []
    desk = await openOwnerDesk(place(), 'app', (line) => lines.push(line))
  })
  afterEach(async () => {
    for (const line of lines) line.end()
    await desk.close()
    rmSync(dataFolder, { recursive: true, force: true })
  })

  const owner = async () => {
    const found = await readOwner(place())
    if (!found) throw new Error('no owner is announced')
    return found
  }

  it('is a socket and a file of this user alone', async () => {
    expect(await owner()).toMatchObject({ protocol: 1, kind: 'app', pid: process.pid })
    expect(statSync(run()).mode & 0o777).toBe(0o700)
    expect(statSync(join(run(), 'owner.json')).mode & 0o777).toBe(0o600)
    expect(statSync(join(run(), 'owner.sock')).mode & 0o777).toBe(0o600)
  })

  it('hears who knows the key, in both directions', async () => {
    const line = await lineToOwner(await owner(), 'agent')
    await expect.poll(() => lines.length).toBe(1)
    lines[0]?.say({ say: 'welcome' })
    expect(await line?.next(2000)).toEqual({ say: 'welcome' })
    line?.end()
    await lines[0]?.over
  })

  it.each([
    ['another key', { key: 'guessed' }, 'key'],
    ['another version', { protocol: 2 }, 'protocol'],
  ])('refuses %s', async (_what, wrong, reason) => {
    const { key, socket } = await owner()
    const line = await connectLine(socket)
    line?.say({ ...{ say: 'hello', protocol: 1, key, kind: 'app', pid: 1 }, ...wrong })
    expect(await line?.next(2000)).toEqual({ say: 'refused', reason })
    await line?.over
    expect(lines).toEqual([])
  })

  it.each([
    ['what is no JSON', 'GET / HTTP/1.1\r\n\r\n'],
    ['a value that is no word', '[]\n'],
    ['a line without an end', 'x'.repeat(1_100_000)],
    ['a line that is longer than a hello', 'x'.repeat(5000)],
    ['more words than anybody waits for', '{"say":"take"}\n'.repeat(50)],
  ])('cuts off %s', async (_what, bytes) => {
    const { socket: path } = await owner()
    const socket = connect(path)
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    // Not ended from here: it is the other side that cuts it off.
    socket.on('error', () => undefined).write(bytes)
    socket.resume()
    await closed
    expect(lines).toEqual([])
  })

  it('is not looked for in a folder or a file that others could have written', async () => {
    chmodSync(run(), 0o755)
    expect(await readOwner(place())).toBeNull()
    chmodSync(run(), 0o700)
    const record = readFileSync(join(run(), 'owner.json'), 'utf8')
    writeFileSync(join(run(), 'owner.json'), record.slice(0, 30))
    expect(await readOwner(place())).toBeNull()
  })

  it('answers nothing where what was announced is no socket any more', async () => {
    const found = await owner()
    await desk.close()
    expect(existsSync(found.socket)).toBe(false)
    expect(await lineToOwner(found, 'agent')).toBeNull()
    writeFileSync(found.socket, '')
    expect(await lineToOwner(found, 'agent')).toBeNull()
  })

  it('takes nothing away that a later owner announced', async () => {
    const later = await openOwnerDesk(place(), 'agent', (line) => lines.push(line))
    await desk.close()
    expect(await owner()).toMatchObject({ kind: 'agent' })
    const line = await lineToOwner(await owner(), 'app')
    await expect.poll(() => lines.length).toBe(1)
    line?.end()
    await later.close()
  })
})
