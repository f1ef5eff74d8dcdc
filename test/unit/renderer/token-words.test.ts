import { afterEach, describe, expect, it } from 'vitest'
import {
  causeKindSchema,
  causeViewSchema,
  clockKindSchema,
  healthViewSchema,
} from '../../../electron/contract/views.ts'
import { evidenceText } from '../../../renderer/features/accounts/evidence-text.ts'
import { nextText, reasonText } from '../../../renderer/features/accounts/health-text.ts'
import {
  causePhrase,
  clockPhrase,
  deathText,
  groupCauses,
} from '../../../renderer/features/accounts/token-text.ts'
import { overwriteGetLocale } from '../../../renderer/messages/generated/runtime.js'
import { dayMs, sampleCause, sampleClock, sampleNow } from '../../support/sample-state.ts'

/** Every detail that core gives with some evidence. */
const details = {
  n: 3,
  days: 7,
  foundAfterDays: 8,
  hours: 16,
  projects: 2,
  certainty: 'declared',
  error: 'deleted_client',
  revokedAt: sampleNow,
  endedAt: sampleNow,
}
const fine = { level: 'fine', reason: 'ready', at: null, clock: null, cause: null } as const

afterEach(() => overwriteGetLocale(() => 'en'))

describe.each(['en', 'hi'] as const)('words in %s', (locale) => {
  it.each(causeViewSchema.entries.evidence.options)(
    'say the evidence “%s” in one whole sentence',
    (evidence) => {
      overwriteGetLocale(() => locale)
      const text = evidenceText(sampleCause('testing', { evidence, details }), locale)
      expect(text).toMatch(/^[^{}]{8,}[.।]$/)
      expect(text).not.toMatch(/–|undefined|NaN/)
    },
  )

  it('differ for every rule and every cause', () => {
    overwriteGetLocale(() => locale)
    const clocks = clockKindSchema.options.map(clockPhrase)
    const causes = causeKindSchema.options.map(causePhrase)
    expect(new Set(clocks).size).toBe(clocks.length)
    expect(new Set(causes).size).toBe(causes.length)
  })

  it('give every reason but “ready” a few words of its own', () => {
    overwriteGetLocale(() => locale)
    const texts = healthViewSchema.entries.reason.options.map((reason) =>
      reasonText({ reason, at: sampleNow + dayMs, clock: 'idle', cause: 'password' }, sampleNow),
    )
    expect(texts.filter((text) => text === '')).toHaveLength(1)
    expect(new Set(texts).size).toBe(texts.length)
    expect(texts.join()).not.toMatch(/[{}]/)
  })
})

describe('evidence', () => {
  const said = (change: Parameters<typeof sampleCause>[1]): string =>
    evidenceText(sampleCause('testing', change), 'en')

  it('of a declared client in Testing names the day, of a possible one says if', () => {
    const testing = { evidence: 'testing-day', details: { ...details, foundAfterDays: 7.4 } } as const
    expect(said(testing)).toBe('Day 7 of a client in Testing; found dead after 7.4 days.')
    expect(said({ ...testing, details: { ...testing.details, certainty: 'possible' } })).toMatch(
      /^If the client/,
    )
  })

  it('counts what died together', () => {
    expect(said({ evidence: 'gmail-together', details: { n: 1 } })).toContain('1 other token of')
    expect(said({ evidence: 'gmail-together', details: { n: 3 } })).toContain('3 other tokens of')
  })
})

describe('the next deadline of a row', () => {
  const next = sampleClock('testing', { at: sampleNow + 5 * dayMs })

  it('is one short line with its rule', () => {
    expect(nextText(next, fine, sampleNow)).toBe('next: 5 d · Testing')
  })

  it('goes without its rule while it is far', () => {
    expect(nextText({ ...next, at: sampleNow + 180 * dayMs }, fine, sampleNow)).toBe('next: 180 d')
  })

  it('is left out where there is none, where it has passed, and where the health already names it', () => {
    expect(nextText(null, fine, sampleNow)).toBeNull()
    expect(nextText({ ...next, at: null }, fine, sampleNow)).toBeNull()
    expect(nextText(next, fine, sampleNow + 6 * dayMs)).toBeNull()
    expect(nextText(next, { ...fine, level: 'soon', reason: 'deadline' }, sampleNow)).toBeNull()
  })
})

describe('the causes of a death', () => {
  const death = (...causes: Parameters<typeof groupCauses>[0]): Parameters<typeof deathText>[0] => ({
    at: sampleNow,
    causes: [...causes],
    corrected: null,
  })

  it('are parted into those that share the best rank and the others', () => {
    const [password, revoked] = [sampleCause('password'), sampleCause('revoked-elsewhere')]
    const idle = sampleCause('idle', { rank: 3 })
    expect(groupCauses([password, revoked, idle])).toEqual({ likely: [password, revoked], others: [idle] })
  })

  it('are none when nothing is known, and what the person said is not evidence', () => {
    expect(groupCauses([sampleCause('unknown')])).toEqual({ likely: [], others: [] })
    const idle = sampleCause('idle', { rank: 2 })
    expect(groupCauses([sampleCause('password', { evidence: 'person-says' }), idle]).likely).toEqual([idle])
  })

  it('are named in a few words: what the person said, the likeliest, those alike, or unknown', () => {
    const two = death(sampleCause('password'), sampleCause('revoked-elsewhere'))
    expect(deathText({ ...two, corrected: 'idle' })).toBe('unused six months')
    expect(deathText(two)).toBe('2 causes fit alike')
    expect(deathText(death(sampleCause('password')))).toBe('password changed')
    expect(deathText(death(sampleCause('unknown')))).toBe('cause unknown')
  })
})
