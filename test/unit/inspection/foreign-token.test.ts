import { describe, expect, it } from 'vitest'
import { recognisePasted } from '../../../electron/core/inspection/foreign-token.ts'

const access = 'ya29.a0AfH6SMBx-abc_defghijklmn0123456789'
const refresh = '1//0gAbCdEfGhIjKlMnOpQrStUvWxYz-0123456789'
const encoded = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url')
const jwt = `${encoded({ alg: 'RS256', kid: 'k' })}.${encoded({ iss: 'https://accounts.google.com' })}.c2lnbmF0dXJl`

/** Kind and token, as it would be sent or checked. */
const seen = (text: string): readonly [string, string | null] => {
  const pasted = recognisePasted(text)
  return [pasted.kind, 'token' in pasted ? pasted.token.reveal() : null]
}

describe('a pasted token', () => {
  it.each([
    ['alone', '%'],
    ['in white space', ' \n\t % \r\n'],
    ['in quotes', '"%"'],
    ['in single quotes', "'%'"],
    ['in typographic quotes', '“%”'],
    ['in backticks', '`%`'],
    ['in angle brackets', '<%>'],
    ['with a comma behind', '"%",'],
    ['after Bearer', 'Bearer %'],
    ['after bearer in small letters', 'bearer   %'],
    ['as a header', 'Authorization: Bearer %'],
    ['as a quoted header', '"authorization: Bearer %"'],
    ['as a quoted header value', 'Authorization: "Bearer %"'],
    ['as a parameter', 'access_token=%'],
    ['as a field', '"access_token": "%",'],
    ['behind a mark of byte order', '\uFEFF%'],
    ['with a character that nobody sees', '\u200B%\u200B'],
    ['in the JSON of an answer', '{"access_token":"%","expires_in":3599,"token_type":"Bearer"}'],
  ])('%s is the token', (_how, frame) => {
    expect(seen(frame.replace('%', () => access))).toEqual(['opaque', access])
    expect(seen(frame.replace('%', () => jwt))).toEqual(['jwt', jwt])
  })

  it('is put together again where a terminal broke its line', () => {
    expect(seen(`${access.slice(0, 15)}\n  ${access.slice(15)}\r\n`)).toEqual(['opaque', access])
    expect(seen(`Bearer ${jwt.slice(0, 30)}\n${jwt.slice(30)}`)).toEqual(['jwt', jwt])
  })

  it('is read from an id token alone as from an access token', () => {
    expect(seen(JSON.stringify({ id_token: jwt }))).toEqual(['jwt', jwt])
  })

  it('is the access token where an answer has both', () => {
    expect(seen(JSON.stringify({ id_token: jwt, access_token: access }))).toEqual(['opaque', access])
  })

  it('shows in no text of what was recognised', () => {
    for (const text of [access, jwt]) expect(JSON.stringify(recognisePasted(text))).not.toContain(text)
  })
})

const pem = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n-----END PRIVATE KEY-----'

