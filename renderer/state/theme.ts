import type { SettingsView } from '../../electron/contract/views.ts'

/** `system` leaves the choice to the engine, which follows the desktop. */
export function showTheme(theme: SettingsView['theme']): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}
