/** Programs that wait for a person's yes or no. Unanswered means no. */
import type { AskAnswer, AskView, DoorKind, DoorsView, ProgramView } from '../../contract/doors.ts'
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import { coversScopes, uniqueScopes } from '../../contract/scopes/scope-sets.ts'
import { untilAborted } from '../access/until-aborted.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { LeaseRecord } from '../state/state.ts'
import type { DoorUses } from './door-uses.ts'
import type { Leases } from './leases.ts'
import { farAway, Mutes } from './mutes.ts'
import type { NewLease } from './new-lease.ts'

/** How long a person has, ms. */
const patienceMs = 60 * 1000
/** So many questions wait at once; of one program; and of other machines, which can call themselves what they like. */
const mostWaiting = { all: 8, program: 3, remote: 4 }
/** An answer is kept for callers that come back for it, ms. */
const keptMs = 60 * 1000

export interface AskWish {
  readonly program: ProgramView
  readonly programKey: string
  readonly door: DoorKind
  readonly remote: boolean
  readonly accountId: string
  /** Null of a service account. */
  readonly clientId: string | null
  /** What it would be given. */
  readonly scopes: readonly string[]
  /** It named them itself. */
  readonly named: boolean
}

export type AskEnd =
  { readonly kind: 'yes'; readonly lease: LeaseRecord } | { readonly kind: 'no'; readonly error: AppError }

export interface AsksOptions {
  readonly leases: Pick<Leases, 'give' | 'end'>
  readonly uses: Pick<DoorUses, 'askRefused'>
  /** A question came (its view), or is settled (null). */
  readonly onAsk: (askId: string, view: AskView | null) => void
  /** Who is muted changed. */
  readonly onMuted: () => void
}

interface Ask {
  readonly view: AskView
  readonly key: string
  readonly wish: AskWish
  readonly ended: Promise<AskEnd>
  readonly settle: (end: AskEnd) => void
  stop: () => void
  /** So many callers wait for it now. */
  waiting: number
  /** A yes is being written down. */
  answering: boolean
}

export class Asks {
  readonly #context: ProfileContext
  readonly #options: AsksOptions
  readonly #mutes: Mutes
  readonly #open = new Map<string, Ask>()
  readonly #settled = new Map<string, { readonly ask: Ask; readonly stop: () => void }>()
  #closed = false

  constructor(context: ProfileContext, options: AsksOptions) {
    this.#context = context
    this.#options = options
    this.#mutes = new Mutes(context, options.onMuted)
  }

