/** The listener on a registered address, to the letter, and who is in its way. */
import { once } from 'node:events'
import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { refusal } from '../../../electron/adapters/loopback/bind.ts'
import {
  listeningInodes,
  lsofName,
  netstatPid,
  portHolder,
  systemProgram,
  tasklistName,
} from '../../../electron/adapters/loopback/port-holder.ts'
import { createLoopbackListener } from '../../../electron/adapters/loopback-listener.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import type { LoopbackRequest, LoopbackServer, ReplyPage } from '../../../electron/core/ports.ts'
import { fakeRandom } from '../../support/fake-random.ts'

const page: ReplyPage = { status: 200, title: 'Signed in', text: 'Close this tab.', language: 'en' }
const acceptAll = (_: LoopbackRequest): Promise<ReplyPage> => Promise.resolve(page)

const open: { close(): unknown }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function listenAt(
  at: string,
  accept: (request: LoopbackRequest) => Promise<ReplyPage> | null = acceptAll,
): Promise<Outcome<LoopbackServer>> {
  const listener = createLoopbackListener({ random: fakeRandom(), connectionMs: 2000, closingMs: 300 })
  const outcome = await listener.listen(accept, { at })
  if (outcome.ok) open.push(outcome.value)
  return outcome
}

async function occupy(host: string, port = 0): Promise<number> {
  const server: Server = createServer()
  server.listen({ host, port })
  await once(server, 'listening')
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) })
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** A port that nobody holds on either loopback address, a moment ago. */
async function freePort(): Promise<number> {
  const port = await occupy('127.0.0.1')
  await open.pop()?.close()
  return port
}

const hasIpv6 = await occupy('::1').then(
  () => true,
  () => false,
)

describe('a listener on a registered address', () => {
  it('names the address exactly as it is registered', async () => {
    for (const path of ['', '/', '/auth/callback', '/auth/callback/']) {
      const at = `http://127.0.0.1:${await freePort()}${path}`
      const outcome = await listenAt(at)
      expect(outcome).toMatchObject({ ok: true, value: { redirectUri: at } })
    }
  })

  it('takes the answer at the registered path alone, where a trailing slash makes another path', async () => {
    const at = `http://127.0.0.1:${await freePort()}/auth/callback`
    await listenAt(at)
    expect((await fetch(`${at}/?state=a`)).status).toBe(404)
    expect((await fetch(`${at.replace('/auth', '')}?state=a`)).status).toBe(404)
    expect((await fetch(`${at}?state=a`)).status).toBe(200)
  })

  it('answers at the root for an address without a path', async () => {
    const at = `http://127.0.0.1:${await freePort()}`
    await listenAt(at)
    expect((await fetch(`${at}?state=a`)).status).toBe(200)
  })

  it('refuses the literal address as Host where a name is registered', async () => {
    const port = await freePort()
    await listenAt(`http://localhost:${port}/cb`)
    expect((await fetch(`http://127.0.0.1:${port}/cb`)).status).toBe(400)
    expect((await fetch(`http://localhost:${port}/cb`)).status).toBe(200)
  })

  it.runIf(hasIpv6)('takes the answer on either address that localhost can mean', async () => {
    const port = await freePort()
    await listenAt(`http://localhost:${port}/cb`, () => null)
    for (const host of ['127.0.0.1', '[::1]'])
      expect((await fetch(`http://${host}:${port}/cb`)).status, 'another Host').toBe(400)
    const spoken = await Promise.all(['127.0.0.1', '::1'].map((host) => isTaken(host, port)))
    expect(spoken).toEqual([true, true])
  })

  it.runIf(hasIpv6)('listens on the IPv6 literal', async () => {
    const at = `http://[::1]:${await freePort()}/cb`
    expect(await listenAt(at)).toMatchObject({ ok: true, value: { redirectUri: at } })
    expect((await fetch(`${at}?state=a`)).status).toBe(200)
  })

  it('says that the port is taken, and by whom where that can be known', async () => {
    const port = await occupy('127.0.0.1')
    expect(await listenAt(`http://127.0.0.1:${port}/cb`)).toMatchObject({
      ok: false,
      error: { code: 'loopback-busy', details: { port } },
    })
    const holder = await createLoopbackListener({ random: fakeRandom() }).holderOf(port)
    if (process.platform === 'linux') expect(holder).toBe('Latchkey')
  })

  it.runIf(hasIpv6)('refuses localhost when somebody else answers on one of its addresses', async () => {
    const port = await occupy('::1')
    expect(await listenAt(`http://localhost:${port}/cb`)).toMatchObject({
      ok: false,
      error: { code: 'loopback-busy', details: { port } },
    })
    expect(await isTaken('127.0.0.1', port)).toBe(false)
  })

  it('gives every address back when it closes', async () => {
    const at = `http://localhost:${await freePort()}/cb`
    const first = await listenAt(at)
    if (!first.ok) throw new Error(first.error.code)
    await first.value.close()
    expect(await listenAt(at)).toMatchObject({ ok: true })
  })

  it.each([
    'https://127.0.0.1:8443/cb',
    'http://0.0.0.0:8080/cb',
    'http://192.168.1.5:8080/cb',
    'http://localhost.evil.example:8080/cb',
    'http://user@localhost:8080/cb',
    'not an address',
  ])('never listens for %s', async (at) => {
    expect(await listenAt(at)).toMatchObject({ ok: false, error: { code: 'loopback-failed' } })
  })

  it('says that a port is reserved when the system keeps it for administrators', () => {
    for (const port of [80, 1023])
      expect(refusal('EACCES', port)).toMatchObject({
        error: { code: 'loopback-privileged', details: { port } },
      })
    expect(refusal('EMFILE', 8080)).toMatchObject({ error: { code: 'loopback-failed' } })
  })

  it('calls a port taken that the system gives to nobody, where no administrator would get it either', () => {
    for (const port of [1024, 8080])
      expect(refusal('EACCES', port)).toMatchObject({
        error: { code: 'loopback-busy', details: { port, program: '' } },
      })
  })
})

