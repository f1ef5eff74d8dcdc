import type { WebPreferences } from 'electron'

export interface WindowTrust {
  /** Absolute path of the bundled preload script. */
  readonly preload: string
  /** Developer tools can read everything the window shows, so only a build that is not packaged has them. */
  readonly devTools: boolean
}

/** The one decision about developer tools: a packaged app has none, whatever it is asked. */
export function allowsDevTools(app: { readonly isPackaged: boolean }): boolean {
  return !app.isPackaged
}

/**
 * The rights of the main window. Most are Electron's defaults by now; they stand here all the same, so that a
 * change of a default cannot loosen them and so that each has a test.
 */
export function webPreferences(trust: WindowTrust): WebPreferences {
  return {
    preload: trust.preload,
    devTools: trust.devTools,
    // Chromium's sandbox: a renderer that is taken over can reach nothing but our commands.
    sandbox: true,
    // The page cannot reach into the preload's world, nor change the functions it uses.
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    // A dropped file must not replace the page.
    navigateOnDragDrop: false,
    // `alert` and its kin block the window and can pose as the system.
    disableDialogs: true,
    spellcheck: false,
    webgl: false,
    plugins: false,
    safeDialogs: true,
  }
}
