import type { SettingsView } from '../../electron/contract/views.ts'
import { overwriteGetLocale } from '../messages/generated/runtime.js'

export type Locale = 'en' | 'hi'

let current = $state<Locale>('en')

// Every message asks this while a component renders, so a change of language redraws what is on screen.
overwriteGetLocale(() => current)

export function locale(): Locale {
  return current
}

/** The language that a setting means on this machine; `languages` are the system's, best first. */
export function chooseLocale(setting: SettingsView['language'], languages: readonly string[]): Locale {
  if (setting !== 'system') return setting
  for (const language of languages) {
    if (language.startsWith('hi')) return 'hi'
    if (language.startsWith('en')) return 'en'
  }
  return 'en'
}

export function setLocale(next: Locale): void {
  current = next
  document.documentElement.lang = next
}
