/** A whole agent, killed and taken over while programs ask it for tokens: real keyring, ledger and practice Google. */
import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { takeAppSeat } from '../../electron/adapters/doors/seat.ts'
import { practiceClient } from '../../electron/practice/client.ts'
import { asha, sam } from '../support/real-google.ts'
import type { RealProfile } from '../support/real-profile.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'

const world = useRealWorld()
const script = join(import.meta.dirname, 'agent-process.ts')
const compileCache = join(import.meta.dirname, '../../dist/test/compile-cache')

interface Reply {
  readonly status: number
  readonly body: {
    readonly access_token?: string
    readonly handle?: string
    readonly owner?: { readonly kind: string; readonly pid: number }
    readonly leases?: number
    readonly error?: { readonly code: string }
    readonly ok?: boolean
  }
}

interface Announced {
  readonly socket: string
  readonly http: string | null
  readonly local: string
  readonly pid: number
}

function announced(): Announced {
  return JSON.parse(
    readFileSync(join(world.dataFolder, 'profiles/practice/run/door.json'), 'utf8'),
  ) as Announced
}

function ask(method: string, path: string, body: unknown, more: object = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { socket, local } = announced()
    const headers = { 'latchkey-local': local, 'content-type': 'application/json' }
    const place = { socketPath: socket, method, path, headers, ...more }
    const request = http.request(place, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('error', reject)
      response.on('end', () => {
        // An owner that is killed while it answers leaves half of it.
        if (!response.complete) return reject(new Error('half an answer'))
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Reply['body'] })
      })
    })
    request.on('error', reject)
    request.end(body === null ? undefined : JSON.stringify(body))
  })
}

/** What a program is given once: where to ask, and with what. */
interface Given {
  readonly handle: string
  readonly http: string
}

/** As a program asks that has a handle for the door over HTTP. */
function askWith({ handle, http: address }: Given): Promise<Reply> {
  const [host = '', port = ''] = address.split(':')
  const headers = { authorization: `Bearer ${handle}`, 'content-type': 'application/json' }
  return ask('POST', '/v1/token', {}, { socketPath: undefined, host, port: Number(port), headers })
}

