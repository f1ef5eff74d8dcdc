/** `/robot/v1/metadata/x509/…`: the certificates of a service account's keys, by key id (google-oauth.md 6). */
import { jsonAnswer } from './answers.ts'
import type { Handle } from './server.ts'
import { certificatesPath, serviceAccountByEmail } from './service-accounts.ts'
import type { PracticeWorld } from './world.ts'

const forAnHour = { 'cache-control': 'public, max-age=3600' } as const

/** Answers anything below `certificatesPath`; public, because these keys only verify. */
export function certificates(world: PracticeWorld): Handle {
  return ({ path }) => {
    const account = serviceAccountByEmail(world.store.state, decoded(path.slice(certificatesPath.length)))
    if (account === null) return jsonAnswer(404, { error: { code: 404, status: 'NOT_FOUND' } })
    const byId = account.keys.map(({ id, certificate }): [string, string] => [id, certificate])
    return jsonAnswer(200, Object.fromEntries(byId), forAnHour)
  }
}

/** What is no percent-encoding is no address. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
