/** The one who has the profile open, as the command talks to it: protocol 1 (ARCHITECTURE, “Doors”). */
import type { CommandName, CommandParams, CommandResult } from '../contract/commands.ts'
import type { DoorPlace } from './door-place.ts'
import type { Ask, Exchange } from './exchange.ts'
import { exchange } from './exchange.ts'
import type { Failure, Result } from './failure.ts'
import { failed, failureOf } from './failure.ts'

export interface Reply {
  readonly status: number
  readonly body: unknown
}

export interface OwnerOptions {
  /** Looked for anew for each try: another owner announces another place. */
  readonly find: () => Promise<Result<DoorPlace>>
  readonly signal: AbortSignal
  /** Ms, from any point. */
  readonly now: () => number
  readonly wait: (ms: number) => Promise<void>
}

/** So long an owner may take to hand over to another one, ms. */
const handOverMs = 3000

export class Owner {
  readonly #options: OwnerOptions
  #place: DoorPlace

  constructor(options: OwnerOptions, place: DoorPlace) {
    this.#options = options
    this.#place = place
  }

  /** Where it answered last. */
  get place(): DoorPlace {
    return this.#place
  }

  /** This is a forwarded socket: the owner is on another machine. */
  get remote(): boolean {
    return this.#place.local === null
  }

  /**
   * Asks, and asks again for three seconds while one owner gives the profile to another. Everything but 2xx is a
   * failure in the owner's own words. Errors besides those: `owner-missing`, `owner-silent`, `owner-other-version`.
   */
  async ask(request: Ask): Promise<Result<Reply>> {
    const { signal } = this.#options
    const came = await this.whileHandedOver(
      (place) => {
        const headers = { ...localHeader(place), ...request.headers }
        return exchange(place.socket, { signal, ...request, headers })
      },
      (exchanged) => isPassing(exchanged, request),
    )
    return came.ok ? replyOf(came.value) : came
  }

  /** Tries at the place that is announced, and again for three seconds where `passing` says so of what came. */
  async whileHandedOver<T>(
    attempt: (place: DoorPlace) => Promise<T>,
    passing: (came: T) => boolean,
  ): Promise<Result<T>> {
    const until = this.#options.now() + handOverMs
    for (let pause = 25; ; pause = Math.min(pause * 2, 400)) {
      const came = await attempt(this.#place)
      if (this.#options.now() >= until || !passing(came)) return { ok: true, value: came }
      await this.#options.wait(pause)
      const found = await this.#options.find()
      if (!found.ok) return found
      this.#place = found.value
    }
  }

  get(path: string): Promise<Result<Reply>> {
    return this.ask({ method: 'GET', path })
  }

  /** `more`: what is not as usual about it. */
  post(path: string, body: unknown, more: Pick<Ask, 'headers' | 'signal'> = {}): Promise<Result<Reply>> {
    return this.ask({ method: 'POST', path, body: JSON.stringify(body), ...more })
  }

  /** A command of the contract. Errors: those of the command, `command-not-here`, `local-only`. `signal`: another one than the command's own. */
  async command<N extends CommandName>(
    name: N,
    params: CommandParams<N>,
    signal?: AbortSignal,
  ): Promise<Result<CommandResult<N>>> {
    const reply = await this.ask({
      ...{ method: 'POST', path: `/v1/command/${name}`, body: JSON.stringify(params) },
      ...(signal ? { signal } : {}),
    })
    if (!reply.ok) return reply
    return { ok: true, value: (reply.value.body as { readonly value: CommandResult<N> }).value }
  }
}

export function localHeader({ local }: DoorPlace): Readonly<Record<string, string>> {
  return local === null ? {} : { 'Latchkey-Local': local }
}

/** For what Ctrl+C must not cut off: taking back, and what has to be known so that it can be taken back. */
export const unstoppable = new AbortController().signal

/** Nothing was done yet, or it may be done twice. */
function isPassing(came: Exchange, { method, path }: Ask): boolean {
  if (came.kind === 'nobody') return true
  if (came.kind === 'broken') return method === 'GET' || path === '/v1/token'
  return came.kind === 'answered' && came.status === 503 && /"code":"owner-/.test(came.body)
}

async function replyOf(came: Exchange): Promise<Result<Reply>> {
  if (came.kind === 'nobody') return failed('owner-missing')
  if (came.kind === 'aborted') return { ok: false, error: interrupted }
  if (came.kind !== 'answered') return failed('owner-silent')
  const { status } = came
  const body = parsed(came.body)
  if (status >= 200 && status < 300 && body !== undefined) return { ok: true, value: { status, body } }
  return { ok: false, error: failureIn(body) ?? (await failureOf('owner-silent')) }
}

export const interrupted: Failure = {
  code: 'interrupted',
  message: 'Interrupted.',
  next: '',
  retryable: true,
}

/** The error of an answer in its own words; null where it has none. */
export function failureIn(body: unknown): Failure | null {
  const error = (body as { readonly error?: Partial<Failure> } | null | undefined)?.error
  if (typeof error?.code !== 'string' || typeof error.message !== 'string') return null
  const { code, message, next, retryable, details } = error
  return {
    ...{ code, message, next: typeof next === 'string' ? next : '', retryable: retryable === true },
    ...(details ? { details } : {}),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
