/** Programs that people have, with the lines that the README gives for them. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectProxy } from '../support/connect-proxy.ts'
import { connectProxy } from '../support/connect-proxy.ts'
import { asha } from '../support/real-google.ts'
import type { ClientWorld } from './client-world.ts'
import { doorsMissing, emailScope, openClientWorld } from './client-world.ts'
import type { GivenLease } from './door-user.ts'
import type { Ended, Environment } from './program.ts'
import { commandOf, isHere, runProgram, titled } from './program.ts'

const storageScope = 'https://www.googleapis.com/auth/devstorage.full_control'

let world: ClientWorld
let accountId: string
/** The way to all that is not on this machine: it leads nowhere and writes down who came. */
let outside: ConnectProxy

beforeAll(async () => {
  if (doorsMissing !== null) return
  world = await openClientWorld()
  accountId = await world.arrive(asha, [storageScope])
}, 60_000)
afterAll(() => world?.close())

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function withoutNetwork(): Promise<Environment> {
  outside = await connectProxy({ port: 9, breaks: 403 })
  ends.push(() => outside.close())
  const proxy = `http://127.0.0.1:${String(outside.port)}`
  return { ...world.env, HTTPS_PROXY: proxy, HTTP_PROXY: proxy, NO_PROXY: '127.0.0.1' }
}

async function takeBack({ lease }: GivenLease): Promise<void> {
  await world.door.command('leases.end', { leaseId: lease.leaseId })
}

const notHere = (name: string): boolean => doorsMissing !== null || !isHere(name)

describe.skipIf(notHere('gcloud'))(titled('gcloud'), () => {
  it(
    'takes the token from a file that is kept fresh, and nothing from the network',
    { timeout: 90_000 },
    async () => {
      const given = await world.door.lease({ door: 'gcloud', label: 'gcloud', accountId })
      const file = given.file ?? given.lease.file ?? ''
      const env = { ...(await withoutNetwork()), CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: file }
      const print = (): Promise<Ended> =>
        runProgram([...commandOf('gcloud'), 'auth', 'print-access-token'], { env, limitMs: 60_000 })

      const first = await print()
      expect(await world.ownerOf(first.stdout.trim())).toBe(asha.email)

      const old = await readFile(file, 'utf8')
      await world.endTokens()
      await until(async () => (await readFile(file, 'utf8')) !== old)
      const second = await print()
      expect(second.stdout).not.toBe(first.stdout)
      expect(await world.ownerOf(second.stdout.trim())).toBe(asha.email)

      await takeBack(given)
      await until(async () => !existsSync(file) || (await readFile(file, 'utf8')) === '')
      const third = await print()
      expect({ code: third.code, stdout: third.stdout }).toEqual({ code: 1, stdout: '' })
      expect(third.stderr).toMatch(/No access token could be obtained|Unable to read file/)
      expect(outside.asked).toEqual([])
    },
  )

  it(
    'prints a token of the file for libraries, and our words when the lease is gone',
    { timeout: 90_000 },
    async () => {
      const file = join(world.home, 'gcloud-adc.json')
      const given = await world.door.lease({ door: 'adc', label: 'gcloud with libraries', accountId, file })
      const env = { ...(await withoutNetwork()), GOOGLE_APPLICATION_CREDENTIALS: file }
      const line = [...commandOf('gcloud'), 'auth', 'application-default', 'print-access-token']
      const { stdout } = await runProgram(line, { env, limitMs: 60_000 })
      expect(await world.ownerOf(stdout.trim())).toBe(asha.email)
      await takeBack(given)
      const after = await runProgram(line, { env, limitMs: 60_000 })
      expect({ code: after.code, stdout: after.stdout }).toEqual({ code: 1, stdout: '' })
      expect(after.stderr).toMatch(/Latchkey: The lease .+ was taken back\./)
    },
  )
})