  /**
   * Asks, or joins the same question of the same program; answers its id. Errors: `ask-muted`, `ask-many`,
   * `ask-unanswered` where nobody is there any more to answer.
   */
  ask(wish: AskWish): Outcome<string> {
    if (this.#closed) return fail('ask-unanswered')
    const key = keyOf(wish)
    const same = [...this.#open.values()].find((ask) => ask.key === key)
    if (same) return ok(same.view.askId)
    if (this.#mutes.isMuted(wish.programKey)) {
      this.#note(wish, 'muted')
      return fail('ask-muted')
    }
    if (wish.remote && this.#mutes.isMuted(farAway.key)) {
      // Under one name: with a new one each time they would fill the ledger.
      const program = { ...wish.program, name: farAway.name }
      this.#note({ ...wish, program, programKey: farAway.key }, 'muted')
      return fail('ask-muted')
    }
    return this.#isFull(wish) ? fail('ask-many') : ok(this.#start(wish, key))
  }

  /**
   * Waits for the answer to a question of this program; null when the caller went away. A question that nobody waits
   * for any more is taken back. Errors, as a no: `not-found`, `ask-refused`, `ask-unanswered`, `doors-locked`.
   */
  async wait(
    askId: string,
    { programKey, remote }: Pick<AskWish, 'programKey' | 'remote'>,
    signal: AbortSignal | undefined,
  ): Promise<AskEnd | null> {
    const ask = this.#open.get(askId) ?? this.#settled.get(askId)?.ask
    if (ask?.wish.programKey !== programKey || ask.wish.remote !== remote)
      return { kind: 'no', error: appError('not-found') }
    ask.waiting += 1
    const end = await untilAborted(ask.ended, signal)
    ask.waiting -= 1
    if (end === null && ask.waiting === 0 && !ask.answering)
      this.#refuse(ask, 'none', appError('ask-unanswered'))
    return end
  }

  /**
   * A person's answer; `scopes` null for all that was asked for. A yes is written down as a lease first. Errors:
   * `not-found`, `lease-wish-unfit` for more than was asked for, those of `Leases.give`; then the question still waits.
   */
  async answer(askId: string, answer: AskAnswer, scopes: readonly string[] | null): Promise<Outcome<null>> {
    const ask = this.#open.get(askId)
    if (!ask || ask.answering) return fail('not-found')
    if (answer === 'no') {
      this.#refuse(ask, 'no', appError('ask-refused'))
      return ok()
    }
    const allowed = scopes === null ? ask.wish.scopes : uniqueScopes(scopes)
    if (!coversScopes(ask.wish.scopes, allowed))
      return fail('lease-wish-unfit', { reason: 'it was not asked for that much' })
    ask.answering = true
    const given = await this.#options.leases.give(leaseOf(ask.wish, answer, allowed))
    ask.answering = false
    if (!given.ok) return given
    return this.#accept(ask, given.value.lease)
  }

  /** Its questions are shown again. Errors: `not-found`. */
  unmute(programKey: string): Outcome<null> {
    return this.#mutes.unmute(programKey) ? ok() : fail('not-found')
  }

  view(askId: string): AskView | null {
    return this.#open.get(askId)?.view ?? null
  }

  views(): AskView[] {
    return [...this.#open.values()].map(({ view }) => view)
  }

  muted(): DoorsView['muted'] {
    return this.#mutes.views()
  }

  /** Whoever waits is told this; no program is blamed for it. */
  endAll(error: AppError): void {
    for (const ask of [...this.#open.values()]) this.#settle(ask, { kind: 'no', error })
  }

  close(): void {
    this.#closed = true
    this.endAll(appError('ask-unanswered'))
    this.#mutes.close()
    for (const { stop } of this.#settled.values()) stop()
    this.#settled.clear()
  }

  #isFull({ programKey, remote }: AskWish): boolean {
    const open = [...this.#open.values()]
    const ofProgram = open.filter(({ wish }) => wish.programKey === programKey)
    const remotes = open.filter(({ wish }) => wish.remote)
    if (open.length >= mostWaiting.all || ofProgram.length >= mostWaiting.program) return true
    return remote && remotes.length >= mostWaiting.remote
  }

  #start(wish: AskWish, key: string): string {
    const { now, ports, ledger } = this.#context
    const askId = ports.random.token(12)
    const { program, door, remote, accountId, clientId, scopes, named } = wish
    const askedAt = now()
    const email = ledger.state().accounts.get(accountId)?.email ?? ''
    const view: AskView = {
      ...{ askId, program, door, remote, accountId, email, clientId, scopes: [...scopes], named, askedAt },
      endsAt: askedAt + patienceMs,
    }
    let settle: Ask['settle'] = () => undefined
    const ended = new Promise<AskEnd>((resolve) => {
      settle = resolve
    })
    const ask: Ask = { view, key, wish, ended, settle, stop: () => undefined, waiting: 0, answering: false }
    ask.stop = ports.timers.after(patienceMs, () => this.#runOut(ask))
    this.#open.set(askId, ask)
    if (remote) this.#mutes.noteFar()
    this.#options.onAsk(askId, view)
    return askId
  }

  #runOut(ask: Ask): void {
    // A yes was said in time; only the disk has not answered yet.
    if (ask.answering) ask.stop = this.#context.ports.timers.after(patienceMs, () => this.#runOut(ask))
    else this.#refuse(ask, 'none', appError('ask-unanswered'))
  }

  async #accept(ask: Ask, lease: LeaseRecord): Promise<Outcome<null>> {
    if (!this.#open.has(ask.view.askId)) {
      // The doors were locked meanwhile.
      await this.#options.leases.end(lease.leaseId, 'locked')
      return fail('not-found')
    }
    this.#mutes.forgive(ask.wish.programKey)
    if (ask.wish.remote) this.#mutes.forgive(farAway.key)
    this.#settle(ask, { kind: 'yes', lease })
    return ok()
  }

  #refuse(ask: Ask, answer: 'no' | 'none', error: AppError): void {
    if (!this.#open.has(ask.view.askId)) return
    this.#settle(ask, { kind: 'no', error })
    this.#note(ask.wish, answer)
    this.#mutes.noteRefusal(ask.wish.programKey, ask.wish.program.name)
  }

  #note({ programKey, program, accountId, clientId, scopes, remote }: AskWish, answer: string): void {
    const programName = program.name
    this.#options.uses.askRefused({ programKey, programName, accountId, clientId, scopes, remote, answer })
  }

  #settle(ask: Ask, end: AskEnd): void {
    const { askId } = ask.view
    if (!this.#open.delete(askId)) return
    ask.stop()
    const stop = this.#context.ports.timers.after(keptMs, () => this.#settled.delete(askId))
    this.#settled.set(askId, { ask, stop })
    ask.settle(end)
    this.#options.onAsk(askId, null)
  }
}

/** Questions with the same key are one. */
function keyOf({ programKey, accountId, clientId, scopes, named, remote }: AskWish): string {
  return JSON.stringify([programKey, accountId, clientId, [...uniqueScopes(scopes)].sort(), named, remote])
}

/**
 * What a yes gives: no more than what stood there, also where the program asked for everything, which may be more
 * another day. For other machines only what came from another machine.
 */
function leaseOf(wish: AskWish, answer: Exclude<AskAnswer, 'no'>, scopes: readonly string[]): NewLease {
  const { program, programKey, door, accountId, clientId, remote } = wish
  return {
    ...{ program, programKey, door, accountId, clientId, scopes, remote },
    label: program.name.slice(0, 120).trim() || 'program',
    term: answer,
    ...{ expiresAt: null, port: null, file: null, quotaProject: null },
  }
}
