import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { DoorAnswer } from '../../../../electron/core/ports.ts'
import type { OpenDoors } from '../../../support/open-doors.ts'
import { ask, everything, knock, openDoors, raw } from '../../../support/open-doors.ts'

const windows = process.platform === 'win32'
const socketDoor = { kind: 'socket', name: 'door' } as const
const anyPort = { kind: 'port', port: null } as const

const running: OpenDoors[] = []
async function doors(): Promise<OpenDoors> {
  const made = await openDoors()
  running.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((made) => made.close()))
})

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)

describe.skipIf(windows)('the socket of a door', () => {
  it('lies in a folder of this user alone and answers there', async () => {
    const made = await doors()
    const door = await made.open(socketDoor)
    expect(door).toMatchObject({ address: join(made.run, 'door.sock'), port: null })
    expect([await modeOf(made.run), await modeOf(door.address)]).toEqual(['700', '600'])
    const answer = await ask(door, { line: 'POST /v1/token', body: '{"é":1}' })
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('Cache-Control: no-store')
    expect(made.seen[0]).toMatchObject({ method: 'POST', path: '/v1/token', body: '{"é":1}' })
    expect(await made.seen[0]?.peer()).toEqual({ user: 'same', pid: null })
    expect(await readdir(made.run)).toEqual(['door.sock'])
  })

  it('is taken away when it closes, and what others put there since is not', async () => {
    const made = await doors()
    const [old, door] = [await made.open(socketDoor), await made.open(socketDoor)]
    await old.close()
    expect((await ask(door)).status).toBe(200)
    await door.close()
    expect(existsSync(door.address)).toBe(false)
  })

  it('replaces one that a killed owner left', async () => {
    const made = await doors()
    await mkdir(made.run, { mode: 0o700 })
    const path = join(made.run, 'door.sock')
    const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    await new Promise((resolve) => execFile(process.execPath, ['-e', script], resolve))
    expect((await lstat(path)).isSocket()).toBe(true)
    const door = await made.open(socketDoor)
    expect((await ask(door)).status).toBe(200)
  })

  it('is not without an answer while a new owner takes its place', async () => {
    const made = await doors()
    await made.open(socketDoor)
    const over = new AbortController()
    const asked = (async () => {
      const statuses = new Set<number>()
      while (!over.signal.aborted)
        statuses.add((await ask({ address: join(made.run, 'door.sock'), port: null })).status)
      return statuses
    })()
    for (let round = 0; round < 20; round += 1) await made.open(socketDoor)
    over.abort()
    expect(await asked).toEqual(new Set([200]))
  })

  it.each([
    ['a file', (path: string) => writeFile(path, 'mine')],
    ['a link', (path: string) => symlink('/dev/null', path)],
    ['a folder', (path: string) => mkdir(path)],
  ])('leaves %s at its path alone and says so', async (_name, put) => {
    const made = await doors()
    await mkdir(made.run, { mode: 0o700 })
    const path = join(made.run, 'door.sock')
    await put(path)
    const before = await lstat(path)
    const opened = await made.listener.open(socketDoor, () => Promise.reject(new Error('not asked')))
    expect(opened).toMatchObject({ ok: false, error: { code: 'door-occupied', details: { path } } })
    expect((await lstat(path)).ino).toBe(before.ino)
    expect(await readdir(made.run)).toEqual(['door.sock'])
  })

  it('is not made in a folder that is a link, and closes its own folder that was open to others', async () => {
    const made = await doors()
    const elsewhere = join(made.dataFolder, 'elsewhere')
    await mkdir(elsewhere)
    await symlink(elsewhere, made.run)
    const opened = await made.listener.open(socketDoor, () => Promise.reject(new Error('not asked')))
    expect(opened).toMatchObject({ ok: false, error: { code: 'door-occupied', details: { path: made.run } } })
    expect(await readdir(elsewhere)).toEqual([])

    const other = await doors()
    await mkdir(other.run)
    await chmod(other.run, 0o777)
    await other.open(socketDoor)
    expect(await modeOf(other.run)).toBe('700')
  })
})