/** Waits until something holds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50)) if (await holds()) return
  throw new Error('it did not come')
}

describe.skipIf(notHere('rclone'))(titled('rclone'), () => {
  const list = (env: Environment, ...remote: readonly string[]): Promise<Ended> => {
    const once = ['--retries', '1', '--low-level-retries', '1', '--config', '']
    return runProgram([...commandOf('rclone'), 'lsd', ...remote, ...once], { env })
  }

  it('refreshes at the door of libraries for Drive, with a handle in its token', async () => {
    const file = join(world.home, 'rclone-adc.json')
    const given = await world.door.lease({ door: 'adc', label: 'rclone', accountId, file })
    const adc = JSON.parse(await readFile(file, 'utf8')) as { refresh_token: string; token_url: string }
    const token = {
      access_token: 'none',
      token_type: 'Bearer',
      refresh_token: adc.refresh_token,
      expiry: '2020-01-01T00:00:00Z',
    }
    const env = {
      ...(await withoutNetwork()),
      RCLONE_CONFIG_WORK_TYPE: 'drive',
      RCLONE_CONFIG_WORK_CLIENT_ID: 'latchkey',
      RCLONE_CONFIG_WORK_CLIENT_SECRET: 'latchkey-lease',
      RCLONE_CONFIG_WORK_TOKEN_URL: adc.token_url.replace('//', '//latchkey:latchkey-lease@'),
      RCLONE_CONFIG_WORK_TOKEN: JSON.stringify(token),
    }
    await list(env, 'work:')
    // It has a token and goes to Drive with it, which cannot be reached from here.
    expect(outside.asked).toContain('www.googleapis.com:443')
    expect((await world.door.leaseNow(given.lease.leaseId)).uses).toBe(1)

    await takeBack(given)
    const asked = outside.asked.length
    const { code, stderr } = await list(env, 'work:')
    expect(code).toBe(1)
    expect(stderr).toMatch(/Latchkey: The lease .+ was taken back\./)
    expect(outside.asked).toHaveLength(asked)
  })

  it('finds the metadata server by itself for Cloud Storage', async () => {
    const given = await world.door.lease({ door: 'metadata', label: 'rclone storage', accountId })
    const storage = await startStorage()
    const env = { ...(await withoutNetwork()), GCE_METADATA_HOST: given.address ?? '' }
    await list(env, ':gcs:bucket', '--gcs-endpoint', storage.address)
    const headers = { authorization: storage.authorizations[0] ?? '' }
    const answer = await fetch(`${world.google.issuer}/tokeninfo`, { headers })
    expect(await answer.json()).toMatchObject({ scope: storageScope })

    await takeBack(given)
    const { code, stderr } = await list(env, ':gcs:bucket', '--gcs-endpoint', storage.address)
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/Latchkey: The lease .+ was taken back\./)
  })
})

interface Storage {
  readonly address: string
  readonly authorizations: readonly string[]
}

/** A Cloud Storage whose buckets are empty. */
async function startStorage(): Promise<Storage> {
  const authorizations: string[] = []
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization ?? '')
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"kind":"storage#objects"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    address: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/storage/v1/`,
    authorizations,
  }
}

describe.skipIf(notHere('curl'))(titled('curl'), () => {
  /** The header comes from standard input: arguments are seen by everybody on the machine. */
  const curl = (header: string, ...args: readonly string[]): Promise<Ended> =>
    runProgram([...commandOf('curl'), '-sS', '-H', '@-', '-X', 'POST', ...args], {
      env: world.env,
      input: `${header}\n`,
    })

  it('gets a token over HTTP with the handle of a lease, until that is taken back', async () => {
    const given = await world.door.lease({ door: 'http', label: 'curl', accountId })
    const { http } = await world.door.announcement()
    const header = `Authorization: Bearer ${given.handle ?? ''}`
    const address = `http://${http ?? ''}/v1/token`
    const { stdout } = await curl(header, address)
    const { access_token: token } = JSON.parse(stdout) as { access_token: string }
    expect(await world.ownerOf(token)).toBe(asha.email)
    await takeBack(given)
    const after = await curl(header, address)
    expect(JSON.parse(after.stdout)).toMatchObject({ error: { code: 'lease-taken-back' } })
  })

  it('gets a token over the socket after somebody said yes, and none after a no', async () => {
    const { socket, local } = await world.door.announcement()
    const body = JSON.stringify({ program: { name: 'prompt' }, scopes: [emailScope] })
    const line = ['--unix-socket', socket, '-d', body, 'http://localhost/v1/token']
    const asking = curl(`Latchkey-Local: ${local}`, ...line)
    expect(await world.door.answerNext('once')).toMatchObject({ remote: false, scopes: [emailScope] })
    const { access_token: token } = JSON.parse((await asking).stdout) as { access_token: string }
    expect(await world.ownerOf(token)).toBe(asha.email)
    const again = curl(`Latchkey-Local: ${local}`, ...line)
    await world.door.answerNext('no')
    expect(JSON.parse((await again).stdout)).toMatchObject({ error: { code: 'ask-refused' } })
  })
})
