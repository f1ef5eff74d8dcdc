import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../electron/contract/errors.ts'
import { errors } from '../../../electron/contract/errors.ts'
import { appError } from '../../../electron/contract/outcome.ts'
import { errorAnswer, oauthError, statusOf } from '../../../electron/core/doors/routes/error-answer.ts'
import { metadataRefusal } from '../../../electron/core/doors/routes/metadata-routes.ts'
import { Secret } from '../../../electron/core/secret.ts'
import { testWorld } from '../../support/test-world.ts'
import { fakeTimers } from '../../support/fake-timers.ts'
import { basic, form, remoteSocket, routesScene } from './routes-scene.ts'

const codes = Object.keys(errors) as ErrorCode[]

describe('an error at a door', () => {
  it.each([
    ['params-invalid', 400],
    ['lease-unknown', 401],
    ['lease-taken-back', 403],
    ['doors-locked', 403],
    ['ask-refused', 403],
    ['not-found', 404],
    ['door-which-account', 409],
    ['ask-muted', 429],
    ['ask-many', 429],
    ['internal', 500],
    ['network-failed', 503],
  ] as const)('%s is %i', (code, status) => {
    expect(statusOf(appError(code))).toBe(status)
  })

  it('of every lease and every question is somebody’s to settle: never one that passes by itself', () => {
    const settled = codes.filter((code) => /^(lease|ask)-/.test(code))
    expect(settled.filter((code) => statusOf(appError(code)) >= 500)).toEqual([])
  })

  it('says what to do, whatever it is', () => {
    for (const code of codes) {
      const { error } = JSON.parse(errorAnswer(appError(code)).body as string) as {
        error: Record<string, unknown>
      }
      expect(error, code).toMatchObject({ code, retryable: errors[code].retryable })
      expect(String(error['next']).length, code).toBeGreaterThan(5)
    }
  })

  it('has a form of the standard for every code, in its alphabet', () => {
    for (const code of codes) {
      const { status, body } = oauthError(appError(code))
      const { error, error_description: text } = JSON.parse(body as string) as Record<string, string>
      expect(text, code).toMatch(/^Latchkey: [^"\\“”→]+$/)
      if (errors[code].retryable) expect([status, error], code).toEqual([503, 'temporarily_unavailable'])
    }
  })
})

describe('a fault at a door', () => {
  it('is told in the words that are spoken there', async () => {
    const scene = await routesScene()
    const adc = await scene.give({ door: 'adc', accountId: null, clientId: null })
    const http = scene.snapshot().doors.http ?? ''
    scene.world.programs.describe = () => Promise.reject(new Error('no such thing'))
    const body = `grant_type=refresh_token&refresh_token=${String(adc.json['handle'])}`
    const asked = await scene.knock(http, '/adc/token', {
      method: 'POST',
      headers: { ...basic, ...form },
      body,
    })
    expect(asked).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } })
    const { status, headers, body: text } = metadataRefusal(appError('internal'))
    expect({ status, headers }).toMatchObject({ status: 503, headers: { 'metadata-flavor': 'Google' } })
    expect(text).toMatch(/^Latchkey: /)
  })
})

describe('the vault behind the doors', () => {
  it('is locked with them, unlocked over the socket, and shown', async () => {
    const world = await testWorld({ vault: true })
    const passphrase = world.vault?.passphrase ?? ''
    await world.vault?.unlock(new Secret(passphrase))
    const scene = await routesScene({ world: { ...world, timers: fakeTimers(world.clock) } })
    expect(scene.snapshot().doors).toMatchObject({ store: 'vault', vaultLocked: false })
    await scene.local('/v1/command/doors.lock', {})
    expect(scene.snapshot().doors).toMatchObject({ locked: { by: 'person' }, vaultLocked: true })
    expect((await scene.local('/v1/status')).json).toMatchObject({
      locked: true,
      store: 'vault',
      vaultLocked: true,
    })
    await scene.local('/v1/command/doors.unlock', {})
    expect(scene.snapshot().doors).toMatchObject({ locked: null, vaultLocked: true })
    const wrong = await scene.local('/v1/vault/unlock', { passphrase: 'not the one' })
    expect(wrong).toMatchObject({ status: 403, json: { error: { code: 'vault-wrong-passphrase' } } })
    expect(await scene.local('/v1/vault/unlock', { passphrase })).toMatchObject({ status: 200 })
    expect(scene.snapshot().doors).toMatchObject({ vaultLocked: false })
    expect(await scene.local('/v1/vault/open', {})).toMatchObject({ status: 404 })
    expect(await scene.knock(remoteSocket, '/v1/vault/status')).toMatchObject({ status: 403 })
  })
})
