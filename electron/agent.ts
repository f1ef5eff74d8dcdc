/**
 * Composition root without Electron: the same core on plain Node, for servers, ssh and containers. `runAgent` serves a
 * profile until it is ended; `openHere` opens one for a single command. Loaded by the command line only where needed.
 */
import { homedir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { dataFolderOf } from './adapters/data-folder.ts'
import { createDoorListener } from './adapters/doors/door-listener.ts'
import type { Seat, SeatParts } from './adapters/doors/seat.ts'
import { Switchboard } from './adapters/doors/switchboard.ts'
import { createKeychain } from './adapters/keychain.ts'
import { createLog } from './adapters/log.ts'
import { createLoopbackListener } from './adapters/loopback-listener.ts'
import { systemRandom } from './adapters/random.ts'
import { readSmallFile } from './adapters/small-file.ts'
import { tidyMemory } from './adapters/tidy-memory.ts'
import { thisMachine } from './adapters/this-machine.ts'
import type { OwnerKeyParts } from './adapters/vault/owner-key.ts'
import { OwnerKey } from './adapters/vault/owner-key.ts'
import { VaultKey } from './adapters/vault/vault-key.ts'
import { liveAsAgent } from './agent/agent-life.ts'
import type { AgentOptions, Here, HereOptions } from './cli/agent-module.ts'
import type { TypedClipboard } from './cli/clipboard.ts'
import { typedClipboard } from './cli/clipboard.ts'
import { exitCodeOf, exitCodes } from './cli/exit-codes.ts'
import { prompt } from './cli/prompt.ts'
import type { Outcome } from './contract/outcome.ts'
import { fail, ok } from './contract/outcome.ts'
import type { About, FlowView, ProfileName } from './contract/views.ts'
import { isPracticeIssuer } from './core/clients/issuer.ts'
import type { LatchkeyOptions } from './core/latchkey.ts'
import { Latchkey } from './core/latchkey.ts'
import type { DoorAnswer, DoorRequest, Log, ProfileFolder } from './core/ports.ts'
import { Secret } from './core/secret.ts'
import type { RunningPractice, WorldParts } from './worlds.ts'
import { openWorld, startPracticeHere } from './worlds.ts'

declare const LATCHKEY_VERSION: string | undefined

/** Ledger and keychain are compared once, this long after the agent has the profile, ms. */
const sweepAfterMs = 15_000
/** When what the opening, and the comparison, took for a moment can be given back, ms after the opening. */
const tidyAfterMs = [3000, sweepAfterMs + 5000]
/** A command is over before that. */
const never = 24 * 3_600_000

/**
 * Serves a profile until SIGTERM, SIGINT, SIGHUP or `POST /v1/owner/stop` ends it, or gives it to the app for as long
 * as that is there. Says what happens in short lines on standard error. Answers an exit code.
 */
export async function runAgent({ profile, passphraseFd }: AgentOptions): Promise<number> {
  const dataFolder = ownDataFolder()
  const log = createLog({ folder: dataFolder, home: homedir() })
  const stop = new AbortController()
  onStopSignals(stop)
  const board = new Switchboard({
    listener: createDoorListener({ dataFolder, profile, version: ownVersion(), log }),
    own: (request) => stopRequested(request, () => stop.abort()),
  })
  const practice = new KeptPractice()
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const seats = { lockMs: 0, board, practice }
  const parts: AgentParts = {
    ...worldParts(dataFolder, log, typedClipboard()),
    takeSeat: (seat) => takeAgentSeat(seat, seats),
    startPractice: (folder) => practice.start(folder),
  }
  const ownerKey = new OwnerKey({ ...unlocking(parts, say, stop.signal), profile, fd: passphraseFd })
  const openOnce = async (): Promise<Outcome<{ close(): Promise<void> }>> => {
    const latchkey = new Latchkey({ ...latchkeyOptions(parts), sweepAfterMs }, profile)
    const opened = await latchkey.profile()
    if (!opened.ok) return opened
    // Somebody locked it where the app had the profile meanwhile.
    if (opened.value.snapshot().doors.locked !== null) parts.vaultKey.lock()
    for (const ms of tidyAfterMs) setTimeout(tidyMemory, ms).unref()
    return ok({ close: () => latchkey.close() })
  }
  const open = (lockMs: number): ReturnType<typeof openOnce> => {
    seats.lockMs = lockMs
    return ownerKey.around(openOnce, lockMs)
  }
  const place = { dataFolder, profile }
  const practiceIssuer = (): string | null => parts.practiceIssuer ?? practice.issuer()
  const closePractice = (): Promise<void> => practice.close()
  const life = { place, board, open, practiceIssuer, closePractice, say, log, signal: stop.signal }
  const error = await liveAsAgent(life)
  await practice.close()
  if (error === null) return exitCodes.done
  if (error.code !== 'profile-owned') say(error.message)
  return exitCodeOf(error.code)
}

type AgentParts = WorldParts & { readonly vaultKey: VaultKey }

/** What opens the vault. All runs with a locked vault too; “latchkey unlock” then opens it. */
function unlocking(
  { dataFolder, vaultKey }: AgentParts,
  say: (line: string) => void,
  signal: AbortSignal,
): Omit<OwnerKeyParts, 'profile' | 'fd'> {
  const { stdin, stderr, env } = process
  const ask = async (): Promise<Secret | null> => {
    const typed = await prompt('Passphrase of the vault:', { hidden: true, signal })
    return typed === null || typed === '' ? null : new Secret(typed)
  }
  return { dataFolder, key: vaultKey, env, ask: stdin.isTTY && stderr.isTTY ? ask : null, say, signal }
}

/** Opens a profile in this process alone. Errors: `profile-owned`, those of opening a profile. */
export async function openHere({ profile }: HereOptions): Promise<Outcome<Here>> {
  const dataFolder = ownDataFolder()
  const log = createLog({ folder: dataFolder, home: homedir() })
  const clipboard = typedClipboard()
  const watchers = new Set<(flow: FlowView) => void>()
  const send: LatchkeyOptions['send'] = (event, payload) => {
    if (event !== 'state.changed' || !('flows' in payload)) return
    for (const flow of payload.flows?.upsert ?? []) for (const watcher of watchers) watcher(flow)
  }
  const parts = worldParts(dataFolder, log, clipboard)
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const { signal } = new AbortController()
  const ownerKey = new OwnerKey({ ...unlocking(parts, say, signal), profile, fd: null })
  return ownerKey.around(async () => {
    const latchkey = new Latchkey({ ...latchkeyOptions(parts), send, sweepAfterMs: never }, profile)
    const opened = await latchkey.profile()
    if (!opened.ok) return opened
    await opened.value.settled()
    return ok({
      handlers: latchkey.handlers,
      clipboard,
      watch: (onFlow) => {
        watchers.add(onFlow)
        return () => watchers.delete(onFlow)
      },
      close: () => latchkey.close(),
    })
  }, 0)
}

function ownDataFolder(): string {
  const { platform, env } = process
  return dataFolderOf({ platform, env, home: homedir() })
}

/** Written in by the build. */
function ownVersion(): string {
  return typeof LATCHKEY_VERSION === 'string' ? LATCHKEY_VERSION : ''
}

function onStopSignals(stop: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Somebody who presses it twice will not wait for what is being answered.
      if (stop.signal.aborted) process.exit(exitCodes.interrupted)
      stop.abort()
    })
  }
}

