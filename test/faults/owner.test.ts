/** Who has a profile, when the app and an agent want it: real processes, a real lock, real sockets. */
import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Agent } from 'node:http'
import http from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OwnerNews, OwnerProcessOptions } from './owner-process.ts'

const script = join(import.meta.dirname, 'owner-process.ts')
const compileCache = join(import.meta.dirname, '../../dist/test/compile-cache')

interface OwnerProcess {
  readonly pid: number
  readonly news: readonly OwnerNews[]
  /** Resolves with the first news from now or before that fit. */
  hears(wanted: Partial<OwnerNews>, times?: number): Promise<void>
  quit(): Promise<void>
  kill(): Promise<void>
}

let dataFolder = ''
let port = 0
const ends: (() => unknown)[] = []

beforeEach(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), 'lk-owner-'))
  port = await freePort()
  ends.push(() => rmSync(dataFolder, { recursive: true, force: true }))
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function start(kind: 'app' | 'agent'): OwnerProcess {
  const options: OwnerProcessOptions = { kind, dataFolder, port }
  const env = { PATH: process.env['PATH'], NODE_COMPILE_CACHE: compileCache }
  const child = fork(script, [JSON.stringify(options)], { env, execArgv: ['--no-warnings'] })
  const news: OwnerNews[] = []
  child.on('message', (one: OwnerNews) => news.push(one))
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const started: OwnerProcess = {
    pid: child.pid ?? 0,
    news,
    async hears(wanted, times = 1) {
      const fits = (): number =>
        news.filter((one) =>
          Object.entries(wanted).every(([key, value]) => one[key as keyof OwnerNews] === value),
        ).length
      for (const until = Date.now() + 20_000; fits() < times; await sleep(5))
        if (Date.now() > until) throw new Error(`only heard ${JSON.stringify(news)}`)
    },
    async quit() {
      child.send('quit')
      await exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
  ends.push(() => started.kill())
  return started
}

async function opened(kind: 'app' | 'agent'): Promise<OwnerProcess> {
  const started = start(kind)
  await started.hears({ news: 'open' })
  return started
}

interface Place {
  readonly socketPath?: string
  readonly host?: string
  readonly port?: number
}
interface Reply {
  readonly status: number
  readonly by: string
  readonly pid: number
  readonly local: boolean
  readonly user: string
  readonly body: string
  readonly error?: { readonly code: string }
}

function announced(): { socket: string; remote: string; http: string; local: string; pid: number } {
  return JSON.parse(readFileSync(join(dataFolder, 'profiles/real/run/door.json'), 'utf8')) as never
}

const doors = {
  door: (): Place => ({ socketPath: announced().socket }),
  remote: (): Place => ({ socketPath: announced().remote }),
  http: (): Place => ({ host: '127.0.0.1', port }),
}

interface Asking {
  readonly method?: string
  readonly path?: string
  readonly agent?: Agent
  readonly body?: string
}

function ask(
  place: Place,
  { method = 'GET', path = '/v1/status', agent, body }: Asking = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { 'latchkey-local': announced().local }
    const request = http.request(
      { ...place, method, path, headers, ...(agent ? { agent } : {}) },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, ...(JSON.parse(text) as Omit<Reply, 'status'>) }),
        )
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** What comes once somebody answers there. */
function eventually(door: keyof typeof doors): ReturnType<typeof expect.poll> {
  const attempt = async (): Promise<Reply> => ask(doors[door]())
  return expect.poll(() => attempt().catch(() => null), { timeout: 15_000 })
}

/** A program that asks again and again on one connection, and one that connects anew each time. */
function keepAsking(place: Place): { stop(): Promise<readonly Reply[]> } {
  const asking = new AbortController()
  const keepAlive = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const run = async (agent: Agent): Promise<readonly Reply[]> => {
    const replies: Reply[] = []
    while (!asking.signal.aborted) {
      replies.push(
        await ask(place, { method: 'POST', path: '/v1/token', agent, body: String(replies.length) }),
      )
      await sleep(2)
    }
    return replies
  }
  const running = [run(keepAlive), run(new http.Agent())]
  return {
    async stop() {
      asking.abort()
      const replies = (await Promise.all(running)).flat()
      keepAlive.destroy()
      return replies
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: found } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return found
}

describe('the app takes a profile over from an agent', () => {
  it('and gives it back, twice and once by being killed, and no request of anybody is lost', async () => {
    const agent = await opened('agent')
    const { local } = announced()
    const askers = [doors.door(), doors.remote(), doors.http()].map(keepAsking)
    await sleep(100)
    const first = await opened('app')
    await sleep(150)
    await first.quit()
    await agent.hears({ news: 'open' }, 2)
    await sleep(100)
    const second = await opened('app')
    await sleep(150)
    await second.kill()
    await agent.hears({ news: 'open' }, 3)
    await sleep(100)
    const replies = (await Promise.all(askers.map((asker) => asker.stop()))).flat()
    expect(replies.filter(({ status }) => status !== 200)).toEqual([])
    // The key that programs read before any of it is still the one that shows that they are on this machine.
    expect(replies.filter((reply) => !reply.local)).toEqual([])
    expect(announced().local).toBe(local)
    const answeredBy = new Set(replies.map(({ pid }) => pid))
    expect(answeredBy).toEqual(new Set([agent.pid, first.pid, second.pid]))
  })

  it('after the agent has answered what it was answering', async () => {
    const agent = await opened('agent')
    const slow = ask(doors.door(), { path: '/v1/status?ms=400' })
    await sleep(100)
    const app = await opened('app')
    expect(await slow).toMatchObject({ status: 200, pid: agent.pid })
    expect(await ask(doors.door())).toMatchObject({ by: 'app', pid: app.pid })
  })

  it('and answers what it was asked before it leaves', async () => {
    const agent = await opened('agent')
    const app = await opened('app')
    const slow = ask(doors.http(), { method: 'POST', path: '/v1/command/x?ms=400', body: '1' })
    await sleep(100)
    await app.quit()
    expect(await slow).toMatchObject({ status: 200, by: 'app' })
    await agent.hears({ news: 'open' }, 2)
    expect(await ask(doors.http())).toMatchObject({ by: 'agent' })
  })

  it('knows as well as the agent would who is at the other end', async () => {
    await opened('agent')
    await opened('app')
    expect(await ask(doors.http())).toMatchObject({ by: 'app', user: 'same' })
  })

  it('is killed: a token that was asked for comes from the agent, a command is not done a second time', async () => {
    await opened('agent')
    const app = await opened('app')
    const token = ask(doors.http(), { method: 'POST', path: '/v1/token?ms=600' })
    const command = ask(doors.door(), { method: 'POST', path: '/v1/command/accounts.remove?ms=600' })
    await sleep(150)
    await app.kill()
    expect(await token).toMatchObject({ status: 200, by: 'agent' })
    expect(await command).toMatchObject({ status: 409, error: { code: 'owner-changed' } })
  })

  it('streams through it, until the program goes', async () => {
    await opened('agent')
    const app = await opened('app')
    const lines = await new Promise<string>((resolve, reject) => {
      const request = http.get({ ...doors.door(), path: '/v1/events' }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
          if (text.split('\n').length < 20) return
          request.destroy()
          resolve(text)
        })
      })
      request.on('error', reject)
    })
    expect(lines.split('\n')[10]).toBe('{"tick":10,"by":"app"}')
    await app.hears({ news: 'said', line: 'nobody reads the events any more' })
  })

  it('opens the doors itself when the agent is killed, and a new agent takes them when the app leaves', async () => {
    const agent = await opened('agent')
    const app = await opened('app')
    await agent.kill()
    await eventually('door').toMatchObject({ pid: app.pid })
    await eventually('remote').toMatchObject({ pid: app.pid })
    await eventually('http').toMatchObject({ pid: app.pid })
    const next = start('agent')
    await next.hears({
      news: 'said',
      line: 'The app has the profile. When it leaves, it is served from here.',
    })
    await app.quit()
    await next.hears({ news: 'open' })
    expect(await ask(doors.http())).toMatchObject({ by: 'agent', pid: next.pid })
  })

  it('opens the doors itself when the agent is ended', async () => {
    const agent = await opened('agent')
    const app = await opened('app')
    await agent.quit()
    await eventually('door').toMatchObject({ pid: app.pid })
    await eventually('http').toMatchObject({ pid: app.pid })
  })
})

