/**
 * The product without its shell: keeps exactly one profile open, answers every command, tells every change.
 * Runs on plain Node; the app, the agent and the tests stand around it.
 */
import type { CommandHandlers } from '../contract/answer.ts'
import type { CommandName } from '../contract/commands.ts'
import { commands, links } from '../contract/commands.ts'
import type { EventName, EventPayload } from '../contract/events.ts'
import type { AppError, Outcome } from '../contract/outcome.ts'
import { ok } from '../contract/outcome.ts'
import type { About, ProfileName, SettingsView } from '../contract/views.ts'
import type { DoorsOutside } from './doors/doors.ts'
import type { ProfileHandlers } from './profile-commands.ts'
import { isAppCommand } from './profile-commands.ts'
import type { Desktop, Log, PracticeServer } from './ports.ts'
import type { Profile } from './profile.ts'
import { openProfile } from './profile.ts'
import type { ProfilePorts } from './profile-context.ts'

export interface World {
  readonly ports: ProfilePorts
  readonly practice: PracticeServer | null
  /** Told before the profile is closed: another process may be waiting for it. */
  readonly leaving?: () => void
}

export interface LatchkeyOptions {
  readonly about: About
  readonly systemLanguage: () => 'en' | 'hi'
  readonly sweepAfterMs: number
  readonly desktop: Desktop
  readonly log: Log
  /** What programs at the doors are told of this process; the app unless told. */
  readonly doors?: DoorsOutside
  /** Builds the outside of one profile, e.g. starts practice Google. */
  readonly openWorld: (profile: ProfileName) => Promise<Outcome<World>>
  readonly send: <N extends EventName>(event: N, payload: EventPayload<N>) => void
  /** Told which profile is open and what it looks like, at its opening and with every change. */
  readonly onSettings: (profile: ProfileName, settings: SettingsView) => void
}

export class Latchkey {
  readonly handlers: CommandHandlers
  readonly #options: LatchkeyOptions
  #profile: Promise<Outcome<Profile>>
  #switching: Promise<unknown> = Promise.resolve()
  #leaving: () => void = () => undefined

  constructor(options: LatchkeyOptions, first: ProfileName) {
    this.#options = options
    this.#profile = this.#open(first)
    this.handlers = this.#makeHandlers()
  }

  /** The profile that is open or being opened; an error when it could not be. */
  profile(): Promise<Outcome<Profile>> {
    return this.#profile
  }

  async close(): Promise<void> {
    await this.#switching
    const profile = await this.#profile
    if (profile.ok) await this.#leave(profile.value)
  }

  async #leave(profile: Profile): Promise<void> {
    this.#leaving()
    await profile.close()
  }

  #makeHandlers(): CommandHandlers {
    return {
      ...this.#profileHandlers(),
      'app.openProfile': ({ profile }) => this.#openProfile(profile),
      'app.openLink': ({ link }) => this.#options.desktop.openLink(links[link]),
    }
  }

  /** Each command goes to whichever profile is open when it arrives; without one it answers why there is none. */
  #profileHandlers(): ProfileHandlers {
    const names = (Object.keys(commands) as CommandName[]).filter((name) => !isAppCommand(name))
    const forward = async (name: CommandName, params: unknown): Promise<Outcome<unknown>> => {
      const profile = await this.#profile
      if (!profile.ok) return profile
      const handler = profile.value.handlers[name as keyof ProfileHandlers] as (
        params: unknown,
      ) => Promise<Outcome<unknown>>
      return handler(params)
    }
    return Object.fromEntries(
      names.map((name) => [name, (params: unknown) => forward(name, params)]),
    ) as unknown as ProfileHandlers
  }

  /** One switch at a time. When the other profile cannot be opened, the one that was open is opened again. */
  #openProfile(name: ProfileName): Promise<Outcome<null>> {
    const run = this.#switching.then(() => this.#switchTo(name))
    this.#switching = run.catch(() => undefined)
    return run
  }

  async #switchTo(name: ProfileName): Promise<Outcome<null>> {
    const current = await this.#profile
    if (current.ok && current.value.name === name) return ok()
    const settings = current.ok ? current.value.settings() : undefined
    if (current.ok) await this.#leave(current.value)
    this.#profile = this.#open(name, settings)
    const opened = await this.#profile
    if (!opened.ok && current.ok) this.#profile = this.#open(current.value.name)
    await this.#profile
    this.#options.send('state.reset', {})
    return opened.ok ? ok() : opened
  }

  async #open(name: ProfileName, initialSettings?: SettingsView): Promise<Outcome<Profile>> {
    const { about, systemLanguage, sweepAfterMs, openWorld, send, log, onSettings, doors } = this.#options
    const world = await openWorld(name)
    if (!world.ok) return this.#failed(world.error)
    const opened = await openProfile({
      name,
      ports: world.value.ports,
      practice: world.value.practice,
      about,
      systemLanguage,
      sweepAfterMs,
      ...(initialSettings ? { initialSettings } : {}),
      ...(doors ? { doors } : {}),
      onSettings: (settings) => onSettings(name, settings),
      onDelta: (delta) => send('state.changed', delta),
      onReset: () => send('state.reset', {}),
    })
    if (!opened.ok) {
      await world.value.practice?.close()
      return this.#failed(opened.error)
    }
    this.#leaving = () => world.value.leaving?.()
    onSettings(name, opened.value.settings())
    opened.value.start().catch((cause: unknown) => log.error('profile-start-failed', cause))
    return opened
  }

  #failed(error: AppError): Outcome<Profile> {
    this.#options.log.warn('profile-not-opened', { code: error.code })
    return { ok: false, error }
  }
}
