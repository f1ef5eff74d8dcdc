/** The OAuth clients of practice Google: all of type Desktop, two of one project and one of another. */
interface PracticeClient {
  readonly clientId: string
  readonly projectId: string
  readonly projectNumber: string
}

/** The one that is there from the start. The rules that a person can set are its project's. */
export const practiceClient = {
  clientId: '480216937745-q3v8m1k6t0d9r5w2z7x4c1b8n6p3j0hf.apps.googleusercontent.com',
  projectId: 'latchkey-practice',
  projectNumber: '480216937745',
} as const

/** Those that exist once somebody asks for them: by the project that they belong to, seen from the first. */
export const furtherClients = {
  same: {
    clientId: '480216937745-h7d2s9g4y1u6e3o8a5l0i7f2b9m4k1wz.apps.googleusercontent.com',
    projectId: practiceClient.projectId,
    projectNumber: practiceClient.projectNumber,
  },
  other: {
    clientId: '735904118262-t5c0n8x3r6j1v9q4p7e2w5z0d8g3m6ka.apps.googleusercontent.com',
    projectId: 'lantern-practice',
    projectNumber: '735904118262',
  },
} as const satisfies Record<string, PracticeClient>
export type FurtherClient = keyof typeof furtherClients
export const furtherClientNames = Object.keys(furtherClients) as [FurtherClient, ...FurtherClient[]]

const clients: readonly PracticeClient[] = [practiceClient, ...Object.values(furtherClients)]

/** Whether practice Google could ever have this client; others only stand for other people's programs. */
export function isPracticeClient(clientId: string): boolean {
  return clients.some((client) => client.clientId === clientId)
}

/** The project of a client id: the digits before the first dash (google-oauth.md section 3). */
export function projectNumberOf(clientId: string): string {
  return clientId.split('-', 1)[0] ?? clientId
}

/** The text of a downloaded Desktop client file (google-oauth.md 1.11), with this server's endpoints. */
export function clientFileText(
  issuer: string,
  { clientId, projectId }: PracticeClient,
  clientSecret: string,
): string {
  return JSON.stringify({
    installed: {
      client_id: clientId,
      project_id: projectId,
      auth_uri: `${issuer}/o/oauth2/v2/auth`,
      token_uri: `${issuer}/token`,
      auth_provider_x509_cert_url: `${issuer}/oauth2/v3/certs`,
      client_secret: clientSecret,
      redirect_uris: ['http://localhost'],
    },
  })
}

/**
 * Whether a Desktop client may be sent back to this address: plain http to a loopback host, any port and path,
 * without user info or fragment (google-oauth.md 1.3).
 */
export function isLoopbackRedirect(redirectUri: string): boolean {
  let url: URL
  try {
    url = new URL(redirectUri)
  } catch {
    return false
  }
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  const bare = url.username === '' && url.password === '' && !redirectUri.includes('#')
  return url.protocol === 'http:' && loopback && bare
}
