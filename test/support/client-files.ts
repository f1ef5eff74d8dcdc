/** Client files as Google Cloud Console writes them (google-oauth.md 1.11), and what people bring instead. */

export const testClientId = '123456789012-abcdefghij0123456789abcdefghij01.apps.googleusercontent.com'
export const otherClientId = '123456789012-zyxwvutsrq9876543210zyxwvutsrq98.apps.googleusercontent.com'

export const desktopClient = {
  client_id: testClientId,
  project_id: 'field-tools',
  auth_uri: 'https://accounts.google.com/o/oauth2/auth',
  token_uri: 'https://oauth2.googleapis.com/token',
  auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
  client_secret: 'GOCSPX-test-secret-0001',
  redirect_uris: ['http://localhost'],
}

/** A Desktop client's file with some fields changed; undefined takes a field away. */
export function installedFile(change: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ installed: { ...desktopClient, ...change } })
}

export function webFile(change: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ web: { ...desktopClient, redirect_uris: ['https://app.example/cb'], ...change } })
}
