import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerAppRequest, findAppFile } from '../../../electron/shell/app-files.ts'
import { isAppUrl } from '../../../electron/shell/app-origin.ts'

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'none'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
  'trusted-types svelte-trusted-html'

let folder = ''
let root = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-pages-'))
  root = join(folder, 'pages')
  await mkdir(join(root, 'assets'), { recursive: true })
  await writeFile(join(root, 'index.html'), '<h1>inside</h1>')
  await writeFile(join(root, 'assets/page-C3x_.js'), 'inside')
  await writeFile(join(root, '.hidden.json'), 'hidden')
  await writeFile(join(root, 'notes.txt'), 'no kind of the app')
  await writeFile(join(folder, 'outside.js'), 'outside')
  await mkdir(join(folder, 'pages-not'))
  await writeFile(join(folder, 'pages-not/twin.js'), 'outside')
  await symlink(join(folder, 'outside.js'), join(root, 'assets/link.js'))
  await symlink(join(folder, 'pages-not'), join(root, 'twins'))
  await symlink(folder, join(root, 'up'))
})
afterAll(() => rm(folder, { recursive: true }))

const get = (url: string, method = 'GET') => answerAppRequest(root, { url, method })

describe('a page of the app', () => {
  it.each([
    ['app://latchkey/', 'text/html; charset=utf-8', '<h1>inside</h1>'],
    ['app://latchkey/index.html', 'text/html; charset=utf-8', '<h1>inside</h1>'],
    ['app://latchkey/assets/page-C3x_.js', 'text/javascript; charset=utf-8', 'inside'],
    ['app://latchkey/assets/page-C3x_.js?version=1', 'text/javascript; charset=utf-8', 'inside'],
  ])('is served at %s as %s', async (url, type, text) => {
    const answer = await get(url)
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      type,
      text,
    ])
  })

  it.each([
    'app://latchkey/../outside.js',
    'app://latchkey/%2e%2e/outside.js',
    'app://latchkey/..%2foutside.js',
    'app://latchkey/%2e%2e%2foutside.js',
    'app://latchkey/%252e%252e%252foutside.js',
    'app://latchkey/assets/..%5c..%5coutside.js',
    'app://latchkey/assets\\..\\..\\outside.js',
    'app://latchkey//etc/passwd',
    'app://latchkey/%2fetc%2fpasswd',
    'app://latchkey/index.html%00.js',
    'app://latchkey/C:/windows/win.ini',
    'app://latchkey/assets/link.js',
    'app://latchkey/up/outside.js',
    'app://latchkey/twins/twin.js',
    'app://latchkey/.hidden.json',
    'app://latchkey/notes.txt',
    'app://latchkey/assets',
    'app://latchkey/assets/',
    'app://latchkey/none.js',
    'app://latchkey.example/index.html',
    'app://other/index.html',
    'app://latchkey:80/index.html',
    'app://user@latchkey/index.html',
    'file:///etc/passwd',
    'https://latchkey/index.html',
    'nonsense',
  ])('is not what %s asks for', async (url) => {
    const answer = await get(url)
    expect([answer.status, await answer.text()]).toEqual([404, ''])
  })

  it.each(['POST', 'HEAD', 'PUT', 'OPTIONS', 'DELETE'])('cannot be asked for by %s', async (method) => {
    expect((await get('app://latchkey/index.html', method)).status).toBe(405)
  })

  it.each(['app://latchkey/', 'app://latchkey/none.js', 'app://other/'])(
    'carries every protective header on the answer to %s',
    async (url) => {
      const { headers } = await get(url)
      expect(headers.get('content-security-policy')).toBe(policy)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-dns-prefetch-control')).toBe('off')
      expect(headers.get('cache-control')).toBe('no-cache')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    },
  )
})

describe('finding a file by its URL', () => {
  const nasty = fc.constantFrom(
    '..',
    '.',
    '%2e',
    '%2E%2e',
    '%2f',
    '%5c',
    '\\',
    '/',
    '//',
    '%00',
    ':',
    '%25',
    'assets',
    'a.js',
    '~',
    '@',
    '?',
    '#',
  )
  const path = fc
    .array(fc.oneof(nasty, fc.string({ maxLength: 6 })), { maxLength: 12 })
    .map((parts) => parts.join(''))

  it('never leaves the folder, whatever the path says', () => {
    fc.assert(
      fc.property(path, (tail) => {
        const found = findAppFile('/srv/pages', `app://latchkey/${tail}`)
        if (found === null) return
        const inside = relative('/srv/pages', found.path)
        expect(inside.split(sep)).not.toContain('..')
        expect(inside).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/)
      }),
      { numRuns: 2_000 },
    )
  })

  it('takes only our own scheme and host', () => {
    fc.assert(
      fc.property(fc.webUrl(), (url) => {
        expect(isAppUrl(url)).toBe(false)
        expect(findAppFile('/srv/pages', url)).toBeNull()
      }),
    )
  })
})
