import { describe, expect, it } from 'vitest'
import { isGoogleRegistry } from '../../../electron/cli/commands/docker-credential.ts'
import { answerOf, isGoogleGit, readCredential } from '../../../electron/cli/commands/git-credential.ts'
import { isPassing, launcherText } from '../../../electron/cli/commands/install-command.ts'
import { inWords } from '../../../electron/cli/commands/ledger.ts'

describe('the credential helper for git', () => {
  it.each([
    'source.developers.google.com',
    'chromium.googlesource.com',
    'x.sourcemanager.dev',
    'X.DeveloperConnect.dev',
  ])('knows %s', (host) => {
    expect(isGoogleGit(host)).toBe(true)
  })

  it.each([
    ...['github.com', 'googlesource.com.evil.example', 'evilgooglesource.com', 'googlesource.com'],
    ...['source.developers.google.com:8443', 'a/.googlesource.com', 'a@b.googlesource.com', ''],
  ])('gives nothing to %s', (host) => {
    expect(isGoogleGit(host)).toBe(false)
  })

  it('reads what git sends up to the empty line', () => {
    expect(readCredential('protocol=https\nhost=a.b\npath=x=y\n\nhost=other\n')).toEqual({
      ...{ protocol: 'https', host: 'a.b', path: 'x=y' },
    })
    expect(readCredential('')).toEqual({})
  })

  it('answers a name, the token, and when it ends in seconds', () => {
    expect(answerOf('ya29.t', 1_700_000_000_999, undefined)).toBe(
      'username=git-account\npassword=ya29.t\npassword_expiry_utc=1700000000\n',
    )
    expect(answerOf('ya29.t', 0, 'me')).toContain('username=me\n')
  })
})

describe('the credential helper for Docker', () => {
  it.each([
    'europe-docker.pkg.dev',
    'https://us-central1-docker.pkg.dev',
    'gcr.io',
    'eu.gcr.io',
    'https://gcr.io/v1/',
  ])('knows %s', (server) => {
    expect(isGoogleRegistry(server)).toBe(true)
  })

  it.each([
    ...['https://index.docker.io/v1/', 'pkg.dev.evil.example', 'evil-gcr.io', 'http://gcr.io', 'a.b.gcr.io'],
    ...['gcr.io:5000', 'gcr.io@evil.example', ''],
  ])('gives nothing to %s', (server) => {
    expect(isGoogleRegistry(server)).toBe(false)
  })
})

describe('the launcher', () => {
  it('starts exactly this program, whatever its path', () => {
    const text = launcherText('linux', { node: "/o'r/node", entry: '/a b/x.cjs', first: ['git-credential'] })
    expect(text).toContain(`exec '/o'\\''r/node' '/a b/x.cjs' git-credential "$@"\n`)
    expect(launcherText('win32', { node: 'C:\\n.exe', entry: 'C:\\x.cjs', first: [] })).toContain(
      '@"C:\\n.exe" "C:\\x.cjs" %*\r\n',
    )
  })
})

describe('where the command is', () => {
  it('is passing inside an AppImage that runs', () => {
    expect(isPassing('/tmp/.mount_LatchkAb12/resources/command/latchkey.cjs')).toBe(true)
    expect(isPassing('/opt/Latchkey/resources/command/latchkey.cjs')).toBe(false)
  })
})

describe('a line of the history', () => {
  it('says when, what and the facts, and shows as it is what is no line', () => {
    const line = JSON.stringify({ at: 0, type: 'lease.ended', data: { leaseId: 'x', n: 2, none: null } })
    expect(inWords(line)).toMatch(/^19(69|70)-\d\d-\d\d \d\d:\d\d {2}lease\.ended {2}leaseId=x n=2$/)
    expect(inWords('nonsense')).toBe('nonsense')
  })
})