/** `practiceIssuer`: null for the practice Google that comes with it. */
async function startAgent(start: { readonly practiceIssuer?: null } = {}): Promise<ChildProcess> {
  const env = {
    ...world.keyring.env,
    LATCHKEY_DATA_FOLDER: world.dataFolder,
    ...(start.practiceIssuer !== null && { LATCHKEY_PRACTICE_ISSUER: world.google.issuer }),
    NODE_COMPILE_CACHE: compileCache,
  }
  const child = fork(script, [], {
    env,
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const exited = once(child, 'exit')
  world.afterwards(async () => {
    child.kill('SIGKILL')
    await exited
  })
  await expect
    .poll(() => ownerOf().catch(() => null), { timeout: 20_000 })
    .toEqual({ kind: 'agent', pid: child.pid })
  return child
}

async function ownerOf(): Promise<Reply['body']['owner']> {
  return (await ask('GET', '/v1/status', null)).body.owner
}

/** Somebody signed in before, and the app was closed. */
async function signedIn(): Promise<void> {
  const app = await world.open()
  await app.signIn(asha)
  await app.close()
}

async function giveLease(): Promise<Given> {
  const wish = {
    ...{ door: 'http', label: 'loop', accountId: null, clientId: null, scopes: null, term: 'always' },
    ...{ expiresAt: null, remote: false, file: null, quotaProject: null, port: null },
  }
  const given = await ask('POST', '/v1/lease', wish)
  expect(given).toMatchObject({ status: 200 })
  await expect.poll(() => announced().http).not.toBeNull()
  return { handle: given.body.handle ?? '', http: announced().http ?? '' }
}

/** Asks until there is a token; counts the tries. */
async function askUntilGiven(given: Given): Promise<{ readonly token: string; readonly tries: number }> {
  for (let tries = 1; tries < 400; tries += 1) {
    const reply = await askWith(given).catch(() => null)
    const token = reply?.body.access_token
    if (reply?.status === 200 && token !== undefined) return { token, tries }
    await sleep(25)
  }
  throw new Error('no token came')
}

function leaseUses(app: RealProfile): Promise<number> {
  return app.snapshot().then(({ leases }) => leases.reduce((all, { uses }) => all + uses, 0))
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
  const exited = once(child, 'exit')
  child.kill(signal)
  return (await exited)[0]
}

describe.skipIf(partsMissing !== null)('an agent', () => {
  it('killed in the midst of a hundred requests and started again gives every program its token', async () => {
    await signedIn()
    const first = await startAgent()
    const lease = await giveLease()
    expect((await askWith(lease)).status).toBe(200)
    const asking = Array.from({ length: 100 }, async (_, index) => {
      await sleep(index * 3)
      return askUntilGiven(lease)
    })
    await sleep(150)
    await end(first, 'SIGKILL')
    const second = await startAgent()
    const given = await Promise.all(asking)
    expect(given.every(({ token }) => token.length > 0)).toBe(true)
    expect(given.some(({ tries }) => tries > 1)).toBe(true)
    expect((await ask('POST', '/v1/ledger/verify', {})).body).toMatchObject({ ok: true })
    expect(await end(second, 'SIGTERM')).toBe(0)
    const app = await world.open()
    // A kill may lose the uses of one minute that were not written yet, and makes none up.
    const uses = await leaseUses(app)
    expect(uses).toBeGreaterThan(0)
    expect(uses).toBeLessThanOrEqual(101)
    expect((await app.snapshot()).problems).toEqual([])
  })

  it('gives the profile to the app and takes it back: a handle goes on working, and no request fails', async () => {
    await signedIn()
    const agent = await startAgent()
    const lease = await giveLease()
    const asking = new AbortController()
    const asked = (async () => {
      const replies: Reply[] = []
      while (!asking.signal.aborted) {
        replies.push(await askWith(lease), await ask('POST', '/v1/token', { ask: 'never' }))
        await sleep(5)
      }
      return replies
    })()
    await sleep(100)
    const app = await world.open({ takeSeat: takeAppSeat })
    expect(await ownerOf()).toEqual({ kind: 'app', pid: 0 })
    expect((await app.snapshot()).leases).toMatchObject([{ label: 'loop' }])
    await sleep(200)
    await app.close()
    expect(await ownerOf()).toEqual({ kind: 'agent', pid: agent.pid })
    await sleep(100)
    asking.abort()
    const statuses = (await asked).map(({ status, body }) => `${String(status)} ${body.error?.code ?? ''}`)
    // The second asker has no lease, and hears so from whoever has the profile.
    expect(new Set(statuses)).toEqual(new Set(['200 ', '403 lease-needed']))
  })

  it('is ended by a request of this machine, and leaves nothing that points to it', async () => {
    const agent = await startAgent()
    const exited = once(agent, 'exit')
    expect((await ask('POST', '/v1/owner/stop', {}, { headers: {} })).status).not.toBe(200)
    expect(agent.exitCode).toBeNull()
    expect((await ask('POST', '/v1/owner/stop', {})).status).toBe(200)
    expect((await exited)[0]).toBe(0)
    expect(() => announced()).toThrow('ENOENT')
    expect((await world.open()).sent).toEqual([])
  })

  it.each([
    ['killed', 'SIGKILL'],
    ['ended', 'SIGTERM'],
  ] as const)(
    'keeps its practice Google running for the app, which goes on with it when the agent is %s',
    async (_how, signal) => {
      const agent = await startAgent({ practiceIssuer: null })
      const first = await world.open({ issuer: null, takeSeat: takeAppSeat })
      const { issuer } = (await first.snapshot()).practice ?? {}
      expect(await first.signIn(asha)).toMatchObject({ kind: 'done' })
      await first.close()
      expect((await ask('GET', '/v1/status', null)).body).toMatchObject({
        owner: { kind: 'agent' },
        accounts: 1,
      })
      const second = await world.open({ issuer: null, takeSeat: takeAppSeat })
      expect((await second.snapshot()).practice?.issuer).toBe(issuer)
      await end(agent, signal)
      const signIn = async (): Promise<unknown> => (await second.signIn(sam)).kind
      await expect.poll(() => signIn().catch(() => 'not yet'), { timeout: 20_000 }).toBe('done')
      // The first account's token is known to the Google that was started anew: it has the same state.
      const { accountId } = await second.account(asha)
      const copied = { accountId, clientId: practiceClient.clientId }
      expect(await second.ask('accounts.copyAccessToken', copied)).toMatchObject({ ok: true })
    },
  )
})