describe('several at once', () => {
  it('a second agent says who has the profile, and ends', async () => {
    const first = await opened('agent')
    const second = start('agent')
    await second.hears({ news: 'ended', code: 'profile-owned' })
    const line = `Another agent has the real profile already (process ${String(first.pid)}).`
    expect(second.news).toContainEqual({ news: 'said', line })
    expect(await ask(doors.door())).toMatchObject({ pid: first.pid })
  })

  it('a second agent that would wait for the same app ends too', async () => {
    await opened('app')
    const line = 'The app has the profile. When it leaves, it is served from here.'
    await start('agent').hears({ news: 'said', line })
    const second = start('agent')
    await second.hears({ news: 'ended', code: 'profile-owned' })
    expect(second.news).toContainEqual({
      news: 'said',
      line: 'Another agent waits for the real profile already.',
    })
  })

  it.each([0, 1, 2, 3])(
    'app and agent started in the same moment: the app has it in the end (%i)',
    async (round) => {
      const [agent, app] =
        round % 2 === 0 ? [start('agent'), start('app')] : [start('app'), start('agent')].reverse()
      await app?.hears({ news: 'open' })
      await eventually('door').toMatchObject({ by: 'app' })
      await app?.quit()
      await eventually('door').toMatchObject({ by: 'agent' })
      expect(agent?.news.some(({ news }) => news === 'ended')).toBe(false)
    },
  )
})
