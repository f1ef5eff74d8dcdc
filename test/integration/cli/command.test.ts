/** The command as a process, against an owner that answers as each test says. */
import { chownSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StubOwner } from '../../support/stub-owner.ts'
import { failure, localKey, startStubOwner } from '../../support/stub-owner.ts'
import { sampleAsk, sampleLease } from '../../support/sample-doors.ts'
import { sampleClient, sampleFlow, sampleSnapshot } from '../../support/sample-state.ts'

const secret = 'ya29.a-token-that-is-given-out'
const token = {
  ...{ access_token: secret, token_type: 'Bearer', expires_in: 3000, expires_at: 1_900_000_000_000 },
  ...{ scopes: ['openid'], account: 'work@example.com', account_id: 'account-1', client: 'client-1' },
  ...{ project: null, quota_project: null, lease: 'lease-1' },
}

let owner: StubOwner
beforeEach(async () => {
  owner = await startStubOwner()
  owner.on('/v1/token', () => ({ body: token }))
})
afterEach(() => owner.close())

const asksFor = (path: string) => owner.asked.filter((asked) => asked.path === path)

describe('latchkey token', () => {
  it.each([
    [[], `${secret}\n`],
    [['--format', 'header'], `Authorization: Bearer ${secret}\n`],
    [['--format', 'json'], `${JSON.stringify(token)}\n`],
    [['--json'], `${JSON.stringify(token)}\n`],
    [
      ['--format', 'env'],
      `export GOOGLE_OAUTH_ACCESS_TOKEN='${secret}'\nexport CLOUDSDK_AUTH_ACCESS_TOKEN='${secret}'\n`,
    ],
  ])('prints it with %j and nothing beside it', async (args, stdout) => {
    expect(await owner.run(['token', ...args])).toEqual({ code: 0, stdout, stderr: '' })
  })

  it('asks for what was named, says who asks, and shows that it is on this machine', async () => {
    const args = ['--account', 'work', '--scopes', 'drive.readonly,openid', '--min-ttl', '600']
    await owner.run(['token', ...args], { env: { LATCHKEY_ACCOUNT: 'other' } })
    const [asked] = asksFor('/v1/token')
    expect(asked?.headers['latchkey-local']).toBe(localKey)
    expect(asked?.body).toEqual({
      ...{ account: 'work', environment: 'other', minTtlMs: 600_000, ask: 'wait' },
      scopes: ['https://www.googleapis.com/auth/drive.readonly', 'openid'],
      ...{ folder: join(owner.dataFolder, '..'), pid: expect.any(Number) as number },
    })
  })

  it('counts as another machine over a socket that was forwarded, and shows no key there', async () => {
    const ended = await owner.run(['token'], { env: { LATCHKEY_SOCKET: owner.socket } })
    expect(ended).toMatchObject({ code: 0, stdout: `${secret}\n` })
    const [asked] = asksFor('/v1/token')
    expect(asked?.headers).not.toHaveProperty('latchkey-local')
    expect(asked?.body).not.toHaveProperty('pid')
    expect(asked?.body).toMatchObject({ program: { name: 'latchkey', host: hostname() } })
  })

  it.each([
    ['lease-over', false, 5],
    ['ask-unanswered', true, 5],
    ['doors-locked', false, 5],
    ['network-offline', true, 6],
    ['token-dead', false, 1],
    ['a-code-of-tomorrow', false, 1],
  ])('ends %s in a way that scripts can tell, in the owner’s words', async (code, retryable, exit) => {
    owner.on('/v1/token', () => ({ status: 503, body: failure(code, 'It \u001B[31mfailed.', retryable) }))
    const stderr = 'latchkey: It �[31mfailed.\nDo something.\n'
    expect(await owner.run(['token'])).toEqual({ code: exit, stdout: '', stderr })
    const json = await owner.run(['token', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code, retryable } })
    expect(json.code).toBe(exit)
  })
})

