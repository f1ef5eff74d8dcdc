import { describe, expect, it } from 'vitest'
import { appError } from '../../../electron/contract/outcome.ts'
import type { RevokeAnswer } from '../../../electron/core/revocation/revoke-answer.ts'
import { readRevokeAnswer, revokeRequest } from '../../../electron/core/revocation/revoke-answer.ts'
import { Secret } from '../../../electron/core/secret.ts'

const json = 'application/json; charset=utf-8'
function read(status: number, body: string, contentType: string | null = json): RevokeAnswer {
  const headers = new Map(contentType === null ? [] : [['content-type', contentType]])
  return readRevokeAnswer({ kind: 'answered', status, headers, body })
}
const codeOf = (answer: RevokeAnswer): string =>
  answer.kind === 'refused' || answer.kind === 'not-sent' ? answer.error.code : answer.kind
const refusal = (error: string, description = ''): string =>
  JSON.stringify({ error, error_description: description })

describe('the request to revoke', () => {
  it('holds the token in its body, encoded, and nothing else', () => {
    expect(revokeRequest(new Secret('1//a+b&c'))).toEqual({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: 'token=1%2F%2Fa%2Bb%26c',
    })
  })
})

describe('an answer to a revocation', () => {
  it.each([
    ['an empty object', 200, '{}', json],
    ['an empty body', 200, '', null],
    ['an empty body of any type', 200, '\n', 'text/html'],
    ['no content', 204, '', null],
  ])('is yes with %s', (_, status, body, type) => {
    expect(read(status, body, type).kind).toBe('accepted')
  })

  it('is about a dead token with invalid_token', () => {
    expect(read(400, refusal('invalid_token', 'Token expired or revoked')).kind).toBe('already-dead')
  })

  it.each([
    ['invalid_request', 'Token is not revocable.', 'revoke-not-revocable'],
    ['invalid_request', 'Missing required parameter: token', 'revoke-refused'],
    ['unsupported_token_type', '', 'revoke-refused'],
  ])('is no with %s (%s)', (error, description, code) => {
    expect(codeOf(read(400, refusal(error, description)))).toBe(code)
  })

  it('asks to wait with 429', () => {
    expect(codeOf(read(429, refusal('rate_limit_exceeded')))).toBe('rate-limited')
  })

  it('names a refusal in a form that can hold nothing secret', () => {
    const answer = read(400, refusal('<b>1//0secret-token-of-somebody</b>'))
    expect(JSON.stringify(answer)).not.toMatch(/secret-token|</)
  })

  it.each([
    ['a page in place of a yes', 200, '<html>Welcome</html>', 'text/html'],
    ['a page that calls itself JSON', 200, '<html>', json],
    ['JSON that breaks off', 200, '{', json],
    ['an error under a status of 200', 200, refusal('invalid_token'), json],
    ['a page in place of a no', 400, '<html>', 'text/html'],
    ['a no of somebody else', 403, refusal('invalid_token'), 'text/html'],
    ['a no without a name', 400, '{}', json],
    ['a redirect', 302, '', null],
    ['a proxy that asks for a password', 407, refusal('invalid_token'), json],
    ['a server error', 503, '', null],
    ['a server error that names a token', 500, refusal('invalid_token'), json],
  ])('is unclear with %s', (_, status, body, type) => {
    expect(read(status, body, type).kind).toBe('unclear')
  })

  it('is unclear when the connection broke, and why is said', () => {
    const error = appError('network-failed', { reason: 'no answer within 30 s' })
    expect(readRevokeAnswer({ kind: 'failed', error })).toEqual({
      kind: 'unclear',
      reason: 'no answer within 30 s',
    })
    expect(readRevokeAnswer({ kind: 'aborted' }).kind).toBe('unclear')
    expect(readRevokeAnswer({ kind: 'failed', error: appError('answer-too-large') }).kind).toBe('unclear')
  })

  it('is none where nothing was sent', () => {
    expect(codeOf(readRevokeAnswer({ kind: 'failed', error: appError('network-offline') }))).toBe(
      'network-offline',
    )
    const proxy = appError('proxy-failed', { host: 'p:1', reason: 'it refused' })
    expect(codeOf(readRevokeAnswer({ kind: 'failed', error: proxy }))).toBe('proxy-failed')
  })
})
