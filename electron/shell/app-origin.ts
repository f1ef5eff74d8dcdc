/** Where the app's own pages live. A custom scheme, so that no file of the disk and no web server can pose as them. */
export const appScheme = 'app'
export const appHost = 'latchkey'
export const appOrigin = `${appScheme}://${appHost}`
export const appPage = `${appOrigin}/index.html`

/** True only for URLs of the app itself: exact scheme and host, no port, no user. */
export function isAppUrl(url: string): boolean {
  try {
    const { protocol, host, username, password } = new URL(url)
    return protocol === `${appScheme}:` && host === appHost && username === '' && password === ''
  } catch {
    return false
  }
}