describe('finding the owner', () => {
  it('says that nobody has the profile, and how to start', async () => {
    writeFileSync(join(owner.dataFolder, 'profiles/real/run/door.json'), 'nonsense', { mode: 0o600 })
    const ended = await owner.run(['token'])
    expect(ended.code).toBe(4)
    expect(ended.stderr).toContain('latchkey agent')
    expect((await owner.run(['token', '--practice'])).code).toBe(4)
  })

  it('waits while one owner gives the profile to another', async () => {
    await owner.stopListening()
    const running = owner.run(['token'])
    setTimeout(() => void owner.listen(), 900)
    expect(await running).toMatchObject({ code: 0, stdout: `${secret}\n` })
  })

  it('asks again what an owner that leaves did not take', async () => {
    let times = 0
    owner.on('/v1/token', () => {
      times += 1
      return times < 3 ? { status: 503, body: failure('owner-silent', 'Leaving.', true) } : { body: token }
    })
    expect(await owner.run(['token'])).toMatchObject({ code: 0, stdout: `${secret}\n` })
    expect(times).toBe(3)
  })

  it('gives up after three seconds', async () => {
    await owner.stopListening()
    const started = performance.now()
    expect((await owner.run(['token'])).code).toBe(4)
    expect(performance.now() - started).toBeGreaterThan(2900)
    expect(performance.now() - started).toBeLessThan(6000)
  })

  it('does not do twice what cannot be done twice', async () => {
    let times = 0
    owner.on('/v1/command/*', (_asked, response) => {
      times += 1
      response.destroy()
      return undefined
    })
    expect((await owner.run(['lock'])).code).toBe(6)
    expect(times).toBe(1)
  })

  it.skipIf(process.getuid?.() !== 0)(
    'sends nothing to a socket or an announcement of somebody else',
    async () => {
      chownSync(owner.socket, 65534, 65534)
      const foreign = await owner.run(['token'])
      expect(foreign).toMatchObject({ code: 1, stdout: '' })
      expect(foreign.stderr).toContain('belongs to somebody else')
      chownSync(owner.socket, 0, 0)
      chownSync(join(owner.dataFolder, 'profiles/real/run/door.json'), 65534, 65534)
      expect((await owner.run(['token'])).code).toBe(1)
      expect(owner.asked).toEqual([])
    },
  )

  it('says that the owner speaks another protocol', async () => {
    owner.announce({ protocol: 2, version: '9.9' })
    const ended = await owner.run(['token'])
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('9.9')
  })
})

describe('a question on a terminal', () => {
  const ask = sampleAsk(0)

  function askingOwner(): void {
    let answered: (() => void) | null = null
    owner.on('/v1/token', ({ body }, response) => {
      if (body['askId'] === undefined) return { status: 202, body: { ask } }
      answered = () => response.end(JSON.stringify(token))
      return undefined
    })
    owner.on('/v1/command/asks.answer', () => {
      setTimeout(() => answered?.(), 50)
      return { body: { value: null } }
    })
  }

  it('is asked where somebody sits, and its answer goes to the owner', async () => {
    askingOwner()
    const ended = await owner.run(['token'], { typed: [['or [n]o?', 's']] })
    expect(ended.stdout).toContain(`terraform in /home/asha/infra asks for ${ask.email}`)
    expect(ended.stdout).toContain(secret)
    expect(ended.code).toBe(0)
    expect(asksFor('/v1/token').map(({ body }) => body['ask'])).toEqual(['tell', 'tell'])
    const [told] = asksFor('/v1/command/asks.answer')
    expect(told?.body).toEqual({ askId: ask.askId, answer: 'session', scopes: null })
  })

  it('takes n for no', async () => {
    askingOwner()
    await owner.run(['token'], { typed: [['or [n]o?', 'n']] })
    const [told] = asksFor('/v1/command/asks.answer')
    expect(told?.body).toEqual({ askId: ask.askId, answer: 'no', scopes: null })
  })

  it('takes fewer scopes, and keeps them when a number is mistyped', async () => {
    askingOwner()
    const typed = [
      ['or [n]o?', 'f'],
      ['between:', '1'],
      ['or [n]o?', 'f'],
      ['between:', '99'],
      ['or [n]o?', 'o'],
    ] as const
    await owner.run(['token'], { typed })
    const [told] = asksFor('/v1/command/asks.answer')
    expect(told?.body).toEqual({ askId: ask.askId, answer: 'once', scopes: [ask.scopes[0]] })
  })

  it('is over when the window answers first', async () => {
    owner.on('/v1/token', ({ body }) =>
      body['askId'] === undefined ? { status: 202, body: { ask } } : { body: token },
    )
    const ended = await owner.run(['token'], { typed: [] })
    expect(ended.stdout).toContain(secret)
    expect(asksFor('/v1/command/asks.answer')).toEqual([])
  })

  it('is coloured there, and not where colours are not wanted', async () => {
    owner.on('/v1/token', () => ({ status: 403, body: failure('lease-over', 'Over.') }))
    expect((await owner.run(['token'], { typed: [] })).stdout).toContain('\u001B[31mlatchkey:')
    const plain = await owner.run(['token'], { typed: [], env: { NO_COLOR: '1' } })
    expect(plain.stdout).toContain('latchkey: Over.')
    expect(plain.stdout).not.toContain('\u001B')
  })
})

