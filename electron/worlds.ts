/** Builds the outside of a profile: its folder, clock, network and, in practice, its Google. */
import { join } from 'node:path'
import { createShiftedClock, systemClock } from './adapters/clock.ts'
import { createHttp } from './adapters/http.ts'
import { openProfileFolder } from './adapters/profile-folder.ts'
import { systemRandom } from './adapters/random.ts'
import { systemTimers } from './adapters/timers.ts'
import type { Outcome } from './contract/outcome.ts'
import { fail, ok } from './contract/outcome.ts'
import type { ProfileName } from './contract/views.ts'
import { isAllowedAddress } from './core/clients/issuer.ts'
import type { World } from './core/latchkey.ts'
import type { Browser, Desktop, Log, LoopbackListener, ProfileFolder, SecretStore } from './core/ports.ts'

export interface WorldParts {
  readonly dataFolder: string
  readonly secretStore: SecretStore
  readonly listener: LoopbackListener
  readonly browser: Browser
  readonly desktop: Desktop
  readonly log: Log
  /** A practice Google that already runs elsewhere on this machine; null starts the one that comes with the app. */
  readonly practiceIssuer: string | null
}

/** Errors: those of the folder, `practice-failed`. */
export async function openWorld(profile: ProfileName, parts: WorldParts): Promise<Outcome<World>> {
  const folder = await openProfileFolder(join(parts.dataFolder, 'profiles', profile))
  if (!folder.ok) return folder
  const http = createHttp({ allow: (url) => isAllowedAddress(profile, url.href) })
  const { secretStore, listener, browser, desktop, log } = parts
  const common = { folder: folder.value, http, secretStore, listener, browser, desktop, log }
  const ports = { ...common, timers: systemTimers, random: systemRandom }
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
  const server = await practiceServer(ports.folder, parts.practiceIssuer)
  const control = createPracticeControl(server.issuer, ports.http)
  const [offset, accounts] = [await control.clock(), await control.accounts()]
  if (!offset.ok || !accounts.ok) {
    await server.close()
    return fail('practice-failed')
  }
  const clock = createShiftedClock(offset.value.offsetMs)
  const practice = {
    issuer: server.issuer,
    accounts: accounts.value.map(({ email, name, hostedDomain }) => ({ email, name, hostedDomain })),
    clientFile: () => control.clientFile(),
    setClockOffset: async (offsetMs: number): Promise<Outcome<null>> => {
      const moved = await control.setClockOffset(offsetMs)
      if (moved.ok) clock.shiftTo(offsetMs)
      return moved
    },
    close: () => server.close(),
  }
  return ok({ ports: { ...ports, clock }, practice })
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
      return text.ok && text.value !== null ? (JSON.parse(text.value) as unknown) : null
    },
    save: async (state) => {
      const saved = await folder.writeText(practiceStateFile, JSON.stringify(state))
      if (!saved.ok) throw new Error(saved.error.code)
    },
  })
}
