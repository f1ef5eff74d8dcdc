import type { Session } from 'electron'
import { isAppUrl } from './app-origin.ts'

/** What certificate checks answer for "refuse": net error -2, FAILED. */
const refuseCertificate = -2

/**
 * Takes every freedom from a session. The window needs none: pages come from the app's own scheme, everything
 * else through main. Applied to each session as it is created, so that none is forgotten.
 */
export function applySessionPolicy(session: Session, options: { readonly devTools: boolean }): void {
  denyPermissions(session)
  denyRequests(session, options.devTools)
  session.on('will-download', (event) => event.preventDefault())
  // Dictionaries would be downloaded from a server of Google's.
  session.setSpellCheckerEnabled(false)
  // The window makes no TLS connection; should one ever be made, no certificate is good enough.
  session.setCertificateVerifyProc((_request, answer) => answer(refuseCertificate))
}

/** Request and check are different questions in Chromium; both are answered, and devices apart from them. */
function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  // No handler for screen capture means Chromium refuses it; a handler could only loosen that.
  session.setDisplayMediaRequestHandler(null)
}

function denyRequests(session: Session, devTools: boolean): void {
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !mayRequest(details.url, devTools) })
  })
}

/** The one list of what may be loaded at all. */
export function mayRequest(url: string, devTools: boolean): boolean {
  return isAppUrl(url) || (devTools && url.startsWith('devtools://devtools/'))
}
