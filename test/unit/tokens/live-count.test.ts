import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TokenRecord } from '../../../electron/core/state/state.ts'
import { liveTokenLimit, liveTokens } from '../../../electron/core/tokens/live-count.ts'
import { testStart } from '../../support/fake-clock.ts'
import {
  deadRefusal,
  mailClientId,
  openScopes,
  otherClientId,
  recordedToken,
} from '../../support/sample-records.ts'
import { dayMs, hourMs } from '../../support/sample-state.ts'

const token = (number: number, change: Partial<TokenRecord> = {}): TokenRecord =>
  recordedToken(number, { mintedAt: testStart + number, ...change })
const many = (count: number): TokenRecord[] => Array.from({ length: count }, (_, number) => token(number))
const live = (tokens: readonly TokenRecord[], now: number = testStart + dayMs): readonly TokenRecord[] =>
  liveTokens(tokens, mailClientId, now)

describe('liveTokens', () => {
  it('counts forgotten tokens, because Google still does', () => {
    expect(live([token(1, { standing: 'forgotten' }), token(2)])).toHaveLength(2)
  })

  it('counts each client by itself', () => {
    expect(live([token(1), token(2, { clientId: otherClientId })])).toHaveLength(1)
  })

  it('drops the oldest beyond a hundred, as Google does', () => {
    const counted = live(many(103))
    expect(counted).toHaveLength(liveTokenLimit)
    expect(counted[0]?.tokenId).toBe('token-0102')
    expect(counted[counted.length - 1]?.tokenId).toBe('token-0003')
  })

  it('drops a token that Google refused for good, and only such', () => {
    const refused = (verdict: 'dead' | 'person'): TokenRecord =>
      token(1, { refusal: deadRefusal(testStart + hourMs, { verdict }) })
    expect(live([refused('dead'), token(2)])).toHaveLength(1)
    expect(live([refused('person'), token(2)])).toHaveLength(2)
  })

  it('drops a token in whose place another secret came', () => {
    expect(live([token(1, { rotated: true, standing: 'forgotten' }), token(2)])).toHaveLength(1)
  })

  it('drops a token whose stated end has passed', () => {
    const tokens = [token(1, { expiresAt: testStart + dayMs })]
    expect(live(tokens, testStart + dayMs - 1)).toHaveLength(1)
    expect(live(tokens, testStart + dayMs)).toHaveLength(0)
  })

  it('drops a token that nobody used for six months', () => {
    expect(live([token(0)], testStart + 180 * dayMs)).toHaveLength(1)
    expect(live([token(0)], testStart + 182 * dayMs)).toHaveLength(0)
  })

  it('drops a token in Testing after its seventh day, unless it was seen alive after it', () => {
    const later = testStart + 8 * dayMs
    expect(live([token(0, { testing: true })], later)).toHaveLength(0)
    expect(live([token(0, { testing: true, lastUsedAt: later - hourMs })], later)).toHaveLength(1)
    expect(live([token(0, { testing: true, granted: openScopes })], later)).toHaveLength(1)
  })

  it('drops a token that was used in the future, of which nothing can be reckoned', () => {
    expect(live([token(1), token(2)], testStart - 10 * dayMs)).toHaveLength(0)
    expect(live([token(1), token(2)], testStart - 60_000)).toHaveLength(2)
  })

  it('does not count what can no more be asked and may have gone with a dead one of its project', () => {
    const forgotten = token(1, { standing: 'forgotten' })
    const dead = token(2, { refusal: deadRefusal(testStart + hourMs) })
    expect(live([forgotten, dead])).toHaveLength(0)
    expect(live([forgotten, dead, token(3, { mintedAt: testStart + 2 * hourMs })])).toHaveLength(1)
    expect(live([forgotten, { ...dead, clientId: otherClientId }])).toHaveLength(1)
  })

  it('goes on counting it where a witness shows that the death was one of its own', () => {
    const dead = token(1, { refusal: deadRefusal(testStart + hourMs) })
    const later = token(2, { standing: 'forgotten' })
    const witness = token(0, { lastUsedAt: testStart + 2 * hourMs })
    expect(live([dead, later])).toHaveLength(0)
    expect(live([witness, dead, later])).toHaveLength(2)
  })

  it('goes on counting it after a death by the seventh day or a stated end', () => {
    const refusal = deadRefusal(testStart + 8 * dayMs)
    const forgotten = token(1, { standing: 'forgotten', granted: openScopes })
    for (const change of [{ testing: true }, { expiresAt: testStart + 5 * dayMs }])
      expect(live([forgotten, token(2, { ...change, refusal })], testStart + 9 * dayMs)).toHaveLength(1)
  })

  it('is never more than the limit and never more than what was minted', () => {
    fc.assert(
      fc.property(fc.nat(250), fc.nat(400), (count, days) => {
        const counted = live(many(count), testStart + days * dayMs)
        expect(counted.length).toBeLessThanOrEqual(Math.min(count, liveTokenLimit))
      }),
    )
  })
})
