/**
 * The life of `latchkey agent`: it has the profile, or the app has it and the agent keeps its doors, or it waits for
 * the app to leave. The lock of the profile's folder decides; this only follows.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { OwnerLine } from '../adapters/doors/owner-line.ts'
import type { OwnerDesk, OwnerPlace } from '../adapters/doors/owner-place.ts'
import { FolderNotOurs, lineToOwner, openOwnerDesk, readOwner } from '../adapters/doors/owner-place.ts'
import { relayUntilOver } from '../adapters/doors/relay.ts'
import type { Switchboard } from '../adapters/doors/switchboard.ts'
import type { AppError, Outcome } from '../contract/outcome.ts'
import { appError } from '../contract/outcome.ts'
import type { Log } from '../core/ports.ts'

export interface AgentLifeParts {
  readonly place: OwnerPlace
  readonly board: Switchboard
  /** Opens the profile in this process, for which its lock may take so many ms to become free. */
  readonly open: (lockMs: number) => Promise<Outcome<{ close(): Promise<void> }>>
  /** The practice Google that runs in this process; null where there is none. */
  readonly practiceIssuer: () => string | null
  /** Ends it: its port is free before the app hears that this process goes, and starts it there. */
  readonly closePractice: () => Promise<void>
  /** A short line for whoever looks after the process. */
  readonly say: (line: string) => void
  readonly log: Log
  /** Ends the life, cleanly. */
  readonly signal: AbortSignal
}

/** An app that is there and whose announcement is not yet, or that is just leaving, ms. */
const findMs = 5000
/** Whoever had the profile before needs a moment to give its lock back, ms. */
const lockMs = 10_000
const welcomeMs = 5000

/**
 * Lives until `signal`. Answers null then, or why it could not go on: `profile-owned` where another agent has the
 * profile, those of opening a profile, `door-occupied` and `door-failed` where the app could not find it.
 */
export async function liveAsAgent(parts: AgentLifeParts): Promise<AppError | null> {
  const life = new AgentLife(parts)
  try {
    return await life.live()
  } finally {
    await life.end()
  }
}

class AgentLife {
  readonly #parts: AgentLifeParts
  readonly #stopped: Promise<'stopped'>
  #desk: OwnerDesk | null = null
  /** The lines on which somebody asked for the profile and waits for it, in their order. */
  readonly #asking = new Set<OwnerLine>()
  #wake: () => void = () => undefined

  constructor(parts: AgentLifeParts) {
    this.#parts = parts
    this.#stopped = new Promise((resolve) => {
      if (parts.signal.aborted) resolve('stopped')
      parts.signal.addEventListener('abort', () => resolve('stopped'), { once: true })
    })
  }

  async live(): Promise<AppError | null> {
    const { open, signal } = this.#parts
    for (let patience = 0; !signal.aborted; patience = lockMs) {
      const opened = await open(patience)
      if (opened.ok) {
        const error = await this.#serve(opened.value)
        if (error) return error
      } else if (opened.error.code !== 'profile-owned') return opened.error
      else if (!(await this.#standBy())) return opened.error
    }
    return null
  }

  async end(): Promise<void> {
    await this.#desk?.close()
    await this.#parts.board.close()
  }

  /**
   * Has the profile until the app wants it or the agent ends; with the app, until that leaves. Answers an error where the
   * app would not find this process.
   */
  async #serve(profile: { close(): Promise<void> }): Promise<AppError | null> {
    const error = await this.#openDesk()
    if (error) {
      await profile.close()
      return error
    }
    const { place, say } = this.#parts
    say(`Latchkey has the ${place.profile} profile. It asks for nothing here; Ctrl+C ends it.`)
    const line = await Promise.race([this.#asked(), this.#stopped])
    if (line === 'stopped') await profile.close()
    else await this.#giveTo(line, profile)
    return null
  }

  async #openDesk(): Promise<AppError | null> {
    if (this.#desk) return null
    try {
      const greet = (line: OwnerLine, from: 'app' | 'agent'): void => this.#greet(line, from)
      this.#desk = await openOwnerDesk(this.#parts.place, 'agent', greet)
      return null
    } catch (cause) {
      this.#parts.log.error('owner-not-announced', cause)
      if (cause instanceof FolderNotOurs) return appError('door-occupied', { path: cause.path })
      return appError('door-failed')
    }
  }

  /** Whoever asked first and waits still, also since before the profile was open here. */
  async #asked(): Promise<OwnerLine> {
    for (;;) {
      for (const line of this.#asking) {
        this.#asking.delete(line)
        if (!line.isOver()) return line
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async #giveTo(line: OwnerLine, profile: { close(): Promise<void> }): Promise<void> {
    const { board, place, say, log, practiceIssuer, closePractice } = this.#parts
    log.info('profile-given', { profile: place.profile })
    say('The app takes the profile over; programs notice nothing.')
    board.hold()
    await profile.close()
    board.stopHolding()
    line.say({ say: 'yours', issuer: practiceIssuer() })
    const over = relayUntilOver(line, board)
    if ((await Promise.race([over, this.#stopped])) !== 'stopped') {
      say('The app is gone.')
      log.info('profile-returned', { profile: place.profile })
      return
    }
    // The places are free before the app hears of it, and it opens them itself.
    await this.#desk?.close()
    this.#desk = null
    board.leaveAnnouncement()
    await Promise.all([board.close(), closePractice()])
    line.end()
    await over
  }

  #greet(line: OwnerLine, from: 'app' | 'agent'): void {
    if (from === 'agent') {
      line.say({ say: 'refused', reason: 'kind' })
      line.cut()
      return
    }
    void line.over.then(() => this.#asking.delete(line))
    line.listen((word) => {
      if (word.say !== 'take') return
      this.#asking.add(line)
      this.#wake()
    })
  }

  /**
   * Somebody else has the profile. Answers true when that is over, or was only for a moment; false where it is another
   * agent, or nobody who can be waited for.
   */
  async #standBy(): Promise<boolean> {
    const { place, say, log } = this.#parts
    for (const until = Date.now() + findMs; Date.now() < until; await sleep(200)) {
      const owner = await readOwner(place)
      const line = owner === null ? null : await lineToOwner(owner, 'agent')
      if (owner?.kind === 'agent' && line !== null) {
        line.end()
        say(`Another agent has the ${place.profile} profile already (process ${String(owner.pid)}).`)
        return false
      }
      const word = await line?.next(welcomeMs)
      if (line && word?.say === 'refused') {
        say(`Another agent waits for the ${place.profile} profile already.`)
        return false
      }
      if (line && word?.say === 'welcome') {
        say('The app has the profile. When it leaves, it is served from here.')
        log.info('standing-by', { profile: place.profile })
        await Promise.race([line.over, this.#stopped])
        line.end()
        return true
      }
      line?.end()
      if (this.#parts.signal.aborted) return true
    }
    say(appError('profile-owned').message)
    return false
  }
}
