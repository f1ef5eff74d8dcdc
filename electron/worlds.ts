/** Builds the outside of a profile: its folder, clock, network and, in practice, its Google. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createShiftedClock, systemClock } from './adapters/clock.ts'
import { createDoorListener } from './adapters/doors/door-listener.ts'
import { createForeignFiles } from './adapters/doors/foreign-files.ts'
import type { Seat, SeatParts } from './adapters/doors/seat.ts'
import { systemPrograms } from './adapters/doors/programs.ts'
import { systemFolders } from './adapters/folders.ts'
import { createHttp } from './adapters/http.ts'
import { systemKeyFiles } from './adapters/key-files.ts'
import { openProfileFolder } from './adapters/profile-folder.ts'
import { systemRandom } from './adapters/random.ts'
import { systemTimers } from './adapters/timers.ts'
import type { ProfileSecrets } from './adapters/vault/open-secrets.ts'
import { openSecrets } from './adapters/vault/open-secrets.ts'
import { VaultKey } from './adapters/vault/vault-key.ts'
import type { Outcome } from './contract/outcome.ts'
import { fail, ok } from './contract/outcome.ts'
import type { ProfileName } from './contract/views.ts'
import { isAllowedAddress } from './core/clients/issuer.ts'
import type { World } from './core/latchkey.ts'
import type {
  Browser,
  Desktop,
  DoorListener,
  Log,
  LoopbackListener,
  ProfileFolder,
  SecretStore,
  Wakes,
} from './core/ports.ts'

export interface WorldParts {
  readonly dataFolder: string
  /** The system's keychain. */
  readonly secretStore: SecretStore
  /**
   * The key of the vault, for who has one: given here it stays unlocked from one profile to the other. Left out, each
   * profile begins with a locked vault.
   */
  readonly vaultKey?: VaultKey
  readonly listener: LoopbackListener
  readonly browser: Browser
  readonly desktop: Desktop
  readonly wakes: Wakes
  /** The proxy that the system names for an address: `PROXY host:port; DIRECT`. */
  readonly systemProxy: (url: string) => Promise<string>
  readonly log: Log
  /** Of this Latchkey, as it announces itself to programs. */
  readonly version?: string
  /** A practice Google that already runs elsewhere on this machine; null starts the one that comes with the app. */
  readonly practiceIssuer: string | null
  /**
   * How this process comes to have a profile that another one may have. Left out, the folder's lock alone decides, and
   * nobody is told.
   */
  readonly takeSeat?: (parts: SeatParts) => Promise<Outcome<Seat>>
  /** Starts, or has running already, the practice Google that comes with the product. */
  readonly startPractice?: (folder: ProfileFolder) => Promise<RunningPractice>
}

export interface RunningPractice {
  readonly issuer: string
  close(): Promise<void>
}

/**
 * Has the profile's lock when it answers; `openProfile` gives it back. Errors: those of the folder, of the seat, `vault-choice-unclear`,
 * `practice-failed`.
 */
export async function openWorld(profile: ProfileName, parts: WorldParts): Promise<Outcome<World>> {
  const { dataFolder, log } = parts
  const folder = await openProfileFolder(join(dataFolder, 'profiles', profile))
  if (!folder.ok) return folder
  const listener = createDoorListener({ dataFolder, profile, version: parts.version ?? '', log })
  const seat = parts.takeSeat
    ? await parts.takeSeat({ dataFolder, profile, folder: folder.value, listener, log })
    : null
  if (seat?.ok === false) return seat
  const lock = seat ? ok(seat.value.lock) : await folder.value.lock()
  if (!lock.ok) return lock
  const seated = { ...folder.value, lock: () => Promise.resolve(lock) }
  const doors = seat?.value.doors ?? listener
  const world = await openSeated(profile, parts, { folder: seated, doors, seat: seat?.value ?? null })
  if (!world.ok) await lock.value.release()
  return world
}