describe('latchkey exec', () => {
  const snapshot = sampleSnapshot(1)
  const [account] = snapshot.accounts

  beforeEach(() => {
    owner.on('/v1/command/app.snapshot', () => ({ body: { value: snapshot } }))
    const outcome = { kind: 'account', accountId: account?.accountId, clientId: null, reason: 'active' }
    const who = { folder: null, outcome, decidedIn: null, declaration: null }
    owner.on('/v1/command/who.ask', () => ({ body: { value: who } }))
    owner.on('/v1/command/leases.end', () => ({ body: { value: null } }))
    owner.on('/v1/lease', ({ body: { door, file } }) => {
      const lease = sampleLease(0, { leaseId: `lease-${String(door)}`, file: null })
      if (door === 'adc') writeFileSync(String(file), '{}')
      const tokenFile = join(owner.dataFolder, 'gcloud.token')
      if (door === 'gcloud') writeFileSync(tokenFile, secret)
      const places = door === 'metadata' ? { address: '127.0.0.1:20001' } : { file: file ?? tokenFile }
      return { body: { lease, handle: 'latchkey.handle', ...places } }
    })
  })

  it('gives the program its environment, and takes everything back when it ends', async () => {
    const print = 'echo "$GOOGLE_APPLICATION_CREDENTIALS $CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"; exit 7'
    const ended = await owner.run(['exec', '--as', 'gcloud', '--', 'sh', '-c', print])
    expect(ended.code).toBe(7)
    const [adc = '', gcloud] = ended.stdout.trim().split(' ')
    expect(adc).toMatch(/application_default_credentials\.json$/)
    expect(gcloud).toBe(join(owner.dataFolder, 'gcloud.token'))
    expect(existsSync(join(adc, '..'))).toBe(false)
    const ends = asksFor('/v1/command/leases.end').map(({ body }) => body['leaseId'])
    expect(ends).toEqual(['lease-adc', 'lease-gcloud'])
    expect(asksFor('/v1/lease').map(({ body }) => body['term'])).toEqual(['session', 'session'])
  })

  it('keeps a file fresh only for those who read it', async () => {
    const ended = await owner.run(['exec', 'sh', '-c', 'echo "[$CLOUDSDK_AUTH_ACCESS_TOKEN_FILE]"'])
    expect(ended.stdout).toBe('[]\n')
    expect(asksFor('/v1/lease').map(({ body }) => body['door'])).toEqual(['adc'])
  })

  it('takes back what was given while somebody pressed Ctrl+C, and starts nothing then', async () => {
    const given = sampleLease(0, { leaseId: 'lease-late', file: null })
    owner.on('/v1/lease', (_asked, response) => {
      writeFileSync(join(owner.dataFolder, '../asked'), '')
      setTimeout(() => response.end(JSON.stringify({ lease: given, handle: 'latchkey.handle' })), 1000)
      return undefined
    })
    const shell = `latchkey exec sh -c 'echo started' & for i in $(seq 200); do [ -e asked ] && break; sleep 0.05; done; kill -TERM $!; wait $!; echo $?`
    expect((await owner.run([], { shell })).stdout).toBe('130\n')
    expect(asksFor('/v1/command/leases.end').map(({ body }) => body['leaseId'])).toEqual(['lease-late'])
  })

  it('takes everything back although nobody reads what is said any more', async () => {
    const shell = `latchkey exec --json no-such-program 2>&1 >/dev/null | true; latchkey exec --as terraform sh -c 'exit 3' 2>&1 | true; echo "\${PIPESTATUS[0]}"`
    expect((await owner.run([], { shell })).stdout).toBe('3\n')
    expect(asksFor('/v1/command/leases.end')).toHaveLength(3)
  })

  it('gives a program that takes nothing else one token, from a lease of its own', async () => {
    const ended = await owner.run([
      'exec',
      '--as',
      'terraform',
      'sh',
      '-c',
      'echo $GOOGLE_OAUTH_ACCESS_TOKEN',
    ])
    expect(ended.stdout).toBe(`${secret}\n`)
    expect(ended.stderr).toContain('50 minutes')
    expect(asksFor('/v1/token')[0]?.headers.authorization).toBe('Bearer latchkey.handle')
  })

  it('points at a metadata server', async () => {
    const print =
      'echo "$GCE_METADATA_HOST $METADATA_SERVER_DETECTION [$GOOGLE_APPLICATION_CREDENTIALS]"; ls -A "$CLOUDSDK_CONFIG" | wc -l'
    const ended = await owner.run(['exec', '--metadata', 'sh', '-c', print], {
      env: { GOOGLE_APPLICATION_CREDENTIALS: '/old.json' },
    })
    expect(ended.stdout).toBe('127.0.0.1:20001 assume-present []\n0\n')
  })

  it('hands signals on, and ends as the program did, with its leases taken back', async () => {
    const child = 'trap "echo caught; exit 9" TERM; echo ready; for i in $(seq 200); do sleep 0.05; done'
    const shell = `latchkey exec sh -c '${child}' > out.txt & for i in $(seq 200); do grep -q ready out.txt 2>/dev/null && break; sleep 0.05; done; kill -TERM $!; wait $!; echo "$?"; cat out.txt`
    const ended = await owner.run([], { shell })
    expect(ended.stdout).toBe('9\nready\ncaught\n')
    const killed = await owner.run(['exec', 'sh', '-c', 'kill -KILL $$'])
    expect(killed.code).toBe(137)
    expect(asksFor('/v1/command/leases.end')).toHaveLength(2)
  })

  it('says that there is no such program', async () => {
    const ended = await owner.run(['exec', 'no-such-program-here'])
    expect(ended).toMatchObject({ code: 127, stdout: '' })
    expect(asksFor('/v1/command/leases.end')).toHaveLength(1)
  })

  it('leaves nothing behind where a lease could not be given', async () => {
    owner.on('/v1/lease', () => ({ status: 403, body: failure('doors-locked', 'Locked.') }))
    const ended = await owner.run(['exec', 'true'], { env: { TMPDIR: owner.dataFolder } })
    expect(ended.code).toBe(5)
    expect(existsSync(owner.dataFolder)).toBe(true)
    const left = await owner.run([], { shell: `ls -d '${owner.dataFolder}'/latchkey-* | wc -l` })
    expect(left.stdout.trim()).toBe('0')
  })
})