describe('what should not be pasted', () => {
  it.each([
    ['alone', refresh],
    ['in quotes', `"${refresh}"`],
    ['of the older form', '1/0gAbCdEfGhIjKlMnOpQrStUvWxYz-0123456789abc'],
    ['still encoded', refresh.replaceAll('/', '%2F')],
    ['in a sentence', `my token is ${refresh} please help`],
    ['in a token.json', JSON.stringify({ token: access, refresh_token: refresh })],
    ['in the answer of a sign-in', JSON.stringify({ access_token: access, refresh_token: refresh }, null, 2)],
    ['in a file for gcloud', JSON.stringify({ type: 'authorized_user', refresh_token: refresh })],
    ['still encoded in an address', `https://x.example/?t=${refresh.replaceAll('/', '%2F')}&u=1`],
    ['of any form under its name', 'refresh_token=AbCdEfGhIjKlMnOpQrStUvWxYz0123456789'],
    ['of any form in lines of YAML', 'refresh_token: AbCdEfGhIjKlMnOpQrStUvWxYz0123456789'],
    ['in the configuration of rclone', `token = {"access_token":"${access}","refresh_token":"${refresh}"}`],
  ])('is a refresh token %s', (_how, text) => {
    expect(recognisePasted(text)).toEqual({ kind: 'refresh-token' })
  })

  it.each([
    ['a client secret', 'GOCSPX-abcdefghijklmnopqrst'],
    ['a client secret in a line of shell', "export CLIENT_SECRET='GOCSPX-abcdefghijklmnopqrst'"],
    ['a client file', JSON.stringify({ installed: { client_id: 'x', client_secret: 'GOCSPX-abc' } })],
    ['a private key', pem],
    ['a private key of the older form', pem.replaceAll('PRIVATE', 'RSA PRIVATE')],
    ['a private key under a password', pem.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE')],
    ['a key file', JSON.stringify({ type: 'service_account', private_key: pem })],
    ['a key file that breaks off', JSON.stringify({ private_key: pem }).slice(0, -3)],
    ['a private key without its title', `MIIEvQIBADANBgkq${'hkiG9w0BAQEF\n'.repeat(30)}==`],
    ['a private key out of JSON', `"MIIEvQIBADANBgkq${'hkiG9w0BAQEF\\n'.repeat(30)}"`],
    ['a private key as the keychain has it', `rsa1.AQAB.${'x1y2'.repeat(80)}.${'z3w4'.repeat(80)}`],
    ['a private key under its name', 'private_key = AbCdEfGhIjKlMnOpQrStUvWxYz0123456789'],
    ['a client secret under its name', 'client_secret=AbCdEfGhIjKlMnOpQrStUvWxYz0123456789'],
    ['a client secret in JSON within a text', '{\\"client_secret\\":\\"AbCdEfGhIjKlMnOpQrStUv\\"}'],
    ['a client secret of the older form', 'aBcD_eFgH1jKlMn-pQrStUvW'],
    ['an API key', `AIza${'Sy0'.repeat(11)}ab`],
    ['an API key in an address', `https://maps.googleapis.com/x?key=AIza${'Sy0'.repeat(11)}ab`],
    ['an authorization code', '4/0AfgeXvu-abcdefghijkl'],
    ['an authorization code still encoded', '4%2F0AfgeXvu-abcdefghijkl'],
  ])('is %s', (_what, text) => {
    expect(recognisePasted(text)).toEqual({ kind: 'secret' })
  })
})

describe('what is no token', () => {
  it.each(['', ' \n\t', '""'.slice(2), '\uFEFF', '\u200B'])('is nothing: %j', (text) => {
    expect(recognisePasted(text)).toEqual({ kind: 'empty' })
  })

  it.each([
    ['prose', 'please look at this token for me'],
    ['too short for one', 'ya29.a1'],
    ['short', 'a1b2c3d4e5'],
    ['over Google’s bound', `ya29.${'a1'.repeat(1100)}`],
    ['an address', 'https://accounts.google.com/o/oauth2/v2/auth?client_id=1'],
    ['a path', '/home/asha/projects/tokens/2026/token'],
    ['a name', 'a-rather-long-name-of-something'],
    ['a number', '12345678901234567890123'],
    ['a client id', '123456789012-abcdefghij0123456789.apps.googleusercontent.com'],
    ['an e-mail address', 'asha.rao.of.northwind@gmail.test'],
    ['JSON without a token', JSON.stringify({ error: 'invalid_grant', error_description: 'Bad Request' })],
    ['a JSON list', '[1,2,3]'],
    ['other letters', 'यह कोई टोकन नहीं है, बस एक वाक्य है'],
    ['a page', `<html>${'x'.repeat(100_000)}</html>`],
    ['another company’s token', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'],
    ['another company’s key', 'sk-abcdefghijklmnopqrstuvwxyz0123456789'],
    ['an encrypted JWT', `${jwt}.abc.def.0`.replaceAll('.', ' ')],
  ])('is %s', (_what, text) => {
    expect(recognisePasted(text)).toEqual({ kind: 'other' })
  })

  it('has no JWT in three parts whose first is none', () => {
    expect(seen('ya29.abcdef0123456789.abcdefghijk')).toEqual(['opaque', 'ya29.abcdef0123456789.abcdefghijk'])
  })

  it('is told at once, however long and odd it is', () => {
    for (const text of [
      `a${' '.repeat(500_000)}b`,
      `${'"'.repeat(500_000)}a`,
      `${'\n '.repeat(250_000)}a.b`,
    ]) {
      const startedAt = performance.now()
      expect(seen(text)[0]).toBe('other')
      expect(performance.now() - startedAt).toBeLessThan(1000)
    }
  })
})
