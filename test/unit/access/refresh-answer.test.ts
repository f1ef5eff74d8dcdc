import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../electron/contract/errors.ts'
import { appError } from '../../../electron/contract/outcome.ts'
import type { RefreshAnswer } from '../../../electron/core/access/refresh-answer.ts'
import { readRefreshAnswer } from '../../../electron/core/access/refresh-answer.ts'
import { testStart } from '../../support/fake-clock.ts'

const json = 'application/json; charset=utf-8'
const date = new Date(testStart).toUTCString()

interface Given {
  readonly status?: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: object | string
}

function read({ status = 200, type = json, headers = {}, body }: Given): RefreshAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const all = new Map([['content-type', type], ['date', date], ...Object.entries(headers)])
  return readRefreshAnswer({ kind: 'answered', status, headers: all, body: text }, testStart)
}

const good = {
  access_token: 'ya29.a0-example',
  expires_in: 3599,
  scope: 'openid https://www.googleapis.com/auth/userinfo.email',
  token_type: 'Bearer',
}
const rapt = 'reauth related error (invalid_rapt)'

/** Status, body and what it means: `kind verdict-if-any code`. Every row of the table of errors, and its variants. */
const refusals: readonly (readonly [number, object, string])[] = [
  [
    400,
    { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
    'refused dead token-dead',
  ],
  [400, { error: 'invalid_grant', error_description: 'Bad Request' }, 'refused dead token-dead'],
  [400, { error: 'invalid_grant' }, 'refused dead token-dead'],
  [400, { error: 'invalid_grant', error_description: 'Robot is disabled.' }, 'refused dead token-dead'],
  [
    400,
    { error: 'invalid_grant', error_description: 'Account has been deleted' },
    'refused dead account-deleted',
  ],
  [
    400,
    { error: 'invalid_grant', error_description: 'The account has been deleted' },
    'refused dead account-deleted',
  ],
  [
    400,
    { error: 'invalid_grant', error_description: 'Malformed auth code.' },
    'refused fault request-refused',
  ],
  [
    400,
    { error: 'invalid_grant', error_description: 'Missing code verifier.' },
    'refused fault request-refused',
  ],
  [
    400,
    { error: 'invalid_grant', error_description: 'Invalid code verifier.' },
    'refused fault request-refused',
  ],
  [
    400,
    { error: 'invalid_grant', error_description: 'code_verifier or verifier is not needed' },
    'refused fault request-refused',
  ],
  [
    400,
    { error: 'invalid_grant', error_subtype: 'invalid_rapt', error_description: rapt },
    'refused person session-expired',
  ],
  [400, { error: 'invalid_grant', error_subtype: 'rapt_required' }, 'refused person session-expired'],
  [400, { error: 'rapt_required' }, 'refused person session-expired'],
  [401, { error: 'invalid_client', error_description: 'Unauthorized' }, 'client-refused client-refused'],
  [
    401,
    { error: 'invalid_client', error_description: 'The OAuth client was not found.' },
    'client-refused client-refused',
  ],
  [
    401,
    { error: 'deleted_client', error_description: 'The OAuth client was deleted.' },
    'client-refused client-deleted',
  ],
  [401, { error: 'disabled_client' }, 'client-refused client-disabled'],
  [403, { error: 'disabled_client' }, 'client-refused client-disabled'],
  [
    401,
    { error: 'unauthorized_client', error_description: 'Unauthorized' },
    'refused client token-at-other-client',
  ],
  [
    400,
    { error: 'invalid_request', error_description: 'client_secret is missing.' },
    'client-refused client-refused',
  ],
  [
    400,
    { error: 'invalid_request', error_description: 'Could not determine client ID from request.' },
    'refused fault request-refused',
  ],
  [
    400,
    { error: 'redirect_uri_mismatch', error_description: 'Bad Request' },
    'refused fault redirect-mismatch',
  ],
  [400, { error: 'unsupported_grant_type' }, 'refused fault request-refused'],
  [400, { error: 'invalid_scope' }, 'refused fault scope-refused'],
  [403, { error: 'org_internal' }, 'refused person org-internal'],
  [400, { error: 'admin_policy_enforced' }, 'refused person admin-policy'],
  [403, { error: 'admin_policy_enforced' }, 'refused person admin-policy'],
  [400, { error: 'access_denied', error_description: 'Account Restricted' }, 'refused person access-denied'],
  [403, { error: 'access_denied' }, 'refused person access-denied'],
  [400, { error: 'consent_required' }, 'refused person consent-required'],
  [400, { error: 'use_dpop_nonce' }, 'client-refused dpop-required'],
  [400, { error: 'invalid_dpop_proof' }, 'client-refused dpop-required'],
  [403, { error: 'restricted_client' }, 'refused client client-unauthorized'],
  [403, { error: 'rate_limit_exceeded' }, 'passing rate-limited'],
  [400, { error: 'internal_failure' }, 'passing server-unavailable'],
  [400, { error: 'server_error' }, 'passing server-unavailable'],
  [400, { error: 'temporarily_unavailable' }, 'passing server-unavailable'],
  [400, { error: 'something_new' }, 'refused fault token-error-other'],
  [403, { error: 'something_new' }, 'passing server-unavailable'],
  [404, { error: 'something_new' }, 'passing server-unavailable'],
]

/** What can never say anything about a token, whatever it looks like. */
const harmless: readonly (readonly [string, Given, ErrorCode])[] = [
  ['429', { status: 429, body: { error: 'invalid_grant' } }, 'rate-limited'],
  ['500', { status: 500, body: { error: 'invalid_grant' } }, 'server-unavailable'],
  ['503', { status: 503, body: 'busy', type: 'text/plain' }, 'server-unavailable'],
  ['407', { status: 407, body: { error: 'invalid_grant' } }, 'network-failed'],
  ['invalid_grant with 401', { status: 401, body: { error: 'invalid_grant' } }, 'server-unavailable'],
  ['invalid_grant with 403', { status: 403, body: { error: 'invalid_grant' } }, 'server-unavailable'],
  ['a 400 page', { status: 400, type: 'text/html', body: '<h1>invalid_grant</h1>' }, 'answer-not-json'],
  ['a 403 page', { status: 403, type: 'text/html', body: '<h1>Blocked</h1>' }, 'answer-not-json'],
  ['a 200 page', { type: 'text/html', body: '<h1>Welcome to the Wi-Fi</h1>' }, 'answer-not-json'],
  ['nothing', { status: 204, body: '' }, 'answer-not-json'],
  [
    'JSON called HTML',
    { status: 400, type: 'text/html', body: { error: 'invalid_grant' } },
    'answer-not-json',
  ],
  ['a grant called text', { type: 'text/plain', body: good }, 'answer-not-json'],
  ['JSON that breaks off', { status: 400, body: '{"error":"invalid_gr' }, 'answer-malformed'],
  ['a grant that breaks off', { body: '{"access_token":"ya29.a0' }, 'answer-malformed'],
  ['an error without a name', { status: 400, body: { error: { code: 400 } } }, 'answer-malformed'],
  ['a list', { status: 400, body: ['invalid_grant'] }, 'answer-malformed'],
  ['no access token', { body: { ...good, access_token: undefined } }, 'answer-malformed'],
  ['an empty access token', { body: { ...good, access_token: '' } }, 'answer-malformed'],
  [
    'an access token of 2,049 bytes',
    { body: { ...good, access_token: 'a'.repeat(2049) } },
    'answer-malformed',
  ],
  ['an access token with a line break', { body: { ...good, access_token: 'a\r\nb' } }, 'answer-malformed'],
  ['another token type', { body: { ...good, token_type: 'mac' } }, 'answer-malformed'],
  ['no token type', { body: { ...good, token_type: undefined } }, 'answer-malformed'],
  ['no lifetime', { body: { ...good, expires_in: undefined } }, 'answer-malformed'],
  ['a lifetime of nothing', { body: { ...good, expires_in: 0 } }, 'answer-malformed'],
  ['a lifetime that is over', { body: { ...good, expires_in: -5 } }, 'answer-malformed'],
  ['a lifetime in words', { body: { ...good, expires_in: 'an hour' } }, 'answer-malformed'],
  ['scopes as a list', { body: { ...good, scope: ['openid'] } }, 'answer-malformed'],
  ['a refresh token of 513 bytes', { body: { ...good, refresh_token: 'r'.repeat(513) } }, 'answer-malformed'],
  ['a refresh token that is none', { body: { ...good, refresh_token: 7 } }, 'answer-malformed'],
]

function summary(answer: RefreshAnswer): string {
  const verdict = answer.kind === 'refused' ? ` ${answer.verdict}` : ''
  return `${answer.kind}${verdict} ${answer.kind === 'granted' ? '' : answer.error.code}`
}

describe('an answer that refuses', () => {
  it.each(refusals)('%i %j means: %s', (status, body, expected) => {
    expect(summary(read({ status, body }))).toBe(expected)
  })

  it('keeps only clean and short words of the server', () => {
    const answer = read({
      status: 400,
      body: { error: `invalid_scope${'x'.repeat(500)}\n`, error_description: `a\u0000b${'ä'.repeat(500)}` },
    })
    const refusal = answer.kind === 'refused' ? answer.refusal : null
    expect(refusal?.error).toHaveLength(60)
    expect(refusal?.description).toHaveLength(200)
    expect(refusal?.description).toMatch(/^[\x20-\x7E]*$/)
  })
})

describe('an answer that says nothing about the token', () => {
  it.each(harmless)('%s is only a failure that passes', (_, given, code) => {
    expect(summary(read(given))).toBe(`passing ${code}`)
  })

  it.each([
    ['network-offline', true],
    ['proxy-failed', true],
    ['network-failed', false],
    ['answer-too-large', false],
  ] as const)('%s passes, and counts as no network: %s', (code, offline) => {
    const answer = readRefreshAnswer({ kind: 'failed', error: appError(code) }, testStart)
    expect(answer).toMatchObject({ kind: 'passing', offline, error: { code } })
  })

  it.each([
    ['120', 120_000],
    [new Date(testStart + 90_000).toUTCString(), 90_000],
    [new Date(testStart - 90_000).toUTCString(), null],
    ['soon', null],
    ['0', null],
    ['-5', null],
    ['999999999', 86_400_000],
  ])('with Retry-After %s waits %s ms', (retryAfter, expected) => {
    const answer = read({ status: 429, headers: { 'retry-after': retryAfter }, body: '' })
    expect(answer).toMatchObject({ kind: 'passing', retryAfterMs: expected })
  })

  it('reckons a Retry-After date from the Date of the answer, not from a wrong clock', () => {
    const serverTime = testStart + 3_600_000
    const headers = {
      date: new Date(serverTime).toUTCString(),
      'retry-after': new Date(serverTime + 30_000).toUTCString(),
    }
    expect(read({ status: 503, headers, body: '' })).toMatchObject({ retryAfterMs: 30_000 })
  })
})

describe('an answer that grants', () => {
  it('gives the token, its life and its scopes in their one spelling', () => {
    const answer = read({ body: { ...good, scope: 'email openid', token_type: 'bearer' } })
    if (answer.kind !== 'granted') throw new Error(answer.kind)
    expect(answer.accessToken.reveal()).toBe('ya29.a0-example')
    expect(answer.lifetimeMs).toBe(3_599_000)
    expect(answer.scopes).toEqual(['https://www.googleapis.com/auth/userinfo.email', 'openid'])
    expect(answer.refreshToken).toBeNull()
    expect(answer.refreshTokenEndsInMs).toBeNull()
  })

  it('takes tokens of the largest size, a new refresh token and its end', () => {
    const answer = read({
      body: {
        ...good,
        access_token: 'a'.repeat(2048),
        refresh_token: 'r'.repeat(512),
        refresh_token_expires_in: 15_551_999,
        scope: undefined,
      },
    })
    if (answer.kind !== 'granted') throw new Error(answer.kind)
    expect(answer.refreshToken?.byteLength).toBe(512)
    expect(answer.refreshTokenEndsInMs).toBe(15_551_999_000)
    expect(answer.scopes).toBeNull()
  })

  it('never believes a life of more than a day', () => {
    expect(read({ body: { ...good, expires_in: 1e12 } })).toMatchObject({ lifetimeMs: 86_400_000 })
  })
})
