import type { DoorsView } from '../../contract/doors.ts'
import type { ProfileContext } from '../profile-context.ts'

const minuteMs = 60 * 1000
/** So many questions without a yes in so long, and a program is not listened to for so long, ms. */
const patienceCount = 3
/** From other machines so many in all: there anybody may call themselves something new each time. */
const farPatienceCount = 6
const patienceMs = 10 * minuteMs
const muteMs = 10 * minuteMs

/** All that comes through a forwarded socket, as if it were one program. */
export const farAway = { key: 'other-machines', name: 'other machines' } as const

interface Mute {
  readonly name: string
  /** By the clock that people see. */
  readonly until: number
  readonly stop: () => void
}

/** Programs that asked too often without a yes: it is they who fall silent, not the person who looks away. */
export class Mutes {
  readonly #context: Pick<ProfileContext, 'now' | 'ports'>
  readonly #onChange: () => void
  readonly #refusals = new Map<string, readonly number[]>()
  readonly #muted = new Map<string, Mute>()

  constructor(context: Pick<ProfileContext, 'now' | 'ports'>, onChange: () => void) {
    this.#context = context
    this.#onChange = onChange
  }

  isMuted(programKey: string): boolean {
    return this.#muted.has(programKey)
  }

  /** One more question of the program ended without a yes. */
  noteRefusal(programKey: string, name: string): void {
    this.#note(programKey, name, patienceCount)
  }

  /** One more question came from another machine. */
  noteFar(): void {
    this.#note(farAway.key, farAway.name, farPatienceCount)
  }

  #note(programKey: string, name: string, patience: number): void {
    const at = this.#context.ports.clock.elapsedMs()
    for (const [key, times] of this.#refusals)
      if (times.every((time) => at - time >= patienceMs)) this.#refusals.delete(key)
    const recent = (this.#refusals.get(programKey) ?? []).filter((time) => at - time < patienceMs)
    if (recent.length + 1 < patience) this.#refusals.set(programKey, [...recent, at])
    else this.#mute(programKey, name)
  }

  /** It got a yes: what was before is forgotten. */
  forgive(programKey: string): void {
    this.#refusals.delete(programKey)
  }

  /** Answers whether it was muted. */
  unmute(programKey: string): boolean {
    const mute = this.#muted.get(programKey)
    mute?.stop()
    if (!this.#muted.delete(programKey)) return false
    this.#onChange()
    return true
  }

  views(): DoorsView['muted'] {
    return [...this.#muted].map(([programKey, { name, until }]) => ({ programKey, name, until }))
  }

  close(): void {
    for (const { stop } of this.#muted.values()) stop()
  }

  #mute(programKey: string, name: string): void {
    this.#refusals.delete(programKey)
    this.#muted.get(programKey)?.stop()
    const until = this.#context.now() + muteMs
    const stop = this.#context.ports.timers.after(muteMs, () => this.unmute(programKey))
    this.#muted.set(programKey, { name, until, stop })
    this.#onChange()
  }
}