describe('the program that holds a port', () => {
  it('is nobody for a free port', async () => {
    expect(await portHolder(await freePort())).toBeNull()
  })

  it('is asked of the programs of Windows where Windows keeps them, and nowhere else', () => {
    expect(systemProgram('netstat.exe', { SystemRoot: 'D:\\WINNT' })).toBe('D:\\WINNT\\System32\\netstat.exe')
    for (const SystemRoot of [undefined, '', 'here'])
      expect(systemProgram('netstat.exe', { SystemRoot })).toBe('C:\\Windows\\System32\\netstat.exe')
  })

  it('is read from the tables of Linux by port and state', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1',
      '   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1',
      '   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4713 1',
    ].join('\n')
    expect(listeningInodes(table, 8080)).toEqual(['4711'])
  })

  it('is read from what macOS and Windows write', () => {
    expect(lsofName('p812\ncnginx\nf6\n')).toBe('nginx')
    expect(lsofName('')).toBeNull()
    const table = [
      '  Proto  Lokale Adresse         Remoteadresse          Status           PID',
      '  TCP    127.0.0.1:18080        0.0.0.0:0              ABHÖREN          7',
      '  TCP    127.0.0.1:8080         127.0.0.1:50000        HERGESTELLT      8',
      '  TCP    127.0.0.1:8080         0.0.0.0:0              ABHÖREN          4242',
    ].join('\r\n')
    expect(netstatPid(table, 8080)).toBe('4242')
    expect(netstatPid(table, 9090)).toBeNull()
    expect(tasklistName('"node.exe","4242","Console","1","50.000 K"\r\n')).toBe('node.exe')
    expect(tasklistName('INFO: No tasks are running which match the specified criteria.')).toBeNull()
  })
})

async function isTaken(host: string, port: number): Promise<boolean> {
  const server = createServer()
  const taken = new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(true))
    server.listen({ host, port }, () => resolve(false))
  })
  const answer = await taken
  if (!answer) await new Promise((resolve) => server.close(resolve))
  return answer
}
