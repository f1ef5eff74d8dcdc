/**
 * What the app must know before it can open a profile: which one was open, how the window stood, and how it looked.
 * Small, and read in one go, because the window waits for it. Losing it costs nothing but the window's place.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { languageSchema, profileSchema, themeSchema } from '../contract/views.ts'
import { replaceFile } from './replace-file.ts'

const appStateSchema = v.object({
  profile: v.fallback(profileSchema, 'real'),
  theme: v.fallback(themeSchema, 'system'),
  language: v.fallback(languageSchema, 'system'),
  window: v.fallback(v.unknown(), null),
})
export type AppState = v.InferOutput<typeof appStateSchema>

export interface AppStateFile {
  current(): AppState
  /** Takes effect at once and is written soon; a failure is only told. */
  change(change: Partial<AppState>): void
  /** Answers when everything changed so far is on disk. */
  settled(): Promise<unknown>
}

const fileName = 'app-state.json'

export function openAppState(
  dataFolder: string,
  onFault: (what: string, cause: unknown) => void,
): AppStateFile {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const path = join(dataFolder, fileName)
  let current = readAppState(path)
  let writing: Promise<unknown> = Promise.resolve()
  return {
    current: () => current,
    change(change) {
      current = { ...current, ...change }
      const text = `${JSON.stringify(current)}\n`
      writing = writing
        .then(() => replaceFile(path, text))
        .catch((cause: unknown) => {
          onFault('app-state.write', cause)
        })
    },
    settled: () => writing,
  }
}

function readAppState(path: string): AppState {
  try {
    return v.parse(appStateSchema, JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return v.parse(appStateSchema, {})
  }
}
