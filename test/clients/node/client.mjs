/**
 * Google's Node library as a program uses it: whatever credentials it finds by itself.
 *
 *   node client.mjs USERINFO [SCOPE …]
 *
 * Each line of standard input is a step: `token`, `use` (asks who it is, with the library's own request), `refresh`.
 * Each is answered with one line of JSON. A token never leaves the process: its SHA-256 tells two of them apart.
 */
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { GoogleAuth } from 'google-auth-library'

const [address = '', ...scopes] = process.argv.slice(2)
const auth = new GoogleAuth(scopes.length > 0 ? { scopes } : {})

/** @param {string | null | undefined} text */
const fingerprint = (text) =>
  createHash('sha256')
    .update(text ?? '')
    .digest('hex')

/** @type {Record<string, () => Promise<object>>} */
const steps = {
  async token() {
    const client = await auth.getClient()
    const { token } = await client.getAccessToken()
    return { token: fingerprint(token) }
  },
  async refresh() {
    const client = await auth.getClient()
    client.credentials.expiry_date = 1
    // The clients of external accounts keep the token that they use in a field of their own.
    if ('cachedAccessToken' in client) client.cachedAccessToken = null
    const { token } = await client.getAccessToken()
    return { token: fingerprint(token) }
  },
  async use() {
    const client = await auth.getClient()
    const { status, data } = await client.request({ url: address })
    return { status, email: data.email }
  },
}

let failed = false
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await steps[line.trim()]?.().then(
    (value) => ({ ok: true, ...value }),
    (error) => ({ ok: false, error: `${error.name}: ${error.message}` }),
  )
  failed = !answer?.ok
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
process.exit(failed ? 1 : 0)