describe('the port of a door', () => {
  it('is one of the literal address, outside those that systems give away', async () => {
    const made = await doors()
    const door = await made.open(anyPort)
    expect(door.address).toBe(`127.0.0.1:${String(door.port)}`)
    expect(door.port).toBeGreaterThanOrEqual(20_000)
    expect(door.port).toBeLessThan(32_000)
    expect((await ask(door)).status).toBe(200)
    const again = await doors()
    await door.close()
    expect((await again.open({ kind: 'port', port: door.port })).port).toBe(door.port)
  })

  it('says who has it when it is taken', async () => {
    const made = await doors()
    const taken = createServer()
    taken.listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const opened = await made.listener.open({ kind: 'port', port }, () =>
      Promise.reject(new Error('not asked')),
    )
    expect(opened).toMatchObject({ ok: false, error: { code: 'door-busy', details: { port } } })
    if (process.platform === 'linux')
      expect(opened).toMatchObject({ error: { details: { program: ' (Latchkey)' } } })
    taken.close()
  })

  it.runIf(process.platform === 'linux')(
    'knows the process at the other end, once somebody asks',
    async () => {
      const made = await doors()
      const door = await made.open(anyPort, async ({ peer }) => ({
        ...{ status: 200, headers: {} },
        body: JSON.stringify(await peer()),
      }))
      const script = `fetch('http://${door.address}/').then((r) => r.json()).then((peer) => console.log(JSON.stringify({ peer, pid: process.pid })))`
      const text = await new Promise<string>((resolve) =>
        execFile(process.execPath, ['-e', script], (_failure, stdout) => resolve(stdout)),
      )
      const { peer, pid } = JSON.parse(text) as { peer: unknown; pid: number }
      expect(peer).toEqual({ user: 'same', pid })
    },
  )

  it('answers many requests of one connection and asks for its user once', async () => {
    const made = await doors()
    const door = await made.open(anyPort)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    for (let round = 0; round < 20; round += 1) {
      const sent = request({ host: '127.0.0.1', port: door.port, path: '/', agent })
      const answered = once(sent, 'response') as Promise<[IncomingMessage]>
      sent.end()
      const [response] = await answered
      ports.add(sent.socket?.localPort)
      response.resume()
      await once(response, 'end')
    }
    agent.destroy()
    expect(ports.size).toBe(1)
    expect(made.seen).toHaveLength(20)
  })
})

