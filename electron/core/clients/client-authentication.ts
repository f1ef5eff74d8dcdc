/** How a client proves itself at the token endpoint: RFC 6749 section 2.3.1, google-oauth.md 1.7 and 4.4. */
import type { ClientAuthentication } from '../../contract/kinds.ts'
import type { Secret } from '../secret.ts'
import type { State } from '../state/state.ts'

/** What `clientAuthentication` needs of a client. */
export interface AuthenticatingClient {
  readonly clientId: string
  readonly authentication: ClientAuthentication
}

export interface ClientProof {
  /** To be sent beside `content-type` and `accept`. */
  readonly headers: Readonly<Record<string, string>>
  /** To stand in the form. */
  readonly fields: Readonly<Record<string, string>>
}

/**
 * The parts of a token request that say which client sends it. Under `post` id and secret stand in the form; under
 * `basic` both stand in the header and nowhere else, because a client must not use two methods at once.
 */
export function clientAuthentication(client: AuthenticatingClient, secret: Secret): ClientProof {
  const { clientId, authentication } = client
  if (authentication === 'post')
    return { headers: {}, fields: { client_id: clientId, client_secret: secret.reveal() } }
  const pair = `${formEncoded(clientId)}:${formEncoded(secret.reveal())}`
  return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, fields: {} }
}

/** The client as it authenticates by what is known of it now; one that is not known sends its secret in the form. */
export function authenticating(state: State, clientId: string): AuthenticatingClient {
  return { clientId, authentication: state.clients.get(clientId)?.authentication ?? 'post' }
}

/** `application/x-www-form-urlencoded`. Google's ids and secrets come out of it as they went in. */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}
