/** What other programs start: real bash, git, and Docker’s protocol, against an owner that answers as each test says. */
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sampleSnapshot } from '../../support/sample-state.ts'
import type { Ended, StubOwner } from '../../support/stub-owner.ts'
import { failure, startStubOwner } from '../../support/stub-owner.ts'

const secret = 'ya29.for-a-helper'
const snapshot = sampleSnapshot(2)
const emails = snapshot.accounts.map(({ email }) => email)

let owner: StubOwner
beforeEach(async () => {
  owner = await startStubOwner()
  owner.on('/v1/token', () => ({
    body: { access_token: secret, expires_in: 3000, expires_at: 1_900_000_000_000 },
  }))
  owner.on('/v1/command/app.snapshot', () => ({ body: { value: snapshot } }))
})
afterEach(() => owner.close())

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

/** What bash would offer after such a line. */
async function offered(line: string): Promise<readonly string[]> {
  const quoted = `'${line}'`
  const shell = `eval "$(latchkey completion bash)"; COMP_LINE=${quoted}; COMP_POINT=\${#COMP_LINE}; _latchkey; printf '%s\\n' "\${COMPREPLY[@]}"`
  const ended = await owner.run([], { shell })
  expect(ended.stderr).toBe('')
  return ended.stdout.split('\n').filter((word) => word !== '')
}

describe('completion in bash', () => {
  it('offers commands, options and their words', async () => {
    expect(await offered('latchkey tok')).toEqual(['token'])
    expect(await offered('latchkey token --min')).toEqual(['--min-ttl'])
    expect(await offered('latchkey token --format ')).toEqual(['token', 'json', 'header', 'env'])
  })

  it('offers accounts, and only what is missing of one behind the @ at which bash cuts', async () => {
    expect(await offered('latchkey use ')).toEqual(emails)
    const [first = ''] = emails
    const [name, host] = first.split('@')
    expect(await offered(`latchkey use ${name ?? ''}@`)).toEqual([host])
  })

  it('offers nothing and says nothing where nobody has the profile', async () => {
    await owner.stopListening()
    owner.announce({ protocol: 0 })
    expect(await offered('latchkey use ')).toEqual([])
  })

  it('names and labels that a terminal would obey do it no harm', async () => {
    const [account] = snapshot.accounts
    const accounts = [{ ...account, email: 'a@b.test', label: '$(touch /tmp/x)\u001B[2J\n`id`' }]
    owner.on('/v1/command/app.snapshot', () => ({ body: { value: { ...snapshot, accounts } } }))
    expect(await offered('latchkey use ')).toEqual(['a@b.test'])
  })
})

it.skipIf(!has('zsh'))('the script for zsh is one that zsh reads', async () => {
  expect(await owner.run([], { shell: 'latchkey completion zsh | zsh -n /dev/stdin' })).toMatchObject({
    code: 0,
  })
})

it.skipIf(!has('fish'))('fish offers commands and accounts', async () => {
  const script = 'latchkey completion fish | source; complete -C "latchkey tok"; complete -C "latchkey use "'
  const ended = await owner.run([], { shell: `fish -c '${script}'` })
  expect(ended.stdout).toMatch(/^token\t/m)
  for (const email of emails) expect(ended.stdout).toContain(email)
})

describe('git', () => {
  const fill = (host: string): Promise<Ended> =>
    owner.run([], {
      shell: `git -c credential.helper= -c credential.helper='!latchkey git-credential' credential fill`,
      input: `protocol=https\nhost=${host}\n\n`,
      env: { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1' },
    })

  it('takes a token for Google’s hosts', async () => {
    const ended = await fill('source.developers.google.com')
    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain(`username=git-account\npassword=${secret}\n`)
  })

  it('gets nothing for others, and nobody is asked', async () => {
    const ended = await fill('github.com')
    expect(ended.code).not.toBe(0)
    expect(ended.stdout).not.toContain(secret)
    expect(owner.asked).toEqual([])
  })

  it('says what Latchkey says where it gets none', async () => {
    owner.on('/v1/token', () => ({ status: 403, body: failure('doors-locked', 'The doors are locked.') }))
    expect((await fill('x.googlesource.com')).stderr).toContain('The doors are locked.')
  })
})

describe('Docker', () => {
  const helper = (action: string, input: string): Promise<Ended> =>
    owner.run(['docker-credential', action], { input })

  it('gets a token for Google’s registries and its own words for all others', async () => {
    const given = await helper('get', 'https://europe-docker.pkg.dev\n')
    expect(JSON.parse(given.stdout)).toEqual({
      ...{ ServerURL: 'https://europe-docker.pkg.dev', Username: 'oauth2accesstoken', Secret: secret },
    })
    const none = await helper('get', 'https://index.docker.io/v1/')
    expect(none).toEqual({ code: 1, stdout: 'credentials not found in native keychain\n', stderr: '' })
  })

  it('finds an empty list, may erase, and cannot store', async () => {
    expect(await helper('list', '')).toEqual({ code: 0, stdout: '{}\n', stderr: '' })
    expect((await helper('erase', 'gcr.io')).code).toBe(0)
    expect((await helper('store', '{"ServerURL":"gcr.io","Secret":"x"}')).code).toBe(1)
  })

  it('is told why there is none', async () => {
    owner.on('/v1/token', () => ({ status: 403, body: failure('lease-over', 'It is over.') }))
    expect(await helper('get', 'gcr.io')).toEqual({
      code: 1,
      stdout: 'It is over. Do something.\n',
      stderr: '',
    })
  })
})

describe('installing the command', () => {
  it('puts programs there that run, and replaces only its own', async () => {
    const folder = join(owner.dataFolder, 'a bin')
    const first = await owner.run(['install-command', folder])
    expect(first.code).toBe(0)
    expect(first.stderr).toContain('not among the folders of PATH')
    expect(statSync(join(folder, 'latchkey')).mode & 0o777).toBe(0o755)
    expect((await owner.run(['install-command', folder])).code).toBe(0)
    const run = await owner.run([], {
      shell: `PATH='${folder}':$PATH; hash -r; latchkey version; echo gcr.io | docker-credential-latchkey get`,
    })
    expect(run.stdout).toContain('latchkey ')
    expect(run.stdout).toContain(secret)
    writeFileSync(join(folder, 'latchkey'), 'somebody else’s')
    expect((await owner.run(['install-command', folder])).code).toBe(1)
    expect(readFileSync(join(folder, 'latchkey'), 'utf8')).toBe('somebody else’s')
  })
})
