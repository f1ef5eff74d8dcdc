/** Builds the outside of a profile: its folder, clock, network and, in practice, its Google. */
import { join } from 'node:path'
import { createShiftedClock, systemClock } from './adapters/clock.ts'
import { createDoorListener } from './adapters/doors/door-listener.ts'
import { createForeignFiles } from './adapters/doors/foreign-files.ts'
import { systemPrograms } from './adapters/doors/programs.ts'
import { systemFolders } from './adapters/folders.ts'
import { createHttp } from './adapters/http.ts'
import { systemKeyFiles } from './adapters/key-files.ts'
import { openProfileFolder } from './adapters/profile-folder.ts'
import { systemRandom } from './adapters/random.ts'
import { systemTimers } from './adapters/timers.ts'
import type { Outcome } from './contract/outcome.ts'
import { fail, ok } from './contract/outcome.ts'
import type { ProfileName } from './contract/views.ts'
import { isAllowedAddress } from './core/clients/issuer.ts'
import type { World } from './core/latchkey.ts'
import type {
  Browser,
  Desktop,
  Log,
  LoopbackListener,
  ProfileFolder,
  SecretStore,
  Wakes,
} from './core/ports.ts'

export interface WorldParts {
  readonly dataFolder: string
  readonly secretStore: SecretStore
  readonly listener: LoopbackListener
  readonly browser: Browser
  readonly desktop: Desktop
  readonly wakes: Wakes
  /** The proxy that the system names for an address: `PROXY host:port; DIRECT`. */
  readonly systemProxy: (url: string) => Promise<string>
  readonly log: Log
  /** A practice Google that already runs elsewhere on this machine; null starts the one that comes with the app. */
  readonly practiceIssuer: string | null
}

/** Errors: those of the folder, `practice-failed`. */
export async function openWorld(profile: ProfileName, parts: WorldParts): Promise<Outcome<World>> {
  const folder = await openProfileFolder(join(parts.dataFolder, 'profiles', profile))
  if (!folder.ok) return folder
  const { secretStore, listener, browser, desktop, wakes, systemProxy, log } = parts
  const http = createHttp({ allow: (url) => isAllowedAddress(profile, url.href), systemProxy })
  const common = { folder: folder.value, http, secretStore, listener, browser, desktop, wakes, log }
  const ports = {
    ...common,
    folders: systemFolders,
    keyFiles: systemKeyFiles,
    doors: createDoorListener({ dataFolder: parts.dataFolder, profile }),
    programs: systemPrograms,
    foreignFiles: createForeignFiles({ profileFolder: folder.value.path }),
    timers: systemTimers,
    random: systemRandom,
  }
  if (profile === 'real') return ok({ ports: { ...ports, clock: systemClock }, practice: null })
  try {
    return await openPracticeWorld(ports, parts)
  } catch (cause) {
    log.error('practice-not-started', cause)
    return fail('practice-failed')
  }
}

async function openPracticeWorld(
  ports: Omit<World['ports'], 'clock'>,
  parts: WorldParts,
): Promise<Outcome<World>> {
  const { createPracticeControl } = await import('./practice/practice-control.ts')
  const { openPracticeServer } = await import('./practice/practice-server.ts')
  const server = await practiceServer(ports.folder, parts.practiceIssuer)
  const clock = createShiftedClock()
  const practice = await openPracticeServer({
    issuer: server.issuer,
    control: createPracticeControl(server.issuer, ports.http),
    shiftClock: (offsetMs) => clock.shiftTo(offsetMs),
    close: () => server.close(),
  })
  if (practice.ok) return ok({ ports: { ...ports, clock }, practice: practice.value })
  await server.close()
  return practice
}

const practiceStateFile = 'practice-google.json'

async function practiceServer(
  folder: ProfileFolder,
  practiceIssuer: string | null,
): Promise<{ readonly issuer: string; close(): Promise<void> }> {
  if (practiceIssuer !== null) return { issuer: practiceIssuer, close: () => Promise.resolve() }
  const { startPracticeGoogle } = await import('./practice/practice-google.ts')
  return startPracticeGoogle({
    now: () => Date.now(),
    random: (bytes) => systemRandom.token(bytes),
    load: async () => {
      const text = await folder.readText(practiceStateFile)
      return text.ok && text.value !== null ? parsed(text.value) : null
    },
    save: async (state) => {
      const saved = await folder.writeText(practiceStateFile, JSON.stringify(state))
      if (!saved.ok) throw new Error(saved.error.code)
    },
  })
}

/** Null for a file that somebody broke: practice Google then starts anew. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
