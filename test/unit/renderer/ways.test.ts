import { expect, test } from 'vitest'
import {
  accessLeftText,
  canRevoke,
  holdsUsable,
  onlyAccessOf,
} from '../../../renderer/features/accounts/access.ts'
import {
  givesRefreshToken,
  lastingWays,
  missingLines,
  redirectsFor,
  signsIn,
} from '../../../renderer/features/clients/client-ways.ts'
import { qrPicture } from '../../../renderer/features/sign-in/qr-picture.ts'
import { canBeElsewhere } from '../../../renderer/features/sign-in/sign-in-choice.ts'
import { codeGroups, spelled } from '../../../renderer/features/sign-in/user-code.ts'
import { flowWayText, waySentence } from '../../../renderer/features/sign-in/way-text.ts'
import {
  sampleAccess,
  sampleAccessGrant,
  sampleAccount,
  sampleClient,
  sampleDeviceClient,
  sampleGrant,
  sampleNow,
  sampleToken,
  sampleWebClient,
  sampleWebClientWithoutWay,
} from '../../support/sample-state.ts'

test('a user code is parted at its own marks and nowhere else', () => {
  expect(codeGroups('GQVQ-JKEC')).toEqual(['GQVQ-', 'JKEC'])
  expect(codeGroups('ABC DEF GHI')).toEqual(['ABC ', 'DEF ', 'GHI'])
  expect(codeGroups('WWWWWWWWWWWWWWW')).toEqual(['WWWWWWWWWWWWWWW'])
  expect(codeGroups('-A')).toEqual(['-', 'A'])
  expect(codeGroups('A<b>&"')).toEqual(['A<b>&"'])
  for (const code of ['GQVQ-JKEC', ' A-', '--', 'x - y']) expect(codeGroups(code).join('')).toBe(code)
})

test('a user code is spelled letter by letter', () => {
  expect(spelled('AB-C D')).toBe('A B - C D')
})

test('only client-side access leaves no refresh token behind', () => {
  expect(sampleWebClient().ways.filter((way) => !givesRefreshToken(way))).toEqual(['client-side'])
  expect(lastingWays(sampleWebClient())).toEqual(['redirect', 'paste'])
  expect(lastingWays({ ways: ['client-side'] })).toEqual([])
})

test('a client signs in for good by any way with a refresh token, and one that is gone by none', () => {
  expect([sampleClient(), sampleDeviceClient(), sampleWebClient()].map(signsIn)).toEqual([true, true, true])
  expect([sampleWebClientWithoutWay(), null, undefined].map(signsIn)).toEqual([false, false, false])
})

test('each way is offered the registered addresses that it can use', () => {
  const client = sampleWebClient(0, {
    redirects: [
      { uri: 'https://a.example/cb', use: 'paste' },
      { uri: 'http://127.0.0.1:8080/cb', use: 'listen' },
      { uri: 'postmessage', use: 'none' },
    ],
  })
  expect(redirectsFor(client, 'redirect')).toEqual(['http://127.0.0.1:8080/cb'])
  expect(redirectsFor(client, 'paste')).toEqual(['https://a.example/cb', 'http://127.0.0.1:8080/cb'])
  expect(redirectsFor(client, 'client-side')).toEqual([])
})

test('only what is not registered yet is to be registered', () => {
  const toRegister = { redirect: 'http://127.0.0.1:8080/callback', origin: 'http://127.0.0.1:8080' }
  expect(missingLines(sampleWebClientWithoutWay())).toEqual(sampleWebClientWithoutWay().toRegister)
  expect(missingLines(sampleWebClient(0, { toRegister, javascriptOrigins: [] }))).toEqual({
    redirect: null,
    origin: 'http://127.0.0.1:8080',
  })
  expect(missingLines(sampleWebClient())).toEqual({ redirect: null, origin: null })
})

