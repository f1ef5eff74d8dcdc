/** Whatever other programs, users and machines send to a door: refused or ended, and the door goes on answering. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { usualLimits } from '../../electron/adapters/doors/connections.ts'
import type { OpenDoor } from '../../electron/core/ports.ts'
import type { OpenDoors } from '../support/open-doors.ts'
import { ask, everything, knock, openDoors, raw, statusOf } from '../support/open-doors.ts'

let doors: OpenDoors
let door: OpenDoor
beforeEach(async () => {
  doors = await openDoors()
  door = await doors.open({ kind: 'port', port: null })
})
afterEach(() => doors.close())

/** The door still answers, and nothing of what was tried got to whoever answers. */
async function unharmed(opened: OpenDoor = door): Promise<void> {
  expect(doors.seen.map(({ path }) => path)).toEqual([])
  expect((await ask(opened)).status).toBe(200)
}
const head = (line: string, ...headers: readonly string[]): string =>
  [`${line} HTTP/1.1`, `Host: ${door.address}`, ...headers, '', ''].join('\r\n')

describe('bytes that no program means', () => {
  it.each([
    ['another name for this machine', 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n', 403],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: HERE\r\nHost: evil.example\r\n\r\n', 400],
    ['a proxied address', 'GET http://HERE/ HTTP/1.1\r\nHost: HERE\r\n\r\n', 400],
    ['a tunnel', 'CONNECT HERE HTTP/1.1\r\nHost: HERE\r\n\r\n', 0],
    ['an older HTTP', 'GET / HTTP/1.0\r\nHost: HERE\r\n\r\n', 505],
    ['no HTTP', 'GET /\r\n\r\n', 505],
    ['the beginning of TLS', '\x16\x03\x01\x02\x00\x01\x00', 400],
    ['the beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['an upgrade', 'GET / HTTP/1.1\r\nHost: HERE\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', 400],
    ['a preflight', 'OPTIONS / HTTP/1.1\r\nHost: HERE\r\nOrigin: http://a\r\n\r\n', 405],
    ['a header folded into two lines', 'GET / HTTP/1.1\r\nHost: HERE\r\nX-A: b\r\n\tc: d\r\n\r\n', 400],
    ['a line end alone in a header', 'GET / HTTP/1.1\r\nHost: HERE\r\nX-A: b\nX-C: d\r\n\r\n', 400],
    ['a zero in a header', 'GET / HTTP/1.1\r\nHost: HERE\r\nX-A: b\0c\r\n\r\n', 400],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : HERE\r\n\r\n', 400],
    [
      'a second authorization',
      'GET / HTTP/1.1\r\nHost: HERE\r\nAuthorization: a\r\nauthorization: b\r\n\r\n',
      400,
    ],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: HERE\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: HERE\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'a coding in disguise',
      'POST / HTTP/1.1\r\nHost: HERE\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a length below zero', 'POST / HTTP/1.1\r\nHost: HERE\r\nContent-Length: -1\r\n\r\n', 400],
    [
      'a chunk of an odd length',
      'POST / HTTP/1.1\r\nHost: HERE\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      0,
    ],
    ['a body of 10 MB', 'POST / HTTP/1.1\r\nHost: HERE\r\nContent-Length: 10485760\r\n\r\n', 413],
    ['a body that is not text', 'POST / HTTP/1.1\r\nHost: HERE\r\nContent-Length: 2\r\n\r\n\xc3\x28', 400],
    ['a promise', 'POST / HTTP/1.1\r\nHost: HERE\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n', 417],
    ['a way out of its folder', 'GET /v1/../../etc/passwd HTTP/1.1\r\nHost: HERE\r\n\r\n', 400],
    ['an address in disguise', 'GET /v1/%2e%2e%2fowner HTTP/1.1\r\nHost: HERE\r\n\r\n', 400],
    ['a line end in its address', 'GET /v1/x%0d%0aX:y HTTP/1.1\r\nHost: HERE\r\n\r\n', 400],
  ] as const)('are refused: %s', async (_name, bytes, status) => {
    const text = await raw(door, Buffer.from(bytes.replaceAll('HERE', door.address), 'latin1'))
    expect(statusOf(text)).toBe(status)
    if (status === 0) expect(text).toBe('')
    else expect(text).toMatch(/"code":"door-request-refused"/)
    expect(text).not.toMatch(/access-control/i)
    await unharmed()
  })

  it.each([
    ['one header', (): string => head('GET /', `X-Long: ${'x'.repeat(9000)}`)],
    [
      'many headers',
      (): string => head('GET /', ...Array.from({ length: 1500 }, (_, index) => `a${String(index % 9)}:`)),
    ],
    ['its address', (): string => head(`GET /${'x'.repeat(9000)}`)],
  ])('are refused: too long by %s', async (_name, bytes) => {
    expect([400, 431]).toContain(statusOf(await raw(door, bytes())))
    await unharmed()
  })

  it('are refused and end the connection, so that nothing can be smuggled behind them', async () => {
    const text = await raw(door, head('GET /refused', 'Origin: null') + head('GET /smuggled'))
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
    expect(statusOf(text)).toBe(403)
    await unharmed()
  })

  it('are refused on a socket as well', async () => {
    const socket = await doors.open({ kind: 'socket', name: 'door' })
    for (const header of ['Origin: null', 'Cookie: a=b', 'X-Forwarded-For: 1.2.3.4'])
      expect((await ask(socket, { headers: [header] })).status).toBe(403)
    await unharmed(socket)
  })
})

