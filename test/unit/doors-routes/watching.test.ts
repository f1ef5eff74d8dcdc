import { describe, expect, it } from 'vitest'
import type { Snapshot, StateDelta } from '../../../electron/contract/views.ts'
import { Watchers } from '../../../electron/core/doors/watchers.ts'
import type { RoutesScene } from './routes-scene.ts'
import { routesScene, socket } from './routes-scene.ts'

/** Reads an answer line by line; `leave` is the caller going away. */
async function follow(scene: RoutesScene, path: string, query = '') {
  const abort = new AbortController()
  const headers = { 'latchkey-local': scene.world.doors.announced?.local ?? '' }
  const answer = await scene.raw(socket, path, { headers, query, signal: abort.signal })
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-ndjson' } })
  if (typeof answer.body === 'string') throw new Error('it should go on')
  const parts = answer.body[Symbol.asyncIterator]()
  let text = ''
  return {
    leave: () => abort.abort(),
    /** The next whole line; null at the end. */
    async line(): Promise<string | null> {
      while (!text.includes('\n')) {
        const next = await parts.next()
        if (next.done === true) return null
        text += next.value
      }
      const end = text.indexOf('\n')
      const line = text.slice(0, end)
      text = text.slice(end + 1)
      return line
    },
  }
}

type Told = { readonly snapshot?: Snapshot; readonly delta?: StateDelta; readonly reset?: object }

describe('watching a profile over the socket', () => {
  it('begins with a snapshot and goes on with every change after it, to each watcher', async () => {
    const scene = await routesScene()
    const watchers = [await follow(scene, '/v1/events'), await follow(scene, '/v1/events')]
    const firsts = await Promise.all(watchers.map((watcher) => watcher.line()))
    const [first] = firsts.map((line) => JSON.parse(line ?? '') as Told)
    expect(first?.snapshot?.accounts).toHaveLength(1)
    await scene.ask('accounts.update', { accountId: scene.accountId, label: 'work' })
    for (const watcher of watchers) {
      const { delta } = JSON.parse((await watcher.line()) ?? '') as Told
      expect(delta?.revision).toBe((first?.snapshot?.revision ?? 0) + 1)
      expect(delta?.accounts?.upsert).toMatchObject([{ label: 'work' }])
    }
  })

  it('ends when the caller leaves and when the profile closes', async () => {
    const scene = await routesScene()
    const leaves = await follow(scene, '/v1/events')
    const stays = await follow(scene, '/v1/events')
    await leaves.line()
    await stays.line()
    leaves.leave()
    expect(await leaves.line()).toBeNull()
    const end = stays.line()
    await scene.profile.close()
    expect(await end).toBeNull()
  })

  it('leaves behind whoever does not read, and nobody else', async () => {
    const watchers = new Watchers()
    const { signal } = new AbortController()
    const sleeps = watchers.watch(signal)[Symbol.asyncIterator]()
    const reads = watchers.watch(signal)[Symbol.asyncIterator]()
    for (let revision = 1; revision <= 1500; revision += 1) {
      watchers.tell({ delta: { revision } })
      expect((await reads.next()).value).toEqual({ delta: { revision } })
    }
    expect(await sleeps.next()).toMatchObject({ done: true })
    expect(watchers.count).toBe(1)
  })
})

describe('the ledger over the socket', () => {
  it('comes line by line as it stands in the file', async () => {
    const scene = await routesScene()
    const text = scene.world.folder.text('ledger.jsonl')
    expect((await scene.local('/v1/ledger')).text).toBe(text)
    const last = text.trimEnd().split('\n').slice(-2).join('\n')
    expect((await scene.local('/v1/ledger', undefined, { query: 'last=2' })).text).toBe(`${last}\n`)
    expect((await scene.local('/v1/ledger', undefined, { query: 'last=0' })).text).toBe('')
  })

  it.each(['last=', 'last=-1', 'last=all', 'last=99999999'])('is refused with %s', async (query) => {
    const scene = await routesScene()
    expect(await scene.local('/v1/ledger', undefined, { query })).toMatchObject({ status: 400 })
  })

  it('goes on with what is written while the caller follows', async () => {
    const scene = await routesScene()
    const tail = await follow(scene, '/v1/ledger', 'follow=1&last=0')
    const next = tail.line()
    await scene.ask('accounts.update', { accountId: scene.accountId, label: 'work' })
    const line = await next
    expect(scene.world.folder.text('ledger.jsonl').trimEnd().split('\n').pop()).toBe(line)
    const end = tail.line()
    tail.leave()
    expect(await end).toBeNull()
  })

  it('is checked whole, and says where it is damaged', async () => {
    const scene = await routesScene()
    const lines = scene.world.folder.text('ledger.jsonl').trimEnd().split('\n')
    expect(await scene.local('/v1/ledger/verify', {})).toMatchObject({
      json: { ok: true, lines: lines.length },
    })
    const damaged = lines.map((line, index) => (index === 1 ? line.replace('a', 'b') : line))
    scene.world.folder.put('ledger.jsonl', `${damaged.join('\n')}\n`)
    const verified = await scene.local('/v1/ledger/verify', {})
    expect(verified.json).toMatchObject({ ok: false, lines: 1, line: 2 })
    expect(scene.snapshot().readOnly).toBe(true)
  })
})

describe('a ledger that nobody comes to read', () => {
  it('is not opened for a caller who left before', async () => {
    const scene = await routesScene()
    let opened = 0
    const { openAppendFile } = scene.world.folder
    Object.assign(scene.world.folder, {
      openAppendFile: (name: string) => {
        opened += 1
        return openAppendFile(name)
      },
    })
    const headers = { 'latchkey-local': scene.world.doors.announced?.local ?? '' }
    const answer = await scene.raw(socket, '/v1/ledger', { headers })
    if (typeof answer.body === 'string') throw new Error('it should be read piece by piece')
    await answer.body[Symbol.asyncIterator]().return?.()
    expect(opened).toBe(0)
  })
})