describe('an answer', () => {
  it('can come in parts, which end when the caller leaves', async () => {
    const made = await doors()
    const state = { parts: 0, ended: false }
    async function* parts(signal: AbortSignal): AsyncGenerator<string> {
      try {
        while (!signal.aborted) {
          state.parts += 1
          yield `${JSON.stringify({ part: state.parts })}\n`
          await sleep(10)
        }
      } finally {
        state.ended = true
      }
    }
    const door = await made.open(anyPort, ({ signal }) =>
      Promise.resolve({ status: 200, headers: {}, body: parts(signal) }),
    )
    const socket = knock(door)
    socket.write(`GET /v1/events HTTP/1.1\r\nHost: ${door.address}\r\n\r\n`)
    const text = everything(socket)
    await expect.poll(() => state.parts).toBeGreaterThan(3)
    expect(state.ended).toBe(false)
    socket.destroy()
    await expect.poll(() => state.ended).toBe(true)
    expect(await text).toMatch(/200 OK[^]*"part":1[^]*"part":3/)
    expect(made.seen[0]?.signal.aborted).toBe(true)
  })

  it('in parts is broken off where it does not end with its door, and whole where it does', async () => {
    const made = await doors()
    let close: () => void = () => undefined
    const closing = new Promise<void>((resolve) => {
      close = resolve
    })
    async function* parts(ends: boolean): AsyncGenerator<string> {
      yield 'begun '
      await closing
      if (ends) yield 'ended'
      else await sleep(5000, undefined, { ref: false })
    }
    const door = await made.open(anyPort, ({ path }) =>
      Promise.resolve({ status: 200, headers: {}, body: parts(path === '/ends') }),
    )
    const [whole, half] = ['/ends', '/stays'].map((path) => {
      const socket = knock(door)
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${door.address}\r\n\r\n`)
      return everything(socket)
    })
    await expect.poll(() => made.seen.length).toBe(2)
    await sleep(50)
    const closed = door.close()
    close()
    await closed
    // The chunk of no length is the end of a body.
    expect(await whole).toMatch(/begun [^]*ended\r\n0\r\n\r\n$/)
    expect(await half).toMatch(/begun \r\n$/)
  })

  it('goes no faster than the caller takes it', async () => {
    const made = await doors()
    const part = 'x'.repeat(64 * 1024)
    let given = 0
    async function* parts(): AsyncGenerator<string> {
      for (; given < 10_000; given += 1) yield part
    }
    const door = await made.open(anyPort, () => Promise.resolve({ status: 200, headers: {}, body: parts() }))
    const socket = knock(door).pause()
    socket.write(`GET /v1/events HTTP/1.1\r\nHost: ${door.address}\r\n\r\n`)
    await expect.poll(() => given).toBeGreaterThan(0)
    await sleep(300)
    const stuck = given
    await sleep(300)
    expect(given).toBe(stuck)
    expect(stuck).toBeLessThan(1000)
    socket.destroy()
  })

  it('that cannot be made is an error without a word about why', async () => {
    const made = await doors()
    const door = await made.open(anyPort, () => Promise.reject(new Error('secret ya29.x')))
    const answer = await ask(door)
    expect(answer.status).toBe(500)
    expect(answer.text).toContain('"code":"internal"')
    expect(answer.text).not.toContain('ya29')
    expect((await ask(door)).status).toBe(500)
  })

  it('on its way is finished when the door closes, and nothing new is taken', async () => {
    const made = await doors()
    let finish: (answer: DoorAnswer) => void = () => undefined
    const door = await made.open(anyPort, () => new Promise((resolve) => (finish = resolve)))
    const waiting = ask(door)
    const idle = everything(knock(door))
    await expect.poll(() => made.seen.length).toBe(1)
    const closed = door.close()
    expect(await idle).toBe('')
    expect((await ask(door)).status).toBe(0)
    finish({ status: 200, headers: {}, body: 'done' })
    expect((await waiting).text).toContain('done')
    await closed
  })

  it('tells whoever makes it that nobody waits any more', async () => {
    const made = await doors()
    const door = await made.open(anyPort, () => new Promise(() => undefined))
    const socket = knock(door)
    socket.write(`GET /v1/token HTTP/1.1\r\nHost: ${door.address}\r\n\r\n`)
    await expect.poll(() => made.seen.length).toBe(1)
    const { signal } = made.seen[0] ?? {}
    expect(signal?.aborted).toBe(false)
    socket.destroy()
    await expect.poll(() => signal?.aborted).toBe(true)
  })
})

describe('the announcement', () => {
  const told = { socket: '/run/door.sock', remote: null, http: '127.0.0.1:23100', local: 'key' }

  it('is for this user alone, and goes when the doors do', async () => {
    const made = await doors()
    expect((await made.listener.announce(told)).ok).toBe(true)
    const path = join(made.run, 'door.json')
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      protocol: 1,
      version: '1.2.3',
      pid: process.pid,
      ...told,
    })
    if (!windows) expect(await modeOf(path)).toBe('600')
    await made.listener.withdraw()
    expect(existsSync(path)).toBe(false)
    await made.listener.withdraw()
  })
})

describe('a request through the door', () => {
  it('is one after the other on a connection, also when they come at once', async () => {
    const made = await doors()
    const door = await made.open(anyPort)
    const one = (path: string, close = ''): string =>
      `GET ${path} HTTP/1.1\r\nHost: ${door.address}\r\n${close}\r\n`
    const text = await raw(door, one('/1') + one('/2') + one('/3', 'Connection: close\r\n'))
    expect([...text.matchAll(/"path":"(\/\d)"/g)].map(([, path]) => path)).toEqual(['/1', '/2', '/3'])
  })
})

describe.skipIf(windows)('a pipe, as on Windows', () => {
  it('has a name that nobody guesses, and hears only who knows the key', async () => {
    const before = process.cwd()
    const made = await openDoors(undefined, 'win32')
    running.push(made)
    // Here such a name is that of a file in the current folder.
    process.chdir(made.dataFolder)
    try {
      const door = await made.open(socketDoor)
      expect(door.address).toMatch(/^\\\\\.\\pipe\\latchkey-[0-9a-f]{32}$/)
      const status = async (...headers: string[]): Promise<number> => (await ask(door, { headers })).status
      expect(await status('Latchkey-Local: key')).toBe(403)
      await made.listener.announce({ socket: door.address, remote: null, http: null, local: 'key' })
      expect(await status()).toBe(403)
      expect(await status('Latchkey-Local: kez')).toBe(403)
      expect(await status('Latchkey-Local: key')).toBe(200)
      await made.listener.withdraw()
      expect(await status('Latchkey-Local: key')).toBe(403)
      expect(made.seen).toHaveLength(1)
    } finally {
      process.chdir(before)
    }
  })
})
