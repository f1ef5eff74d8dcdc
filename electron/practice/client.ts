/** The one OAuth client of practice Google: type Desktop, in a project of its own. */
export const practiceClient = {
  clientId: '480216937745-q3v8m1k6t0d9r5w2z7x4c1b8n6p3j0hf.apps.googleusercontent.com',
  projectId: 'latchkey-practice',
  projectNumber: '480216937745',
} as const

/** The project of a client id: the digits before the first dash (google-oauth.md section 3). */
export function projectNumberOf(clientId: string): string {
  return clientId.split('-', 1)[0] ?? clientId
}

/** The text of a downloaded Desktop client file (google-oauth.md 1.11), with this server's endpoints. */
export function clientFileText(issuer: string, clientSecret: string): string {
  return JSON.stringify({
    installed: {
      client_id: practiceClient.clientId,
      project_id: practiceClient.projectId,
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
