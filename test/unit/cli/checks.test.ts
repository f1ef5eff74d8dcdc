import { describe, expect, it } from 'vitest'
import type { Check } from '../../../electron/cli/checks.ts'
import {
  adcCheck,
  clockCheck,
  leaseChecks,
  ownerChecks,
  placeChecks,
  problemChecks,
  variableChecks,
} from '../../../electron/cli/checks.ts'
import type { StatusAnswer } from '../../../electron/cli/commands/status.ts'
import { appError } from '../../../electron/contract/outcome.ts'
import { sampleLease } from '../../support/sample-doors.ts'
import { dayMs, sampleNow } from '../../support/sample-state.ts'

const levels = (checks: readonly Check[]) => checks.map(({ level }) => level)

describe('doctor', () => {
  it('fails for a socket that others could use, and for somebody else’s', () => {
    const socket = { path: '/run/door.sock', mine: true, mode: 0o600, kind: 'socket' } as const
    expect(levels(placeChecks([socket]))).toEqual(['ok'])
    expect(levels(placeChecks([{ ...socket, mode: 0o660 }]))).toEqual(['fail'])
    expect(levels(placeChecks([{ ...socket, mine: false }]))).toEqual(['fail'])
    expect(levels(placeChecks([{ ...socket, kind: 'other' }]))).toEqual(['fail'])
  })

  it('warns of another version, of locked doors and of a locked vault', () => {
    const status: StatusAnswer = {
      ...{
        protocol: 1,
        version: '1.0',
        locked: false,
        store: 'vault' as const,
        vaultLocked: false,
        http: null,
      },
      owner: { kind: 'agent', pid: 7 },
    }
    expect(new Set(levels(ownerChecks(status, '1.0')))).toEqual(new Set(['ok']))
    expect(levels(ownerChecks(status, '2.0'))).toContain('warn')
    expect(levels(ownerChecks({ ...status, locked: true }, '1.0'))).toContain('warn')
    expect(levels(ownerChecks({ ...status, vaultLocked: true }, '1.0'))).toContain('warn')
    const problem = { code: 'door-busy', message: 'Port 20000 is taken.' }
    expect(levels(ownerChecks({ ...status, problem }, '1.0'))).toContain('fail')
  })

  it('tells a file of credentials with a secret from one of a lease, and a lease that is over', () => {
    const file = {
      path: '/adc.json',
      found: 'ours',
      holdsSecret: false,
      leaseId: 'lease-00000000',
      keptAside: null,
    } as const
    const live = sampleLease(0)
    const over = sampleLease(0, { ended: { at: sampleNow, reason: 'taken-back' } })
    expect(adcCheck(file, [live]).level).toBe('ok')
    expect(adcCheck(file, [over]).level).toBe('fail')
    expect(adcCheck(file, []).level).toBe('fail')
    expect(adcCheck({ ...file, found: 'other', leaseId: null, holdsSecret: true }, []).level).toBe('warn')
    expect(adcCheck({ ...file, found: 'none', leaseId: null }, []).level).toBe('ok')
  })

  it('names variables that go before Latchkey, and never their values', () => {
    const checks = variableChecks({ CLOUDSDK_AUTH_ACCESS_TOKEN: 'ya29.secret', HOME: '/root' })
    expect(levels(checks)).toEqual(['warn'])
    expect(JSON.stringify(checks)).not.toContain('ya29')
    expect(levels(variableChecks({ CLOUDSDK_AUTH_ACCESS_TOKEN: '' }))).toEqual(['ok'])
  })

  it('finds leases that nobody uses and doors that do not answer', () => {
    const fresh = sampleLease(0, { lastUsedAt: sampleNow })
    const stale = sampleLease(1, { lastUsedAt: sampleNow - 31 * dayMs, givenAt: 0 })
    const broken = sampleLease(2, {
      lastUsedAt: sampleNow,
      problem: appError('door-busy', { port: 1, program: '' }),
    })
    expect(levels(leaseChecks([fresh], sampleNow))).toEqual(['ok'])
    expect(levels(leaseChecks([fresh, stale, broken], sampleNow))).toEqual(['fail', 'warn'])
    const ended = { ...stale, ended: { at: sampleNow, reason: 'locked' } as const }
    expect(levels(leaseChecks([ended], sampleNow))).toEqual(['ok'])
  })

  it('repeats what the owner has found, and sees a clock that is off', () => {
    const error = appError('keychain-lost')
    const problem = { problemId: 'problem-1', error, action: 'none', dismissible: true } as const
    expect(problemChecks([problem])).toEqual([
      expect.objectContaining({ level: 'fail', text: error.message }),
    ])
    expect(levels(problemChecks([]))).toEqual(['ok'])
    expect(clockCheck(-59_000).level).toBe('ok')
    expect(clockCheck(-120_000).level).toBe('warn')
  })
})