test('the browser can be elsewhere on every way but the one that is for another device anyway', () => {
  const ways = ['loopback', 'redirect', 'paste', 'device', 'client-side'] as const
  expect(ways.filter(canBeElsewhere)).toEqual(['loopback', 'redirect', 'paste', 'client-side'])
  expect(flowWayText({ way: 'loopback', elsewhere: false })).toBe('Browser on this computer')
  expect(flowWayText({ way: 'loopback', elsewhere: true })).toBe('With a browser on another computer')
  expect(flowWayText({ way: 'paste', elsewhere: true })).toBe(
    'Paste the address back · With a browser on another computer',
  )
})

test('no way says that the browser opens where there is none on this computer', () => {
  const ways = ['loopback', 'redirect', 'paste', 'client-side'] as const
  for (const way of ways) expect(waySentence(way, true)).not.toContain('browser opens')
  expect(waySentence('loopback')).toContain('browser opens')
})

test('access counts down in minutes and ends with its last one, or with the memory that held it', () => {
  const at = (change: Parameters<typeof sampleAccess>[0], later = 0): string =>
    accessLeftText(sampleAccess(change), sampleNow + later)
  expect(at({})).toBe('42 min left')
  expect(at({}, 60_000)).toBe('41 min left')
  expect(at({}, 41 * 60_000 + 1)).toBe('less than a minute left')
  expect(at({}, 42 * 60_000)).toBe('Ended')
  expect(at({ held: false })).toBe('Ended')
})

test('a row speaks of access only where there is no refresh token', () => {
  const client = sampleWebClient()
  const account = (...grants: ReturnType<typeof sampleGrant>[]) => sampleAccount(0, [client], { grants })
  const short = sampleAccessGrant(client, { expiresAt: sampleNow + 60_000 })
  const long = sampleAccessGrant(client)
  const gone = sampleAccessGrant(client, { expiresAt: sampleNow + 99 * 60_000, held: false })
  expect(onlyAccessOf(account(short, gone, long))).toBe(long.access)
  expect(onlyAccessOf(account(long, sampleGrant(client)))).toBeNull()
  expect(onlyAccessOf(account())).toBeNull()
})

test('a grant is usable, and revocable, by what is held of it', () => {
  const client = sampleWebClient()
  const dropped = sampleAccessGrant(client, { held: false })
  const forgotten = sampleGrant(client, { tokens: [sampleToken(0, { standing: 'elsewhere' })] })
  expect([sampleGrant(client), sampleAccessGrant(client), forgotten, dropped].map(holdsUsable)).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect([sampleGrant(client), sampleAccessGrant(client), forgotten, dropped].map(canRevoke)).toEqual([
    true,
    true,
    true,
    false,
  ])
})

test('a QR code has its three finders inside a quiet zone of four modules', () => {
  const picture = qrPicture('https://www.google.com/device?user_code=GQVQ-JKEC')
  if (!picture) throw new Error('no picture')
  const dark = new Set([...picture.path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x} ${y}`))
  const size = picture.width - 8
  expect((size - 17) % 4).toBe(0)
  /** The seven by seven square of a finder: a ring, a light ring, and a dark middle. */
  const isFinder = (left: number, top: number): boolean =>
    Array.from({ length: 49 }, (_, index) => [index % 7, Math.floor(index / 7)] as const).every(([x, y]) => {
      const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3))
      return dark.has(`${left + x} ${top + y}`) === (ring !== 2)
    })
  const far = 4 + size - 7
  expect([isFinder(4, 4), isFinder(far, 4), isFinder(4, far), isFinder(far, far)]).toEqual([
    true,
    true,
    true,
    false,
  ])
  for (const place of dark)
    for (const value of place.split(' ').map(Number)) {
      expect(value).toBeGreaterThanOrEqual(4)
      expect(value).toBeLessThan(4 + size)
    }
})

test('a text that no QR code can hold has no picture', () => {
  expect(qrPicture('x'.repeat(5_000))).toBeNull()
})
