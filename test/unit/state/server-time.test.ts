import { describe, expect, it } from 'vitest'
import { ServerTime, notingDates } from '../../../electron/core/server-time.ts'
import { fakeClock, testStart } from '../../support/fake-clock.ts'
import { fakeHttp } from '../../support/fake-http.ts'

const secondMs = 1000
const minuteMs = 60 * secondMs
const endpoint = 'https://a.example/token'
const get = { method: 'GET', headers: {} } as const
const date = (at: number): string => new Date(at).toUTCString()

function serverTimeUnderTest() {
  const clock = fakeClock()
  const told: (number | null)[] = []
  const serverTime = new ServerTime(clock, (skewMs) => told.push(skewMs))
  return { clock, told, serverTime }
}

describe('the time of the servers', () => {
  it('is the clock of the profile until an answer says otherwise', () => {
    const { clock, serverTime } = serverTimeUnderTest()
    clock.advance(minuteMs)
    expect(serverTime.now()).toBe(testStart + minuteMs)
  })

  it.each([
    ['behind', 5 * minuteMs + secondMs],
    ['ahead', -5 * minuteMs - secondMs],
  ])('corrects a clock that is more than five minutes %s, and says so once', (_, skewMs) => {
    const { clock, told, serverTime } = serverTimeUnderTest()
    serverTime.note(date(testStart + skewMs))
    expect(serverTime.now()).toBe(testStart + skewMs)
    clock.advance(minuteMs)
    serverTime.note(date(clock.now() + skewMs))
    serverTime.note(date(clock.now() + skewMs + Math.sign(skewMs) * 3 * secondMs))
    expect(told).toEqual([skewMs])
  })

  it.each([5 * minuteMs, -5 * minuteMs, 0])('lets a difference of %d ms be', (differenceMs) => {
    const { told, serverTime } = serverTimeUnderTest()
    serverTime.note(date(testStart + differenceMs))
    expect(serverTime.now()).toBe(testStart)
    expect(told).toEqual([])
  })

  it('says when the clock is right again, once', () => {
    const { clock, told, serverTime } = serverTimeUnderTest()
    const wrongBy = 40 * minuteMs
    serverTime.note(date(testStart + wrongBy))
    clock.set(testStart + wrongBy)
    serverTime.note(date(testStart + wrongBy))
    serverTime.note(date(testStart + wrongBy))
    expect(told).toEqual([wrongBy, null])
    expect(serverTime.now()).toBe(testStart + wrongBy)
  })

  it('does not tell by turns of a clock that is wrong by the bound itself', () => {
    const { told, serverTime } = serverTimeUnderTest()
    for (const seconds of [301, 299, 301, 298]) serverTime.note(date(testStart + seconds * secondMs))
    expect(told).toEqual([301 * secondMs])
    serverTime.note(date(testStart + 4 * minuteMs))
    expect(told).toEqual([301 * secondMs, null])
  })

  it('says a difference anew when it became quite another', () => {
    const { told, serverTime } = serverTimeUnderTest()
    serverTime.note(date(testStart + 10 * minuteMs))
    serverTime.note(date(testStart - 10 * minuteMs))
    expect(told).toEqual([10 * minuteMs, -10 * minuteMs])
  })

  it('forgets what it knew of a clock that was set', () => {
    const { clock, told, serverTime } = serverTimeUnderTest()
    serverTime.note(date(testStart + 10 * minuteMs))
    clock.set(testStart + 10 * minuteMs)
    serverTime.forget()
    expect(serverTime.now()).toBe(testStart + 10 * minuteMs)
    serverTime.forget()
    expect(told).toEqual([10 * minuteMs, null])
  })

  it('keeps what an answer told after the clock was set, when that is noticed later', () => {
    const { clock, told, serverTime } = serverTimeUnderTest()
    clock.set(testStart + 10 * minuteMs)
    serverTime.note(date(testStart))
    clock.advance(secondMs)
    serverTime.forget()
    expect(serverTime.now()).toBe(testStart + secondMs)
    expect(told).toEqual([-10 * minuteMs])
  })

  it.each([
    undefined,
    '',
    'yesterday',
    'NaN',
    '1',
    '2026',
    '2020-01-01T00:00:00Z',
    '<html>',
    'Mon, 99 Foo 2026 10:12:00 GMT',
  ])('passes over the date %s', (garbage) => {
    const { told, serverTime } = serverTimeUnderTest()
    serverTime.note(garbage)
    expect(serverTime.now()).toBe(testStart)
    expect(told).toEqual([])
  })
})

describe('HTTP that notes dates', () => {
  it.each([
    ['right', 0],
    ['an hour ahead', -60 * minuteMs],
    ['an hour behind', 60 * minuteMs],
  ])(
    'reads the date of an answer that the machine slept over, with a clock that is %s',
    async (_, skewMs) => {
      const { clock, serverTime } = serverTimeUnderTest()
      const http = fakeHttp()
      const nightMs = 8 * 60 * minuteMs
      http.on(endpoint, {
        headers: { Date: date(skewMs > 0 ? testStart + nightMs + skewMs : testStart + skewMs) },
        body: {},
      })
      const release = http.hang()
      const answered = notingDates(http, [endpoint], serverTime).fetch(endpoint, get)
      clock.set(testStart + nightMs)
      release()
      await answered
      expect(serverTime.now() - clock.now()).toBe(skewMs)
    },
  )

  it('takes the date of the token endpoint’s answers, whatever their status, and hands them on', async () => {
    const { serverTime } = serverTimeUnderTest()
    const http = fakeHttp()
    const at = testStart + 10 * minuteMs
    http.on(endpoint, { status: 503, headers: { Date: date(at) }, body: { error: 'busy' } })
    const result = await notingDates(http, [endpoint], serverTime).fetch(endpoint, get)
    expect(result).toMatchObject({ kind: 'answered', status: 503 })
    expect(serverTime.now()).toBe(at)
  })

  it('leaves the dates of other addresses, and of what a portal puts in place of an answer', async () => {
    const { told, serverTime } = serverTimeUnderTest()
    const http = fakeHttp()
    const headers = { Date: date(testStart + 10 * minuteMs) }
    http.on('https://a.example/', { headers, body: {} })
    http.on(endpoint, { headers: { ...headers, 'content-type': 'text/html' }, body: '<html>' })
    const noting = notingDates(http, [endpoint], serverTime)
    await noting.fetch('https://a.example/other', get)
    await noting.fetch(endpoint, get)
    expect(told).toEqual([])
  })

  it('learns nothing from a failure', async () => {
    const { told, serverTime } = serverTimeUnderTest()
    const http = fakeHttp()
    await notingDates(http, [endpoint], serverTime).fetch(endpoint, get)
    expect(told).toEqual([])
  })

  it('passes the route on', () => {
    const { serverTime } = serverTimeUnderTest()
    const http = fakeHttp()
    const route = { proxy: { kind: 'none' }, caPem: null } as const
    notingDates(http, [endpoint], serverTime).setRoute(route)
    expect(http.routes).toEqual([route])
  })
})
