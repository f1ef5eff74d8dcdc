import { errors } from '../../electron/contract/errors.ts'
import type { SettingsView } from '../../electron/contract/views.ts'
import type { ErrorTable } from '../messages/error-text.ts'
import { overwriteGetLocale } from '../messages/generated/runtime.js'

export type Locale = 'en' | 'hi'

let current = $state<Locale>('en')
/** Loaded only when it is read: it is a good part of the script before the first picture. */
let hindiErrors = $state.raw<ErrorTable | null>(null)

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

/** The words of errors; English until those of another language have arrived. */
export function errorTable(): ErrorTable {
  return (current === 'hi' ? hindiErrors : null) ?? errors
}

export function setLocale(next: Locale): void {
  current = next
  if (next === 'hi') void loadHindiErrors()
  document.documentElement.lang = next
}

async function loadHindiErrors(): Promise<void> {
  hindiErrors ??= (await import('../messages/errors.hi.ts')).errorsHi
}
