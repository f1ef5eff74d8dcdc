/**
 * Starts the desktop side of the app: process hardening, the one window, the boundary. Called once by `main.ts`
 * before Electron is ready, so that the window comes up while the core is still reading its files.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { BrowserWindow as Window, WebContents } from 'electron'
import {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
} from 'electron'
import type { CommandHandlers } from '../contract/answer.ts'
import type { EventName, EventPayload } from '../contract/events.ts'
import type { ProfileName, SettingsView } from '../contract/views.ts'
import type { Browser, Wakes } from '../core/ports.ts'
import { clipboardItems, menuTemplate } from './app-menu.ts'
import type { Attention } from './attention.ts'
import { attention } from './attention.ts'
import { declareAppScheme, serveApp } from './app-protocol.ts'
import { systemBrowser } from './browser.ts'
import { recoverFromCrash } from './crash-recovery.ts'
import type { ShellDesktop } from './desktop.ts'
import { desktop } from './desktop.ts'
import { wantsDevReload, watchBuiltPages } from './dev-reload.ts'
import { externalLinks } from './external-links.ts'
import type { Refusal } from './ipc-host.ts'
import { ipcHost } from './ipc-host.ts'
import { bringForward, openPage, rememberPlace, surfaceColor, windowOptions } from './main-window.ts'
import { applyNavigationPolicy } from './navigation-policy.ts'
import { hardenProcess } from './process-hardening.ts'
import { quitGate } from './quit-gate.ts'
import { applySessionPolicy } from './session-policy.ts'
import type { ShellWords } from './shell-words.ts'
import { shellWords } from './shell-words.ts'
import { systemProxy } from './system-proxy.ts'
import { wakes } from './wakes.ts'
import { allowsDevTools } from './web-preferences.ts'
import type { WindowState } from './window-bounds.ts'
import { placeWindow, readWindowState } from './window-bounds.ts'

/** How long the ledger may take to close before the app ends anyway, ms. */
const quitPatienceMs = 10_000

export type ShellSettings = Pick<SettingsView, 'theme' | 'language'>

export interface ShellOptions {
  /** Folder of the built pages, absolute. */
  readonly rendererRoot: string
  /** The bundled preload script, absolute. */
  readonly preload: string
  /** The app's data folder. Chromium's own files go into `chromium` below it. The single-instance lock hangs on it. */
  readonly dataFolder: string
  readonly icon?: string
  /** The handlers of the open profile; asked anew for each command, may be a promise while the core starts. */
  readonly handlers: () => CommandHandlers | Promise<CommandHandlers>
  /** Which issuers the browser may be sent to right now. */
  readonly profile: () => ProfileName
  /** Read before the window is made; must be quick. */
  readonly settings: () => ShellSettings
  /** What an earlier start gave to `saveWindowState`, parsed; anything else is taken as nothing. */
  readonly loadWindowState: () => unknown
  readonly saveWindowState: (state: WindowState) => void
  /** Closes what must be closed before the process ends. */
  readonly beforeQuit: () => Promise<void>
  readonly onFault: (what: string, cause: unknown) => void
  /** Once for each kind of refused request. */
  readonly onRefusal: (refusal: Refusal) => void
  /** Checks results against the contract on the way out. */
  readonly checkResults?: boolean
  /** Called when the window is on the screen, the first time. */
  readonly onShown?: () => void
}

export interface RunningShell {
  /** The ports that this room implements. */
  readonly browser: Browser
  readonly desktop: ShellDesktop
  readonly wakes: Wakes
  /** The proxy that the system's settings name for an address, as a PAC script answers. */
  readonly systemProxy: (url: string) => Promise<string>
  send<N extends EventName>(event: N, payload: EventPayload<N>): void
  focus(): void
  /** Follows a change of theme or language. */
  applySettings(settings: ShellSettings): void
  quit(): void
}

/**
 * Starts the shell, or answers null when another start of the app already runs with this data folder: that one
 * has then been brought forward and this process is ending; the caller must open nothing.
 */
export function startShell(options: ShellOptions): RunningShell | null {
  app.setPath('userData', options.dataFolder)
  app.setPath('sessionData', join(options.dataFolder, 'chromium'))
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return null
  }
  hardenProcess(app, app.commandLine, process.getuid?.())
  declareAppScheme(protocol)
  return new DesktopShell(options).start()
}

class DesktopShell implements RunningShell {
  readonly browser: Browser
  readonly desktop: ShellDesktop
  readonly wakes: Wakes
  readonly systemProxy: (url: string) => Promise<string>
  readonly #options: ShellOptions
  readonly #devTools = allowsDevTools(app)
  readonly #attention: Attention
  readonly #host: ReturnType<typeof ipcHost>
  #settings: ShellSettings
  #window: Window | null = null
  #onShown: (() => void) | undefined

