import type { Protocol } from 'electron'
import { answerAppRequest } from './app-files.ts'
import { appScheme } from './app-origin.ts'

/**
 * Declares the app's scheme; Electron wants it before the app is ready. Only what pages need: a real origin
 * (`standard`), secure context, `fetch` (module scripts and fonts), and V8's code cache for a faster start.
 * Never `bypassCSP`, service workers, extensions or CORS.
 */
export function declareAppScheme(protocol: Protocol): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: appScheme,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ])
}

/** Serves the folder of the built pages. After the app is ready, before the first window loads. */
export function serveApp(protocol: Protocol, root: string): void {
  protocol.handle(appScheme, (request) => answerAppRequest(root, request))
}