describe('latchkey login', () => {
  const flowId = 'flow-00000001'

  /** An owner in which a sign-in waits for its answer; `gone` runs once it does. */
  function signingIn(gone: (events: ServerResponse) => void = () => undefined): void {
    const snapshot = sampleSnapshot(0, { clients: [sampleClient(0, { ways: ['loopback'] })] })
    let events: ServerResponse | null = null
    owner.on('/v1/command/app.snapshot', () => ({ body: { value: snapshot } }))
    owner.on('/v1/events', (_asked, response) => {
      events = response
      response.write(`${JSON.stringify({ snapshot })}\n`)
      return undefined
    })
    owner.on('/v1/command/signIn.start', () => {
      const answer = { redirectUri: 'http://127.0.0.1:40001/x', forward: null, paste: true }
      const flow = sampleFlow({ kind: 'waiting', notice: null }, { answer })
      events?.write(`${JSON.stringify({ delta: { revision: 2, flows: { upsert: [flow], remove: [] } } })}\n`)
      return { body: { value: { flowId } } }
    })
    owner.on('/v1/command/signIn.cancel', () => ({ body: { value: null } }))
    owner.on('/v1/sign-in/link', () => {
      if (events) setTimeout(gone, 100, events)
      return { body: { link: 'https://accounts.google.com/x' } }
    })
  }

  it('cancels the sign-in at Ctrl+C, and ends at once', async () => {
    signingIn()
    const ended = await owner.run(['login'], { typed: [['paste it here', '\u0003']] })
    expect(ended.code).toBe(130)
    expect(asksFor('/v1/command/signIn.cancel').map(({ body }) => body)).toEqual([{ flowId }])
  })

  it.each([
    ['breaks off', (events: ServerResponse) => void events.destroy()],
    ['ends', (events: ServerResponse) => void events.end()],
  ])('says that the owner is gone when what it tells %s, and can be tried again', async (_how, gone) => {
    signingIn(gone)
    const ended = await owner.run(['login'], { typed: [] })
    expect(ended.code).toBe(6)
    expect(ended.stdout).toContain('accounts.google.com')
  })
})

