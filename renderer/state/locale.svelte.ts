import type { SettingsView } from '../../electron/contract/views.ts'
import type { ErrorTable } from '../messages/error-text.ts'
import { overwriteGetLocale } from '../messages/generated/runtime.js'

export type Locale = 'en' | 'hi'

let current = $state<Locale>('en')
/** Loaded only when they are read: they are a good part of the script before the first picture. */
let englishErrors = $state.raw<ErrorTable | null>(null)
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

/** The words of errors; English until those of another language have arrived, null until any have. */
export function errorTable(): ErrorTable | null {
  if (!englishErrors) void loadEnglishErrors()
  return (current === 'hi' ? hindiErrors : null) ?? englishErrors
}

export function setLocale(next: Locale): void {
  current = next
  if (next === 'hi') void loadHindiErrors()
  document.documentElement.lang = next
}

async function loadEnglishErrors(): Promise<void> {
  englishErrors ??= (await import('../../electron/contract/errors.ts')).errors
}

async function loadHindiErrors(): Promise<void> {
  hindiErrors ??= (await import('../messages/errors.hi.ts')).errorsHi
}
