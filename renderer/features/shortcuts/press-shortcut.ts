import type { ShortcutWorld } from './shortcuts.ts'
import { findShortcut } from './shortcuts.ts'

const fields = 'input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]'

function isTyping(event: KeyboardEvent): boolean {
  return event.isComposing || (event.target instanceof HTMLElement && event.target.matches(fields))
}

/** Runs the shortcut that was pressed, if it is one here and now. */
export function pressShortcut(event: KeyboardEvent, mac: boolean, world: ShortcutWorld): void {
  if (event.defaultPrevented || event.repeat) return
  const shortcut = findShortcut(event, mac, isTyping(event))
  if (!shortcut) return
  if (!shortcut.overlaid && document.querySelector('[role=dialog], [role=menu]')) return
  if (shortcut.run(world)) event.preventDefault()
}

/** Puts the keyboard into the search field of the page, its text selected. False where there is none to be seen. */
export function focusPageSearch(): boolean {
  const field = [...document.querySelectorAll<HTMLInputElement>('main input[type=search]')].find(
    (one) => one.offsetParent !== null,
  )
  field?.focus()
  field?.select()
  return field !== undefined
}