describe('what is cut short', () => {
  it('is no export: there is no file then, and it can be tried again', async () => {
    const file = join(owner.dataFolder, 'history.jsonl')
    owner.on('/v1/ledger', (_asked, response) => {
      response.write('{"v":1}\n')
      setTimeout(() => response.destroy(), 100)
      return undefined
    })
    expect((await owner.run(['ledger', 'export', '--file', file])).code).toBe(6)
    expect((await owner.run([], { shell: `ls '${owner.dataFolder}' | grep -c history` })).stdout).toBe('0\n')
  })

  it('by somebody who interrupts is no success either, and leaves no part of a file', async () => {
    const file = join(owner.dataFolder, 'history.jsonl')
    owner.on('/v1/ledger', (_asked, response) => void response.write('{"v":1}\n'))
    const shell = `latchkey ledger export --file '${file}' & for i in $(seq 200); do ls '${owner.dataFolder}'/history* >/dev/null 2>&1 && break; sleep 0.05; done; kill -INT $!; wait $!; echo $?; ls '${owner.dataFolder}' | grep -c history`
    expect((await owner.run([], { shell })).stdout).toBe('130\n0\n')
  })

  it('is waited for while one owner gives the profile to another', async () => {
    owner.on('/v1/ledger?last=20', (_asked, response) => void response.end('{"v":1}\n'))
    await owner.stopListening()
    const running = owner.run(['ledger', 'tail', '--json'])
    setTimeout(() => void owner.listen(), 900)
    expect(await running).toMatchObject({ code: 0, stdout: '{"lines":[{"v":1}]}\n' })
  })
})

describe('the clock of the owner', () => {
  it('says when so many days are over', async () => {
    const offset = 3 * 3_600_000
    owner.on('/v1/status', () => ({ body: { protocol: 1, clockOffsetMs: offset } }))
    owner.on('/v1/lease', () => ({ body: { lease: sampleLease(0), handle: null, file: '/x' } }))
    const args = ['adc', 'write', '--by-rule', '--days', '2', '--label', 'Nightly job']
    expect((await owner.run(args)).code).toBe(0)
    const [asked] = asksFor('/v1/lease')
    const wanted = Date.now() + offset + 2 * 86_400_000
    expect(asked?.body).toMatchObject({ label: 'Nightly job', term: 'until' })
    expect(Math.abs(Number(asked?.body['expiresAt']) - wanted)).toBeLessThan(60_000)
  })
})

describe('completion', () => {
  it('asks the door that is named in the line being typed', async () => {
    owner.on('/v1/command/app.snapshot', () => ({ body: { value: sampleSnapshot(1) } }))
    const [account] = sampleSnapshot(1).accounts
    const real = await owner.run(['__complete', '--', 'use', ''])
    expect(real.stdout).toContain(account?.email)
    expect((await owner.run(['__complete', '--', '--practice', 'use', ''])).stdout).toBe('')
  })
})

describe('pipes and big answers', () => {
  const line = JSON.stringify({ v: 1, seq: 1, at: 0, type: 'x', data: {}, prev: 'p'.repeat(200) })
  const lines = (count: number) => `${line}\n`.repeat(count)

  it('says nothing when the reader goes away', async () => {
    owner.on('/v1/ledger', (_asked, response) => void response.end(lines(20_000)))
    const ended = await owner.run([], {
      shell: `set -o pipefail; latchkey ledger export | head -n 1; echo "\${PIPESTATUS[0]}"`,
    })
    expect(ended).toEqual({ code: 0, stdout: `${line}\n0\n`, stderr: '' })
  })

  it('exports every line into a file for this user alone, and overwrites none', async () => {
    owner.on('/v1/ledger', (_asked, response) => void response.end(lines(5000)))
    const file = join(owner.dataFolder, 'history.jsonl')
    expect((await owner.run(['ledger', 'export', '--file', file])).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe(lines(5000))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await owner.run(['ledger', 'export', '--file', file])).code).toBe(1)
  })

  it('reads an answer of megabytes in pieces', async () => {
    const value = sampleSnapshot(500)
    owner.on('/v1/command/app.snapshot', (_asked, response) => {
      const text = JSON.stringify({ value })
      for (let at = 0; at < text.length; at += 10_007) response.write(text.slice(at, at + 10_007))
      return void response.end()
    })
    const ended = await owner.run(['accounts', '--json'])
    expect((JSON.parse(ended.stdout) as { accounts: unknown[] }).accounts).toHaveLength(500)
  })
})