function worldParts(dataFolder: string, log: Log, clipboard: TypedClipboard): AgentParts {
  const issuer = process.env['LATCHKEY_PRACTICE_ISSUER'] ?? ''
  return {
    ...{ dataFolder, log, version: ownVersion() },
    vaultKey: new VaultKey({ dataFolder }),
    desktop: { ...clipboard.desktop, readSmallFile, machine: () => thisMachine(process.env) },
    secretStore: createKeychain(),
    listener: createLoopbackListener({ random: systemRandom }),
    browser: {
      open: () => Promise.resolve(fail('browser-not-opened')),
      installed: () => Promise.resolve([]),
    },
    // Nothing here tells of them; the clock's jumps are noticed anyhow.
    wakes: { onResume: () => () => undefined, onScreenLock: null },
    systemProxy: () => Promise.resolve('DIRECT'),
    practiceIssuer: isPracticeIssuer(issuer) ? issuer : null,
  }
}

function latchkeyOptions(parts: WorldParts): Omit<LatchkeyOptions, 'sweepAfterMs'> {
  const { desktop, log, dataFolder } = parts
  return {
    about: about(dataFolder),
    systemLanguage: () => 'en',
    ...{ desktop, log },
    doors: { owner: { kind: 'agent' as const, pid: process.pid } },
    openWorld: (profile: ProfileName) => openWorld(profile, parts),
    send: () => undefined,
    onSettings: () => undefined,
  }
}

function about(dataFolder: string): About {
  const { platform } = process
  return {
    version: ownVersion(),
    // There is no browser engine in this process that could be too old.
    ...{ electron: '', chromium: '', realSignInAllowed: true },
    platform: platform === 'darwin' || platform === 'win32' ? platform : 'linux',
    dataFolder,
  }
}

interface AgentSeats {
  lockMs: number
  readonly board: Switchboard
  readonly practice: KeptPractice
}

/** The profile as soon as nobody has it, within `lockMs`. The doors are the agent's own, and outlive it. */
async function takeAgentSeat({ folder }: SeatParts, seats: AgentSeats): Promise<Outcome<Seat>> {
  const until = Date.now() + seats.lockMs
  for (;;) {
    const lock = await folder.lock()
    if (lock.ok) {
      const neverGone = new Promise<void>(() => undefined)
      const seat = { lock: lock.value, doors: seats.board, practiceIssuer: null, agentGone: neverGone }
      return ok({ ...seat, leaving: () => undefined })
    }
    if (lock.error.code !== 'profile-owned' || Date.now() >= until) return lock
    await sleep(50)
  }
}

/** Practice Google lives as long as the agent, also while the app has the profile. */
class KeptPractice {
  #running: RunningPractice | null = null

  issuer(): string | null {
    return this.#running?.issuer ?? null
  }

  async start(folder: ProfileFolder): Promise<RunningPractice> {
    this.#running ??= await startPracticeHere(folder)
    return { issuer: this.#running.issuer, close: () => Promise.resolve() }
  }

  async close(): Promise<void> {
    const running = this.#running
    this.#running = null
    await running?.close()
  }
}

/** `POST /v1/owner/stop`, from this machine: answered, and then the agent ends. Null for any other request. */
function stopRequested({ method, path }: DoorRequest, stop: () => void): Promise<DoorAnswer> | null {
  if (method !== 'POST' || path !== '/v1/owner/stop') return null
  setTimeout(stop, 20)
  return Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, body: '{}' })
}
