/** What our own command does for git, Docker and programs that it starts. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connectProxy } from '../support/connect-proxy.ts'
import { asha } from '../support/real-google.ts'
import { testAuthority } from '../support/test-certificates.ts'
import type { ClientWorld } from './client-world.ts'
import { doorsMissing, emailScope, openClientWorld } from './client-world.ts'
import type { GitHost } from './git-host.ts'
import { startGitHost } from './git-host.ts'
import type { Ended, Environment } from './program.ts'
import { commandOf, isHere, latchkeyCommand, runProgram, titled } from './program.ts'

let world: ClientWorld

beforeAll(async () => {
  if (doorsMissing !== null) return
  world = await openClientWorld()
  await world.arrive(asha)
}, 60_000)
afterAll(() => world?.close())

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Where `latchkey` finds the profile of this test. */
function ownEnvironment(): Environment {
  return { ...world.env, LATCHKEY_DATA_FOLDER: world.dataFolder, LATCHKEY_PROFILE: 'practice' }
}

const notHere = (...names: readonly string[]): boolean => doorsMissing !== null || !isHere(...names)

interface Repository {
  readonly host: GitHost
  git(...args: readonly string[]): Promise<Ended>
}

const address = 'https://source.developers.google.com/p/practice/r/notes'

/** A repository at one of Google's hosts, as git sees it. */
async function openRepository(): Promise<Repository> {
  const folder = join(world.dataFolder, '..', 'git')
  const work = join(folder, 'work')
  const place = join(folder, 'served/p/practice/r')
  await mkdir(work, { recursive: true })
  await mkdir(place, { recursive: true })
  const plain = { env: { ...world.env, GIT_CONFIG_NOSYSTEM: '1' }, cwd: work }
  const line = commandOf('git')
  await writeFile(join(work, 'note.txt'), 'a line\n')
  const person = ['-c', 'user.name=A', '-c', 'user.email=a@example.com']
  for (const args of [
    ['init', '-q'],
    ['add', '.'],
    [...person, 'commit', '-q', '-m', 'first'],
  ])
    await runProgram([...line, ...args], plain)
  await runProgram([...line, 'clone', '-q', '--bare', '.', join(place, 'notes')], plain)

  const authority = testAuthority('git hosts')
  const ca = join(folder, 'ca.pem')
  await writeFile(ca, authority.caPem)
  const tls = authority.issue('source.developers.google.com')
  const accepts = async (token: string): Promise<boolean> => (await world.ownerOf(token)) !== null
  const host = await startGitHost({ folder: join(folder, 'served'), tls, accepts })
  const way = await connectProxy({ port: host.port })
  ends.push(
    () => host.close(),
    () => way.close(),
  )
  const settings = {
    'credential.https://source.developers.google.com.helper': `!${latchkeyCommand.join(' ')} git-credential`,
    'http.proxy': `http://127.0.0.1:${String(way.port)}`,
    'http.sslCAInfo': ca,
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const env = { ...ownEnvironment(), GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' }
  return { host, git: (...args) => runProgram([...line, ...options, ...args], { env, cwd: world.home }) }
}

describe.skipIf(notHere('git'))(titled('git'), () => {
  it('clones from a host of Google with a token, after one yes, until that is taken back', async () => {
    const { git, host } = await openRepository()
    const cloning = git('clone', '-q', address, 'notes')
    expect(await world.door.answerNext('always')).toMatchObject({ remote: false, email: asha.email })
    expect(await cloning).toMatchObject({ code: 0 })
    expect(await readFile(join(world.home, 'notes/note.txt'), 'utf8')).toBe('a line\n')

    const seen = host.users.length
    expect(await git('ls-remote', address)).toMatchObject({ code: 0 })
    expect(host.users.length).toBeGreaterThan(seen)
    expect(await world.lastingSecretInFiles()).toBeNull()

    const { leases } = await world.door.command('app.snapshot', {})
    for (const { leaseId } of leases) await world.door.command('leases.end', { leaseId })
    const refused = git('ls-remote', address)
    await world.door.answerNext('no')
    const { code, stderr } = await refused
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/Somebody answered no/)
  })
})

describe.skipIf(doorsMissing !== null)('the credential helper of Docker', () => {
  const ask = (server: string): Promise<Ended> =>
    runProgram([...latchkeyCommand, 'docker-credential', 'get'], { env: ownEnvironment(), input: server })

  it('gives a token for a registry of Google, and nothing for another', async () => {
    const asking = ask('europe-docker.pkg.dev')
    await world.door.answerNext('once')
    const given = JSON.parse((await asking).stdout) as { Username: string; Secret: string }
    expect(given.Username).toBe('oauth2accesstoken')
    expect(await world.ownerOf(given.Secret)).toBe(asha.email)
    expect(await ask('registry.example.com')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/not found/) as unknown,
    })
  })
})

describe.skipIf(notHere('google-auth'))('latchkey exec', () => {
  it('starts a program of Google’s library with access that ends with it, past a proxy', async () => {
    const proxy = await connectProxy({ port: 9, breaks: 403 })
    ends.push(() => proxy.close())
    const line = [...latchkeyCommand, 'exec', '--account', asha.email, '--', ...commandOf('google-auth')]
    const env = { ...ownEnvironment(), HTTP_PROXY: `http://127.0.0.1:${String(proxy.port)}` }
    const options = { env, input: 'use\n' }
    const { stdout, stderr, code } = await runProgram([...line, world.userinfo, emailScope], options)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({ ok: true, status: 200, email: asha.email })
    const { leases } = await world.door.command('app.snapshot', {})
    const ours = leases.filter(({ label }) => label.startsWith('exec '))
    expect(ours.length).toBeGreaterThan(0)
    expect(ours.filter(({ ended }) => ended === null)).toEqual([])
  })
})
