/** The socket forwarded to another machine by a real ssh: short-lived tokens go there, and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asha } from '../support/real-google.ts'
import { filesBelow } from '../support/real-profile.ts'
import type { ClientWorld } from './client-world.ts'
import { doorsMissing, emailScope, openClientWorld } from './client-world.ts'
import type { Ended } from './program.ts'
import { clients, isHere, latchkeyCommand } from './program.ts'
import type { SshServer } from './ssh-server.ts'
import { sshPrograms, startSshServer } from './ssh-server.ts'

const here = doorsMissing === null && isHere(...sshPrograms)
const reasons = sshPrograms.map((name) => clients.missing[name]).filter((reason) => reason !== undefined)
const title = reasons.length === 0 ? 'over ssh' : `over ssh (${reasons.join(', ')})`

let world: ClientWorld
let server: SshServer

beforeAll(async () => {
  if (!here) return
  world = await openClientWorld()
  await world.arrive(asha)
  server = await startSshServer()
}, 60_000)
afterAll(async () => {
  await server?.close()
  await world?.close()
})

/** What a program on the server asks with curl, the one that every server has. */
async function askThere(body: object, ask = 'wait'): Promise<Ended> {
  const { remote } = await world.door.announcement()
  const text = JSON.stringify({
    program: { name: 'deploy', host: 'build-7' },
    scopes: [emailScope],
    ask,
    ...body,
  })
  const curl = `curl -sS --unix-socket ${server.socket} -d '${text}' http://localhost/v1/token`
  return server.run(remote, curl)
}

function codeIn({ stdout, stderr }: Ended): string {
  if (stdout === '') throw new Error(stderr)
  return (JSON.parse(stdout) as { error?: { code: string } }).error?.code ?? 'none'
}

describe.skipIf(!here)(title, () => {
  it('a question from there is marked as one, and a token goes there after a yes', async () => {
    const asking = askThere({})
    const ask = await world.door.answerNext('once')
    expect(ask).toMatchObject({
      remote: true,
      program: { name: 'deploy', host: 'build-7', certainty: 'claimed' },
    })
    const { access_token: token } = JSON.parse((await asking).stdout) as { access_token: string }
    expect(await world.ownerOf(token)).toBe(asha.email)
  })

  it('our own command works there with the forwarded socket', async () => {
    const { remote } = await world.door.announcement()
    const line = `LATCHKEY_SOCKET=${server.socket} ${latchkeyCommand.join(' ')} token --scopes ${emailScope}`
    const asking = server.run(remote, line)
    expect(await world.door.answerNext('once')).toMatchObject({ remote: true, program: { name: 'latchkey' } })
    expect(await world.ownerOf((await asking).stdout.trim())).toBe(asha.email)
  })

  it('no yes for this machine answers it; one for another machine does, until it is taken back', async () => {
    const body = { program: { name: 'deploy', host: 'build-7' }, scopes: [emailScope] }
    const asked = world.door.post('/v1/token', body)
    expect(await world.door.answerNext('always')).toMatchObject({ remote: false })
    expect((await asked).status).toBe(200)
    expect((await world.door.post('/v1/token', { ...body, ask: 'never' })).status).toBe(200)
    expect(codeIn(await askThere({}, 'never'))).toBe('lease-needed')

    const asking = askThere({})
    await world.door.answerNext('always')
    const { lease } = JSON.parse((await asking).stdout) as { lease: string }
    expect(await world.door.leaseNow(lease)).toMatchObject({ remote: true, ended: null })
    expect(codeIn(await askThere({}, 'never'))).toBe('none')
    await world.door.command('leases.end', { leaseId: lease })
    expect(codeIn(await askThere({}, 'never'))).toBe('lease-needed')
  })

  it('nothing but tokens is to be had there, whatever it says of itself', async () => {
    const { remote, local } = await world.door.announcement()
    const line = `curl -sS --unix-socket ${server.socket} -H 'Latchkey-Local: ${local}'`
    const paths = [
      '-d {} http://localhost/v1/command/app.snapshot',
      'http://localhost/v1/events',
      'http://localhost/v1/ledger',
    ]
    for (const path of paths) expect(codeIn(await server.run(remote, `${line} ${path}`))).toBe('local-only')
    const status = JSON.parse(
      (await server.run(remote, `${line} http://localhost/v1/status`)).stdout,
    ) as object
    expect(Object.keys(status).toSorted()).toEqual(['locked', 'protocol', 'remote', 'version'])
  })

  it('while the doors are locked, and when they are gone, the server is told so', async () => {
    await world.door.command('doors.lock', {})
    expect(codeIn(await askThere({}))).toBe('doors-locked')
    await world.door.command('doors.unlock', {})
    const gone = await server.run(
      '/nowhere/at/all',
      `curl -sS --max-time 5 --unix-socket ${server.socket} http://localhost/v1/status`,
    )
    expect(gone).toMatchObject({ stdout: '' })
    expect(gone.code).not.toBe(0)
  })

  it('a program that keeps all that it was given there keeps nothing that lasts', async () => {
    const { remote } = await world.door.announcement()
    const body = JSON.stringify({ program: { name: 'keeper' }, ask: 'wait' })
    const line = `curl -sS -v --unix-socket ${server.socket} -d '${body}' http://localhost/v1/token > all 2>&1; env > env`
    const asking = server.run(remote, line)
    await world.door.answerNext('always')
    await asking
    const kept = (await filesBelow(server.home)).map(({ bytes }) => bytes.toString('latin1')).join('\n')
    expect(kept).toContain('access_token')
    expect(world.lastingSecretIn(kept)).toBeNull()
    const { local } = await world.door.announcement()
    expect(kept).not.toContain(local)
  })
})
