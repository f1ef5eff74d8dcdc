/** The one window of the app. */
import type { BrowserWindow, BrowserWindowConstructorOptions, Rectangle } from 'electron'
import { appPage } from './app-origin.ts'
import type { WindowTrust } from './web-preferences.ts'
import { webPreferences } from './web-preferences.ts'
import type { WindowState } from './window-bounds.ts'
import { minimumSize } from './window-bounds.ts'

/** `--surface` of the window's design tokens, so that nothing flashes before the first paint. */
const surface = { light: '#ffffff', dark: '#15171a' } as const

/** A window that is being dragged reports every step; its place is saved once it rests, ms. */
const restMs = 400

export interface WindowLook {
  readonly title: string
  readonly dark: boolean
  /** Where the platform takes the icon from the window (Linux); null elsewhere. */
  readonly icon: string | null
}

/** How the window is made: rights from `web-preferences.ts`, hidden until it has painted. */
export function windowOptions(
  state: WindowState,
  look: WindowLook,
  trust: WindowTrust,
): BrowserWindowConstructorOptions {
  return {
    ...state.bounds,
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    title: look.title,
    show: false,
    backgroundColor: surfaceColor(look.dark),
    autoHideMenuBar: true,
    webPreferences: webPreferences(trust),
    ...(look.icon === null ? {} : { icon: look.icon }),
  }
}

export function surfaceColor(dark: boolean): string {
  return dark ? surface.dark : surface.light
}

/** Loads the page and shows the window as soon as it has painted, or when loading failed. */
export async function openPage(window: BrowserWindow, maximized: boolean): Promise<void> {
  const show = (): void => {
    if (window.isDestroyed() || window.isVisible()) return
    if (maximized) window.maximize()
    window.show()
  }
  window.once('ready-to-show', show)
  // The title is ours, whatever the page calls itself.
  window.on('page-title-updated', (event) => event.preventDefault())
  try {
    await window.loadURL(appPage)
  } finally {
    show()
  }
}

/** Brings the window to the person, from wherever it is. */
export function bringForward(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

/** Tells where the window stands, after each move that has come to rest and when it closes. */
export function rememberPlace(window: BrowserWindow, save: (state: WindowState) => void): void {
  let timer: NodeJS.Timeout | undefined
  const saveNow = (): void => {
    clearTimeout(timer)
    if (!window.isDestroyed()) save(stateOf(window))
  }
  const saveSoon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(saveNow, restMs)
  }
  window.on('resize', saveSoon)
  window.on('move', saveSoon)
  window.on('maximize', saveSoon)
  window.on('unmaximize', saveSoon)
  window.on('close', saveNow)
}

function stateOf(window: BrowserWindow): WindowState {
  const { x, y, width, height }: Rectangle = window.getNormalBounds()
  return { bounds: { x, y, width, height }, maximized: window.isMaximized() }
}