describe('bodies without an end', () => {
  it('of chunks are cut off at the bound', async () => {
    const socket = knock(door)
    const answered = everything(socket)
    socket.write(head('POST /', 'Transfer-Encoding: chunked'))
    const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`
    for (let sent = 0; sent < 2560 && !socket.destroyed; sent += 1)
      if (!socket.write(chunk)) await Promise.race([sleep(20), answered])
    expect([0, 413]).toContain(statusOf(await answered))
    await unharmed()
  })

  it('that are sent in spite of the no end the connection', async () => {
    const socket = knock(door)
    const answered = everything(socket)
    socket.write(head('POST /', 'Content-Length: 10485760'))
    for (let sent = 0; sent < 160 && !socket.destroyed; sent += 1)
      if (!socket.write('x'.repeat(65_536))) await Promise.race([sleep(20), answered])
    expect([0, 413]).toContain(statusOf(await answered))
    await unharmed()
  })
})

describe('callers who take their time', () => {
  const quick = { ...usualLimits, silentMs: 400, bodyMs: 400, idleMs: 600, stuckMs: 400 }
  beforeEach(async () => {
    await doors.close()
    doors = await openDoors(quick)
    door = await doors.open({ kind: 'port', port: null })
  })

  it.each([
    ['with their first word', ''],
    ['with their headers', 'GET / HTTP/1.1\r\nHost: '],
    ['with their body', 'POST / HTTP/1.1\r\nHost: HERE\r\nContent-Length: 100\r\n\r\nx'],
  ])('%s are ended, however they trickle', async (_name, begin) => {
    const started = performance.now()
    const socket = knock(door)
    const answered = everything(socket)
    if (begin !== '') socket.write(begin.replace('HERE', door.address))
    const trickle = setInterval(() => begin !== '' && socket.write('x'), 50)
    await answered
    clearInterval(trickle)
    expect(performance.now() - started).toBeLessThan(4000)
    await unharmed()
  })

  it('with their next request are ended', async () => {
    const socket = knock(door)
    const answered = everything(socket)
    socket.write(head('GET /'))
    expect(statusOf(await answered)).toBe(200)
  })
})

describe('very many callers', () => {
  it('who say nothing do not keep an honest one out', async () => {
    const silent = Array.from({ length: 500 }, () => knock(door))
    const ends = silent.map((socket) => everything(socket))
    await sleep(100)
    const asked = await Promise.all(Array.from({ length: 20 }, () => ask(door)))
    expect(asked.map(({ status }) => status)).toEqual(Array(20).fill(200))
    await sleep(800)
    expect(silent.filter((socket) => socket.readyState === 'open').length).toBeLessThanOrEqual(
      usualLimits.most,
    )
    for (const socket of silent) socket.destroy()
    await Promise.all(ends)
  })

  it('at once are all answered while they take turns', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 200 })
    const before = process.memoryUsage().rss
    const statuses = await Promise.all(Array.from({ length: 10_000 }, () => fetchStatus(agent)))
    agent.destroy()
    expect(
      new Map(statuses.map((status) => [status, statuses.filter((one) => one === status).length])),
    ).toEqual(new Map([[200, 10_000]]))
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024)
    expect(doors.seen).toHaveLength(10_000)
  })

  it('each with a connection of its own are answered or refused', async () => {
    const agent = new Agent({ keepAlive: false, maxSockets: 1000 })
    const statuses = await Promise.all(Array.from({ length: 3000 }, () => fetchStatus(agent)))
    const answered = statuses.filter((status) => status === 200).length
    expect(statuses.filter((status) => ![0, 200, 503].includes(status))).toEqual([])
    expect(answered).toBeGreaterThan(usualLimits.most)
    expect((await ask(door)).status).toBe(200)
  })

  it('from one connection without waiting are refused past a few', async () => {
    await doors.close()
    doors = await openDoors()
    door = await doors.open({ kind: 'port', port: null }, async () => {
      await sleep(200)
      return { status: 200, headers: {}, body: '' }
    })
    const text = await raw(door, head('GET /').repeat(500))
    expect(text.match(/HTTP\/1\.1 200/g)?.length ?? 0).toBeLessThanOrEqual(16)
    expect(doors.seen.length).toBeLessThanOrEqual(16)
  })
})

function fetchStatus(agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    request({ host: '127.0.0.1', port: door.port, path: '/v1/status', agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    })
      .once('error', () => resolve(0))
      .end()
  })
}

/** Others than 127.0.0.1 that a program can bind its end to and reach 127.0.0.1 from. */
function addressesOfThisMachine(): readonly string[] {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const ofNetwork = own.find(({ family, internal }) => family === 'IPv4' && !internal)
  // Only Linux answers for the whole of 127.0.0.0/8 without being told to.
  const loopback = process.platform === 'linux' ? ['127.0.0.2', '127.3.3.3'] : []
  return ofNetwork ? [...loopback, ofNetwork.address] : loopback
}

const asRoot = process.getuid?.() === 0 && process.platform === 'linux'

describe.runIf(asRoot)('another user of this machine', () => {
  const stranger = { uid: 65_534, gid: 65_534, cwd: '/', env: {} }
  /** Runs as the stranger, and gives what it printed. */
  const byStranger = (program: string, words: readonly string[]): Promise<string> =>
    new Promise((resolve) => {
      execFile(program, [...words], { ...stranger, timeout: 10_000 }, (_failure, out, errors) =>
        resolve(out + errors),
      )
    })
  const shell = (script: string): Promise<string> => byStranger('/bin/bash', ['-c', script])

  it('is refused over HTTP, whatever it presents', async () => {
    const lines = head('GET /v1/token', 'Authorization: Bearer latchkey.right')
    const text = await shell(
      `exec 3<>/dev/tcp/127.0.0.1/${String(door.port)}; printf '${lines.replaceAll('\r\n', '\\r\\n')}' >&3; cat <&3`,
    )
    expect(text).toMatch(/403 Forbidden[^]*another user/)
    await unharmed()
  })

  it.each(addressesOfThisMachine())(
    'is refused when it binds its own end to %s, where the table of users is not searched',
    async (from) => {
      const script = `require('http').get({host:'127.0.0.1',port:${String(door.port)},path:'/v1/token',localAddress:'${from}'},r=>console.log('status',r.statusCode)).on('error',e=>console.log('no answer',e.code))`
      // Its text goes by the command line: the file of a script may not be the stranger's to read.
      const text = await byStranger(process.execPath, ['-e', script])
      expect(text).toMatch(/^(status 403|no answer ECONNRESET)/)
      await unharmed()
    },
  )

  it.runIf(existsSync('/usr/bin/python3'))('cannot open the socket, nor read where it is', async () => {
    await doors.open({ kind: 'socket', name: 'door' })
    await doors.listener.announce({ socket: 'x', remote: null, http: null, local: 'key' })
    for (const folder of [
      doors.dataFolder,
      join(doors.dataFolder, 'profiles'),
      join(doors.dataFolder, 'profiles/practice'),
    ])
      await chmod(folder, 0o755)
    const path = join(doors.run, 'door.sock')
    expect(await shell(`cat '${join(doors.run, 'door.json')}'`)).toMatch(/Permission denied/)
    const script = `import socket; socket.socket(socket.AF_UNIX).connect(${JSON.stringify(path)})`
    const text = await byStranger('/usr/bin/python3', ['-c', script])
    expect(text).toMatch(/Permission denied/)
    expect(doors.seen).toEqual([])
  })

  it('whose socket lies at our path is left alone', async () => {
    const folder = doors.run
    await mkdir(folder, { mode: 0o700 })
    const path = join(folder, 'door.sock')
    await writeFile(path, '')
    await new Promise((resolve) => execFile('chown', ['65534', path], resolve))
    const opened = await doors.listener.open({ kind: 'socket', name: 'door' }, () =>
      Promise.reject(new Error('x')),
    )
    expect(opened).toMatchObject({ ok: false, error: { code: 'door-occupied' } })
  })

  it('whose folder lies at our path is left alone', async () => {
    await mkdir(doors.run, { mode: 0o700 })
    await new Promise((resolve) => execFile('chown', ['65534', doors.run], resolve))
    const opened = await doors.listener.open({ kind: 'socket', name: 'door' }, () =>
      Promise.reject(new Error('x')),
    )
    expect(opened).toMatchObject({
      ok: false,
      error: { code: 'door-occupied', details: { path: doors.run } },
    })
    expect(
      await doors.listener.announce({ socket: null, remote: null, http: null, local: 'key' }),
    ).toMatchObject({
      error: { code: 'door-occupied' },
    })
  })
})

it.each(addressesOfThisMachine())('whoever comes from %s is refused, this user too', async (from) => {
  const socket = connect({ port: door.port ?? 0, host: '127.0.0.1', localAddress: from })
  socket.on('error', () => undefined)
  const answered = everything(socket)
  socket.write(head('GET /v1/status'))
  expect(await answered).toMatch(/^(HTTP\/1\.1 403 |$)/)
  await unharmed()
})

it('answers over no other address of this machine', async () => {
  const reached = await new Promise<boolean>((resolve) => {
    const socket = connect(door.port ?? 0, '::1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  })
  expect(reached).toBe(false)
})
