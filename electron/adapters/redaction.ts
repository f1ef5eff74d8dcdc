/**
 * Takes out of a text what must not stand in a log: secrets by their shape or by the name in front of them,
 * most of each e-mail address, and the name of the person's home folder. Pure.
 */

/** Parameter and field names whose values are secret or tie an answer to its question. */
const secretNames = [
  'code',
  'device_code',
  'user_code',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'id_token_hint',
  'client_secret',
  'code_verifier',
  'code_challenge',
  'state',
  'nonce',
  'assertion',
  'client_assertion',
  'private_key',
  'password',
  'passphrase',
  'cookie',
].join('|')

/** Google's shapes (google-oauth.md 2.4); `%2F` is `/` in a URL. */
const slash = '(?:/|%2[Ff])'
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g, '[key]'],
  [/\beyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?/g, '[jwt]'],
  [/\bya29\.[\w.~+/-]+/g, '[access token]'],
  [new RegExp(`\\b1${slash}${slash}?[\\w-]{6,}`, 'g'), '[refresh token]'],
  [new RegExp(`\\b4${slash}[\\w-]{6,}`, 'g'), '[code]'],
  [/\bGOCSPX-[\w-]+/g, '[client secret]'],
  [/\bAIza[\w-]{30,}/g, '[api key]'],
  [/\b(Bearer|Basic) +[\w.~+/=-]+/gi, '$1 [secret]'],
  [new RegExp(`\\b(${secretNames})=[^&\\s"'#;]+`, 'gi'), '$1=[secret]'],
  [new RegExp(`(["'\\\\]+(?:${secretNames})["'\\\\]+\\s*:\\s*["'\\\\]+)[^"'\\\\]+`, 'gi'), '$1[secret]'],
]

const letter = '[\\p{L}\\p{N}]'
const address = new RegExp(
  `(${letter})[\\p{L}\\p{M}\\p{N}._%+'-]*(?:@|%40)(${letter})[\\p{L}\\p{M}\\p{N}.-]*\\.([\\p{L}\\p{M}]{2,})`,
  'gu',
)

/** The same text without secrets. `home` is the path of the home folder; empty for none. */
export function redact(text: string, home: string): string {
  const withoutSecrets = shapes.reduce((sofar, [shape, mask]) => sofar.replace(shape, mask), text)
  const withoutAddresses = withoutSecrets.replace(address, '$1***@$2***.$3')
  return home.length > 1 ? hideHome(withoutAddresses, home) : withoutAddresses
}

/** As a path, as a path inside JSON, and as a file URL. */
function hideHome(text: string, home: string): string {
  const forms = [
    home,
    home.replaceAll('\\', '\\\\'),
    home.replaceAll('\\', '/'),
    encodeURI(home.replaceAll('\\', '/')),
  ]
  return forms.reduce((sofar, form) => sofar.replaceAll(form, '~'), text)
}
