import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TokenRecord } from '../../../electron/core/state/state.ts'
import { liveTokenLimit, liveTokens } from '../../../electron/core/tokens/live-count.ts'
import { testStart } from '../../support/fake-clock.ts'

const dayMs = 24 * 3600 * 1000

const token = (number: number, change: Partial<TokenRecord> = {}): TokenRecord => ({
  tokenId: `token-${String(number).padStart(4, '0')}`,
  clientId: 'client',
  asked: [],
  granted: [],
  mintedAt: testStart + number,
  lastUsedAt: testStart + number,
  expiresAt: null,
  standing: 'held',
  ...change,
})
const many = (count: number): TokenRecord[] => Array.from({ length: count }, (_, number) => token(number))

describe('liveTokens', () => {
  it('counts forgotten tokens, because Google still does', () => {
    const tokens = [token(1, { standing: 'forgotten' }), token(2)]
    expect(liveTokens(tokens, 'client', testStart + dayMs)).toHaveLength(2)
  })

  it('counts each client by itself', () => {
    expect(liveTokens([token(1), token(2, { clientId: 'other' })], 'client', testStart)).toHaveLength(1)
  })

  it('drops the oldest beyond a hundred, as Google does', () => {
    const live = liveTokens(many(103), 'client', testStart + dayMs)
    expect(live).toHaveLength(liveTokenLimit)
    expect(live[0]?.tokenId).toBe('token-0102')
    expect(live[live.length - 1]?.tokenId).toBe('token-0003')
  })

  it('drops a token whose stated end has passed', () => {
    const tokens = [token(1, { expiresAt: testStart + dayMs })]
    expect(liveTokens(tokens, 'client', testStart + dayMs - 1)).toHaveLength(1)
    expect(liveTokens(tokens, 'client', testStart + dayMs)).toHaveLength(0)
  })

  it('drops a token that nobody used for six months', () => {
    expect(liveTokens([token(0)], 'client', testStart + 180 * dayMs)).toHaveLength(1)
    expect(liveTokens([token(0)], 'client', testStart + 182 * dayMs)).toHaveLength(0)
  })

  it('is never more than the limit and never more than what was minted', () => {
    fc.assert(
      fc.property(fc.nat(250), fc.nat(400), (count, days) => {
        const live = liveTokens(many(count), 'client', testStart + days * dayMs)
        expect(live.length).toBeLessThanOrEqual(Math.min(count, liveTokenLimit))
      }),
    )
  })
})
