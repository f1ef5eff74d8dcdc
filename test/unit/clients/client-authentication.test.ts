import { describe, expect, it } from 'vitest'
import { redact } from '../../../electron/adapters/redaction.ts'
import { AccessTokens } from '../../../electron/core/access/access-tokens.ts'
import { clientAuthentication } from '../../../electron/core/clients/client-authentication.ts'
import { describeClient } from '../../../electron/core/clients/describe-client.ts'
import { Secret } from '../../../electron/core/secret.ts'
import { desktopClient, testClientId } from '../../support/client-files.ts'
import { mail, openTestContext } from '../../support/test-context.ts'

const secret = new Secret(desktopClient.client_secret)
const decoded = (header: string): string => Buffer.from(header.replace('Basic ', ''), 'base64').toString()

describe('how a client proves itself', () => {
  it('is by id and secret in the form, and nothing in a header', () => {
    expect(clientAuthentication({ clientId: testClientId, authentication: 'post' }, secret)).toEqual({
      headers: {},
      fields: { client_id: testClientId, client_secret: desktopClient.client_secret },
    })
  })

  it('is by a header alone, with Google’s ids and secrets as they are', () => {
    const { headers, fields } = clientAuthentication(
      { clientId: testClientId, authentication: 'basic' },
      secret,
    )
    expect(fields).toEqual({})
    expect(Object.keys(headers)).toEqual(['authorization'])
    expect(decoded(headers['authorization'] ?? '')).toBe(`${testClientId}:${desktopClient.client_secret}`)
  })

  it('encodes what would otherwise end the id, as RFC 6749 section 2.3.1 has it', () => {
    const { headers } = clientAuthentication(
      { clientId: 'a:b c', authentication: 'basic' },
      new Secret('p%:w+ö'),
    )
    expect(decoded(headers['authorization'] ?? '')).toBe('a%3Ab+c:p%25%3Aw%2B%C3%B6')
  })

  it('does not stand in a log', () => {
    const { headers } = clientAuthentication({ clientId: testClientId, authentication: 'basic' }, secret)
    const header = headers['authorization'] ?? ''
    for (const text of [`authorization: ${header}`, JSON.stringify({ headers })])
      expect(redact(text, '')).not.toContain(header.slice('Basic '.length))
  })

  it('is the header in a refresh, where the client says so', async () => {
    const test = await openTestContext()
    const clientId = await test.addClient()
    const { accountId } = await test.mint({ scopes: [mail] })
    await describeClient(test.context, { clientId, authentication: 'basic' })
    const access = new AccessTokens(test.context, () => undefined)
    expect(await access.get({ accountId, clientId }, { minTtlMs: 0 })).toMatchObject({ kind: 'token' })
    const request = test.world.http.requests.at(-1)
    expect(decoded(request?.headers['authorization'] ?? '')).toBe(
      `${testClientId}:${desktopClient.client_secret}`,
    )
    expect(test.world.google.refreshes[0]?.has('client_id')).toBe(false)
    expect(test.world.google.refreshes[0]?.has('client_secret')).toBe(false)
  })
})