  constructor(options: ShellOptions) {
    this.#options = options
    this.#settings = options.settings()
    this.#onShown = options.onShown
    const links = externalLinks(shell)
    const machine = { platform: process.platform, env: process.env, home: homedir() }
    this.browser = systemBrowser({ links, profile: options.profile, machine })
    this.desktop = desktop({
      clipboard,
      dialog,
      links,
      window: () => this.#window,
      words: () => this.#words(),
      platform: process.platform,
      onFault: options.onFault,
    })
    this.wakes = wakes(powerMonitor)
    this.systemProxy = systemProxy({
      resolve: async (url) => {
        await app.whenReady()
        return session.defaultSession.resolveProxy(url)
      },
      readSettings: async () => {
        await app.whenReady()
        await session.defaultSession.forceReloadProxyConfig()
      },
      elapsedMs: () => performance.now(),
      onFault: options.onFault,
    })
    this.#attention = attention({
      window: () => this.#window,
      notification: (call) => (Notification.isSupported() ? new Notification(call) : null),
      words: () => this.#words(),
      focus: () => this.focus(),
      onFault: options.onFault,
    })
    this.#host = ipcHost({
      ipcMain,
      trusted: () => this.#contents(),
      handlers: options.handlers,
      onFault: options.onFault,
      onRefusal: options.onRefusal,
      checkResults: options.checkResults ?? false,
    })
  }

  start(): this {
    applyNavigationPolicy(app)
    app.on('session-created', (session) => applySessionPolicy(session, { devTools: this.#devTools }))
    app.on('second-instance', () => this.focus())
    // The Dock of macOS; elsewhere a second start is the only way to ask for the window.
    if (process.platform === 'darwin') app.on('activate', () => this.focus())
    app.on('window-all-closed', () => {
      // On macOS an app without windows stays in the Dock, as people expect there.
      if (process.platform !== 'darwin') app.quit()
    })
    app.on('before-quit', this.#quitGate())
    nativeTheme.on('updated', () =>
      this.#window?.setBackgroundColor(surfaceColor(nativeTheme.shouldUseDarkColors)),
    )
    app.whenReady().then(
      () => this.#ready(),
      (cause: unknown) => this.#options.onFault('ready', cause),
    )
    return this
  }

  send<N extends EventName>(event: N, payload: EventPayload<N>): void {
    this.#host.send(event, payload)
    this.#attention.notice(event, payload)
  }

  focus(): void {
    if (this.#window !== null) bringForward(this.#window)
    else if (app.isReady()) this.#openWindow()
  }

  applySettings(settings: ShellSettings): void {
    this.#settings = settings
    nativeTheme.themeSource = settings.theme
    if (app.isReady()) this.#setMenu()
  }

  quit(): void {
    app.quit()
  }

  #ready(): void {
    serveApp(protocol, this.#options.rendererRoot)
    nativeTheme.themeSource = this.#settings.theme
    this.#openWindow()
    this.#setMenu()
    if (wantsDevReload(app, process.env)) {
      watchBuiltPages(this.#options.rendererRoot, () => this.#contents()?.reloadIgnoringCache())
    }
  }

  #openWindow(): void {
    const state = placeWindow(readWindowState(this.#options.loadWindowState()), workAreas())
    const look = {
      title: app.getName(),
      dark: nativeTheme.shouldUseDarkColors,
      icon: this.#options.icon ?? null,
    }
    const trust = { preload: this.#options.preload, devTools: this.#devTools }
    const window = new BrowserWindow(windowOptions(state, look, trust))
    this.#window = window
    window.once('show', () => this.#shown())
    window.once('closed', () => {
      this.#window = null
    })
    rememberPlace(window, this.#options.saveWindowState)
    recoverFromCrash(window.webContents, { now: () => Date.now(), onFault: this.#options.onFault })
    window.webContents.on('context-menu', (_event, { isEditable, selectionText }) => {
      if (isEditable || selectionText !== '') this.#popUpClipboardMenu(window)
    })
    openPage(window, state.maximized).catch((cause: unknown) => this.#options.onFault('window.load', cause))
  }

  #shown(): void {
    this.#onShown?.()
    this.#onShown = undefined
  }

  #setMenu(): void {
    const template = menuTemplate({
      words: this.#words(),
      platform: process.platform,
      devTools: this.#devTools,
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  }

  #popUpClipboardMenu(window: Window): void {
    Menu.buildFromTemplate(clipboardItems(this.#words())).popup({ window })
  }

  #words(): ShellWords {
    return shellWords(this.#settings.language, app.isReady() ? app.getLocale() : 'en')
  }

  #contents(): WebContents | null {
    return this.#window === null || this.#window.isDestroyed() ? null : this.#window.webContents
  }

  #quitGate(): ReturnType<typeof quitGate> {
    const { beforeQuit, onFault } = this.#options
    return quitGate({ beforeQuit, onFault, quit: () => app.quit(), patienceMs: quitPatienceMs })
  }
}

/** The usable parts of all screens, the main one first. */
function workAreas(): Electron.Rectangle[] {
  const main = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter((display) => display.id !== main.id)
  return [main, ...others].map((display) => display.workArea)
}
