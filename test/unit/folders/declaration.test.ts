import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  digestOf,
  maxDeclarationBytes,
  parseDeclaration,
} from '../../../electron/core/folders/declaration.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const parse = (text: string): unknown => {
  const parsed = parseDeclaration(bytes(text))
  return parsed.ok ? parsed.value : (parsed.error.details?.['reason'] ?? parsed.error.code)
}
const asha = { account: 'asha@example.org', client: null }

describe('a .latchkey.json', () => {
  it.each([
    ['an account', '{"account":"asha@example.org"}', asha],
    ['an account and a client', '{"account":"Work","client":"Mail"}', { account: 'Work', client: 'Mail' }],
    ['a byte order mark', '\uFEFF{"account":"asha@example.org"}', asha],
    ['lines that end as on Windows', '{\r\n  "account": "asha@example.org"\r\n}\r\n', asha],
    ['a line end at its end', '{"account":"asha@example.org"}\n', asha],
    ['escapes', '{"\\u0061ccount":"a\\u0073ha@example.org"}', asha],
    [
      'quotes, commas and braces in a name',
      '{"account":"a \\"b\\", {c}: d"}',
      { account: 'a "b", {c}: d', client: null },
    ],
    ['Hindi with joiners', '{"account":"क्\u200Dष काम"}', { account: 'क्\u200Dष काम', client: null }],
  ])('may hold %s', (_, text, declaration) => {
    expect(parse(text)).toEqual(declaration)
  })

  it('may name what looks like a path: it is only ever compared with names', () => {
    expect(parse('{"account":"../../etc/passwd"}')).toEqual({ account: '../../etc/passwd', client: null })
  })

  it.each([
    ['nothing', '', 'it is empty'],
    ['room only', ' \n', 'it is empty'],
    ['no JSON', 'account: asha', 'it is not JSON'],
    ['JSON that breaks off', '{"account":"a', 'it is not JSON'],
    ['a comment', '{"account":"a"} // me', 'it is not JSON'],
    ['a list', '[{"account":"a"}]', 'it is not an object in {braces}'],
    ['null', 'null', 'it is not an object in {braces}'],
    ['a text', '"asha@example.org"', 'it is not an object in {braces}'],
    ['no account', '{"client":"Mail"}', '“account” is missing'],
    ['an empty object', '{}', '“account” is missing'],
    ['a number', '{"account":7}', '“account” is not a text in quotes'],
    ['null for an account', '{"account":null}', '“account” is not a text in quotes'],
    ['null for a client', '{"account":"a","client":null}', '“client” is not a text in quotes'],
    ['an object in it', '{"account":{"email":"a"}}', '“account” is not a text in quotes'],
    ['an empty name', '{"account":""}', '“account” is empty'],
    ['a blank client', '{"account":"a","client":" "}', '“client” is empty'],
    ['a key of its own', '{"account":"a","run":"rm -rf"}', 'it says more than “account” and “client”'],
    [
      'a prototype',
      '{"__proto__":{"account":"a"},"account":"b"}',
      'it says more than “account” and “client”',
    ],
    [
      'a key that every object has',
      '{"account":"a","constructor":"b"}',
      'it says more than “account” and “client”',
    ],
    ['the same key twice', '{"account":"a","account":"b"}', 'it says the same thing twice'],
    [
      'the same key twice, once escaped',
      '{"account":"a","acc\\u006funt":"b"}',
      'it says the same thing twice',
    ],
    [
      'a second one hidden as an object',
      '{"account":{"account":"a"},"account":"b"}',
      'it says the same thing twice',
    ],
    ['a second one hidden as a number', '{"account":1e3,"account":"b"}', 'it says the same thing twice'],
    ['a client twice', '{"client":"x","account":"a","client":"y"}', 'it says the same thing twice'],
    [
      'a name that turns around',
      '{"account":"asha\\u202E@example.org"}',
      '“account” holds characters that cannot be seen',
    ],
    [
      'a name with nothing in it to see',
      '{"account":"a\\u200Bb"}',
      '“account” holds characters that cannot be seen',
    ],
    ['a line end in a name', '{"account":"a\\nb"}', '“account” holds characters that cannot be seen'],
    ['half a character', '{"account":"a\\ud800"}', '“account” holds characters that cannot be seen'],
    ['tags', '{"account":"a\\udb40\\udc41"}', '“account” holds characters that cannot be seen'],
    ['a very long name', `{"account":"${'a'.repeat(321)}"}`, '“account” is too long'],
  ])('is not understood with %s', (_, text, reason) => {
    expect(parse(text)).toBe(reason)
  })

  it.each([
    ['UTF-16', new Uint8Array(Buffer.from('\uFEFF{"account":"a"}', 'utf16le'))],
    ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
    ['a broken character', new Uint8Array([0x7b, 0xc3, 0x28, 0x7d])],
  ])('is not understood as %s', (_, content) => {
    expect(parseDeclaration(content)).toMatchObject({
      ok: false,
      error: { details: { reason: 'it is not UTF-8 text' } },
    })
  })

  it('may be as large as the limit and not larger', () => {
    const padded = (size: number): Uint8Array => bytes('{"account":"a"}'.padEnd(size))
    expect(parseDeclaration(padded(maxDeclarationBytes)).ok).toBe(true)
    expect(parseDeclaration(padded(maxDeclarationBytes + 1))).toMatchObject({
      ok: false,
      error: { code: 'declaration-too-large', details: { limit: 4096 } },
    })
  })

  it.each(['[', '{"account":', '{"account":[', '[{"":'])(
    'survives nesting as deep as its size allows: %s',
    (open) => {
      expect(parse(open.repeat(Math.floor(maxDeclarationBytes / open.length)))).toBe('it is not JSON')
    },
  )

  it('survives nesting that is closed again', () => {
    const depth = 2000
    expect(parse(`{"account":${'['.repeat(depth)}${']'.repeat(depth)}}`)).toBe(
      '“account” is not a text in quotes',
    )
  })

  it('is one or the other, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
        const parsed = parseDeclaration(content)
        expect(parsed.ok || parsed.error.code === 'declaration-invalid').toBe(true)
      }),
    )
  })

  it('gives back any name that was written as JSON', () => {
    const name = fc.string({ minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== '')
    fc.assert(
      fc.property(name, name, (account, client) => {
        expect(parse(JSON.stringify({ client, account }, null, 2))).toEqual({ account, client })
      }),
    )
  })

  it('has another digest with every change, a byte order mark included', () => {
    const texts = ['{"account":"a"}', '{"account":"a"}\n', '\uFEFF{"account":"a"}', '{"account":"A"}']
    expect(new Set(texts.map((text) => digestOf(bytes(text)))).size).toBe(texts.length)
    expect(digestOf(bytes('{"account":"a"}'))).toMatch(/^[\w-]{43}$/)
  })
})
