import type { App, WebContents } from 'electron'

/**
 * Keeps everything that shows pages where it is. The window never navigates: what a person opens goes to the
 * system browser through `external-links.ts`. Loading by main itself is not a navigation in this sense.
 */
export function applyNavigationPolicy(app: App): void {
  app.on('web-contents-created', (_event, contents) => pin(contents))
}

function pin(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('select-bluetooth-device', (event, _devices, answer) => {
    event.preventDefault()
    answer('')
  })
  // A page must not be able to hold its window open.
  contents.on('will-prevent-unload', (event) => event.preventDefault())
  contents.on('login', (event) => event.preventDefault())
  contents.on('certificate-error', (_event, _url, _error, _certificate, answer) => answer(false))
  // Real-time connections are a way out that neither the content security policy nor webRequest sees.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
}