/** Only now: whoever moves the secrets from one store to the other has the lock until the choice is made. */
async function openSeated(
  profile: ProfileName,
  parts: WorldParts,
  place: Omit<Place, 'secrets'>,
): Promise<Outcome<World>> {
  const { dataFolder, secretStore: keychain, vaultKey = new VaultKey({ dataFolder }) } = parts
  const secrets = await openSecrets({ dataFolder, profile, keychain, vaultKey })
  return secrets.ok ? openWorldIn(profile, parts, { ...place, secrets: secrets.value }) : secrets
}

interface Place {
  readonly folder: ProfileFolder
  readonly secrets: ProfileSecrets
  readonly doors: DoorListener
  readonly seat: Seat | null
}

async function openWorldIn(
  profile: ProfileName,
  parts: WorldParts,
  { folder, secrets, doors, seat }: Place,
): Promise<Outcome<World>> {
  const { listener, browser, desktop, wakes, systemProxy, log } = parts
  const http = createHttp({ allow: (url) => isAllowedAddress(profile, url.href), systemProxy })
  const common = { folder, http, ...secrets, listener, browser, desktop, wakes, log }
  const ports = {
    ...common,
    folders: systemFolders,
    keyFiles: systemKeyFiles,
    doors,
    programs: systemPrograms,
    foreignFiles: createForeignFiles({ profileFolder: folder.path }),
    timers: systemTimers,
    random: systemRandom,
  }
  const leaving = seat ? { leaving: () => seat.leaving() } : {}
  if (profile === 'real') return ok({ ports: { ...ports, clock: systemClock }, practice: null, ...leaving })
  try {
    const world = await openPracticeWorld(ports, parts, seat)
    return world.ok ? ok({ ...world.value, ...leaving }) : world
  } catch (cause) {
    log.error('practice-not-started', cause)
    return fail('practice-failed')
  }
}

async function openPracticeWorld(
  ports: Omit<World['ports'], 'clock'>,
  parts: WorldParts,
  seat: Seat | null,
): Promise<Outcome<World>> {
  const { createPracticeControl } = await import('./practice/practice-control.ts')
  const { openPracticeServer } = await import('./practice/practice-server.ts')
  const server = await practiceServer(ports.folder, parts, seat)
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

async function practiceServer(
  folder: ProfileFolder,
  { practiceIssuer, startPractice = startPracticeHere, log }: WorldParts,
  seat: Seat | null,
): Promise<RunningPractice> {
  if (practiceIssuer !== null) return { issuer: practiceIssuer, close: () => Promise.resolve() }
  const elsewhere = seat?.practiceIssuer ?? null
  if (seat === null || elsewhere === null) return startPractice(folder)
  // It runs in the agent. Should that go, it goes on here: same state, same port.
  let here: Promise<RunningPractice | null> | null = null
  let closed = false
  void seat.agentGone.then(() => {
    if (closed) return
    const start = (): Promise<RunningPractice> => startPracticeHere(folder, Number(new URL(elsewhere).port))
    here = withPatience(start, () => closed).catch((cause: unknown) => {
      log.error('practice-not-started', cause)
      return null
    })
  })
  return {
    issuer: elsewhere,
    async close() {
      closed = true
      await (await here)?.close()
    },
  }
}

/** The port of an agent that was killed is free within moments, ms. */
const practicePatienceMs = 5000

/** Rejects as the last try does. */
async function withPatience<T>(start: () => Promise<T>, isOver: () => boolean): Promise<T> {
  for (const until = Date.now() + practicePatienceMs; ; await sleep(100)) {
    try {
      return await start()
    } catch (cause) {
      if (isOver() || Date.now() >= until) throw cause
    }
  }
}

const practiceStateFile = 'practice-google.json'

/** Practice Google in this process, with its state in the profile's folder. Rejects when the port is taken. */
export async function startPracticeHere(folder: ProfileFolder, port = 0): Promise<RunningPractice> {
  const { startPracticeGoogle } = await import('./practice/practice-google.ts')
  return startPracticeGoogle({
    port,
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
