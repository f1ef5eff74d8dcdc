import * as v from 'valibot'
import type { Outcome } from '../../contract/outcome.ts'
import { ok } from '../../contract/outcome.ts'
import type { SettingsView } from '../../contract/views.ts'
import { settingsViewSchema } from '../../contract/views.ts'
import type { Log, ProfileFolder } from '../ports.ts'

const fileName = 'settings.json'
const fileVersion = 1

export const defaultSettings: SettingsView = {
  language: 'system',
  theme: 'system',
  browser: { kind: 'system' },
  checkEvery: 'day',
  proxy: { kind: 'system' },
  caFile: null,
  lockWithScreen: false,
  doorPort: null,
}

const fileSchema = v.object({ version: v.literal(fileVersion), settings: v.record(v.string(), v.unknown()) })

export interface Settings {
  current(): SettingsView
  /** Merges, saves, and only then takes effect. Errors: those of `ProfileFolder.writeText`. */
  change(change: Partial<SettingsView>): Promise<Outcome<null>>
}

/**
 * Reads the settings of a profile. A file that is missing or damaged gives `fallback`: settings hold nothing
 * that a person could not choose again, so they never stand in the way of a start.
 */
export async function loadSettings(
  folder: ProfileFolder,
  log: Log,
  fallback: SettingsView = defaultSettings,
): Promise<Settings> {
  let current = (await readSettings(folder, log)) ?? fallback
  return {
    current: () => current,
    change: async (change) => {
      const next = { ...current, ...change }
      const saved = await folder.writeText(
        fileName,
        `${JSON.stringify({ version: fileVersion, settings: next }, null, 2)}\n`,
      )
      if (!saved.ok) return saved
      current = next
      return ok()
    },
  }
}

async function readSettings(folder: ProfileFolder, log: Log): Promise<SettingsView | null> {
  const text = await folder.readText(fileName)
  if (!text.ok || text.value === null) return null
  try {
    const { settings } = v.parse(fileSchema, JSON.parse(text.value))
    // A file of an earlier version knows fewer settings.
    return v.parse(settingsViewSchema, { ...defaultSettings, ...settings })
  } catch {
    log.warn('settings-ignored', { reason: 'damaged' })
    return null
  }
}
