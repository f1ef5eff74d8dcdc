/** Who speaks protocol 1 over the socket of the doors, as our own command line does. */
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { doorFolderOf } from '../../electron/adapters/doors/door-folder.ts'
import { doorFiles } from '../../electron/adapters/doors/door-paths.ts'
import type { CommandName, CommandParams, CommandResult } from '../../electron/contract/commands.ts'
import type { AskAnswer, AskView, LeaseView, LeaseWish } from '../../electron/contract/doors.ts'
import { leaseWishSchema } from '../../electron/contract/doors.ts'

/** `door.json`. */
export interface Announcement {
  readonly protocol: number
  readonly socket: string
  readonly remote: string
  readonly http: string | null
  readonly local: string
}

export interface DoorReply {
  readonly status: number
  readonly body: string
}

export interface GivenLease {
  readonly lease: LeaseView
  readonly handle: string | null
  readonly address?: string
  readonly file?: string
}

export interface DoorUser {
  /** As it stands in the folder now. */
  announcement(): Promise<Announcement>
  post(path: string, body: unknown): Promise<DoorReply>
  get(path: string): Promise<DoorReply>
  /** Gives a lease; what is left out is the widest. */
  lease(wish: Partial<LeaseWish> & Pick<LeaseWish, 'door' | 'label'>): Promise<GivenLease>
  command<N extends CommandName>(name: N, params: CommandParams<N>): Promise<CommandResult<N>>
  /** The lease as the window shows it. */
  leaseNow(leaseId: string): Promise<LeaseView>
  /** Waits for the question of a program and answers it as somebody at the window does; answers what was asked. */
  answerNext(answer: AskAnswer): Promise<AskView>
}

const patienceMs = 20_000

const widest: Omit<LeaseWish, 'door' | 'label'> = {
  accountId: null,
  clientId: null,
  scopes: null,
  term: 'always',
  expiresAt: null,
  remote: false,
  file: null,
  quotaProject: null,
  port: null,
}

export function doorUser(dataFolder: string): DoorUser {
  const { platform, env } = process
  const folder = doorFolderOf({ platform, env, home: dataFolder, dataFolder, profile: 'practice' })
  const announcement = async (): Promise<Announcement> =>
    JSON.parse(await readFile(join(folder, doorFiles.announcement), 'utf8')) as Announcement
  const ask = async (method: 'GET' | 'POST', path: string, body: string | null): Promise<DoorReply> => {
    const { socket, local } = await announcement()
    return askSocket(socket, { method, path, body, headers: { 'latchkey-local': local } })
  }
  const post: DoorUser['post'] = (path, body) => ask('POST', path, JSON.stringify(body))
  const get: DoorUser['get'] = (path) => ask('GET', path, null)
  const command: DoorUser['command'] = async (name, params) => {
    const { value } = good(await post(`/v1/command/${name}`, params)) as { value: never }
    return value
  }
  return {
    announcement,
    post,
    get,
    command,
    async lease(wish) {
      const whole: LeaseWish = { ...widest, ...wish }
      const sent = Object.fromEntries(
        Object.keys(leaseWishSchema.entries).map((key) => [key, whole[key as 'door']]),
      )
      return good(await post('/v1/lease', sent)) as GivenLease
    },
    async leaseNow(leaseId) {
      const { leases } = await command('app.snapshot', {})
      const found = leases.find((lease) => lease.leaseId === leaseId)
      if (!found) throw new Error('there is no such lease')
      return found
    },
    async answerNext(answer) {
      for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(20)) {
        const [ask] = (await command('app.snapshot', {})).asks
        if (!ask) continue
        await command('asks.answer', { askId: ask.askId, answer, scopes: null })
        return ask
      }
      throw new Error('nobody asked')
    },
  }
}

interface Asked {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body: string | null
  readonly headers: Readonly<Record<string, string>>
}

/** One request over a socket. */
export function askSocket(socketPath: string, { method, path, body, headers }: Asked): Promise<DoorReply> {
  const type =
    body === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath, method, path, headers: { ...type, ...headers }, agent: false },
      (answer) => {
        let text = ''
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }))
      },
    )
    sent.on('error', reject)
    sent.end(body ?? undefined)
  })
}

function good({ status, body }: DoorReply): unknown {
  const value = JSON.parse(body) as { error?: { code: string } }
  if (status !== 200) throw new Error(`the door said ${String(status)} ${value.error?.code ?? ''}`)
  return value
}
