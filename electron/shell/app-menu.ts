import type { MenuItemConstructorOptions } from 'electron'
import type { ShellWords } from './shell-words.ts'

export interface MenuOptions {
  readonly words: ShellWords
  readonly platform: NodeJS.Platform
  readonly devTools: boolean
}

/**
 * The menu bar. It is small, but it must be there: without the Edit roles the keys for copy and paste do
 * nothing on macOS, and without View nobody can reload or zoom.
 */
export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const { words, platform } = options
  const edit: MenuItemConstructorOptions = { label: words.edit, submenu: editItems(words) }
  const view: MenuItemConstructorOptions = { label: words.view, submenu: viewItems(options) }
  if (platform === 'darwin') return [{ role: 'appMenu' }, edit, view, { role: 'windowMenu' }]
  return [{ label: words.file, submenu: [{ role: 'quit', label: words.quit }] }, edit, view]
}

function editItems(words: ShellWords): MenuItemConstructorOptions[] {
  return [
    { role: 'undo', label: words.undo },
    { role: 'redo', label: words.redo },
    { type: 'separator' },
    ...clipboardItems(words),
  ]
}

function viewItems({ words, devTools }: MenuOptions): MenuItemConstructorOptions[] {
  const items: MenuItemConstructorOptions[] = [
    { role: 'reload', label: words.reload },
    { type: 'separator' },
    { role: 'resetZoom', label: words.actualSize },
    { role: 'zoomIn', label: words.zoomIn },
    { role: 'zoomOut', label: words.zoomOut },
    { role: 'togglefullscreen', label: words.fullScreen },
  ]
  return devTools
    ? [...items, { type: 'separator' }, { role: 'toggleDevTools', label: words.developerTools }]
    : items
}

/** Cut, copy, paste and select all: in the Edit menu, and in the context menu of text fields. */
export function clipboardItems(words: ShellWords): MenuItemConstructorOptions[] {
  return [
    { role: 'cut', label: words.cut },
    { role: 'copy', label: words.copy },
    { role: 'paste', label: words.paste },
    { role: 'selectAll', label: words.selectAll },
  ]
}
