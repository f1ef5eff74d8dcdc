/** A registered address has one port; somebody else may be there. Then it is waited for, with everybody told who. */
import type { AppError } from '../../../../contract/outcome.ts'
import { appError } from '../../../../contract/outcome.ts'
import type { ListenOptions, LoopbackRequest, LoopbackServer, ReplyPage } from '../../../ports.ts'
import { defer } from '../deferred.ts'
import { patienceOf } from '../patience.ts'
import type { Stage } from './way.ts'

/** How often a taken port is tried again, ms: soon enough for a person who just ended the program there. */
export const portRetryMs = 2000
/** To look for who has it is work for the whole machine: once, and then with every so many tries, half a minute. */
export const triesPerLook = 15

export type Listening =
  | { readonly kind: 'listening'; readonly server: LoopbackServer }
  | { readonly kind: 'failed'; readonly error: AppError }
  /** The stage's signal ended it. */
  | { readonly kind: 'aborted' }

type End = 'over' | 'aborted'

/**
 * Listens as the port `LoopbackListener` does. While the address is taken it shows `port-busy` and tries again, until
 * it is free, the stage's signal ends it or the patience is over; that is `loopback-busy` (`port`; `holder`, the name
 * of the program that has it, empty where that cannot be known; `program`, the same as it stands in the sentence).
 * Every other error of the listener ends it at once.
 */
export async function listenWhenFree(
  stage: Stage,
  accept: (request: LoopbackRequest) => Promise<ReplyPage> | null,
  options: ListenOptions = {},
): Promise<Listening> {
  const { clock, listener, timers } = stage.context.ports
  const patience = patienceOf(stage)
  const end = defer<End>()
  const onAbort = (): void => {
    end.resolve('aborted')
  }
  stage.signal.addEventListener('abort', onAbort, { once: true })
  stage.waitUntil(clock.now() + patience)
  const stopWaiting = timers.after(patience, () => end.resolve('over'))
  const holder = new Holder(stage)
  try {
    for (let tries = 0; ; tries += 1) {
      const listening = await listener.listen(accept, options)
      if (stage.signal.aborted) {
        if (listening.ok) await listening.value.close()
        return { kind: 'aborted' }
      }
      if (listening.ok) return { kind: 'listening', server: listening.value }
      if (listening.error.code !== 'loopback-busy') return { kind: 'failed', error: listening.error }
      const port = Number(listening.error.details?.['port'] ?? 0)
      if (tries % triesPerLook === 0) await holder.look(port, end.promise)
      const next = await pause(stage, end.promise)
      if (next === 'aborted') return { kind: 'aborted' }
      if (next === 'over') return { kind: 'failed', error: holder.errorAt(port) }
    }
  } finally {
    stopWaiting()
    stage.signal.removeEventListener('abort', onAbort)
  }
}

/** Who has the port, as far as is known, and as it was shown. */
class Holder {
  readonly #stage: Stage
  /** Nothing was shown yet while this is undefined. */
  #program: string | null | undefined

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** Shows who has it, where that is news. Whoever ends the sign-in does not wait for the name. */
  async look(port: number, end: Promise<End>): Promise<void> {
    const looking = this.#stage.context.ports.listener.holderOf(port).then((name) => ({ name }))
    const found = await Promise.race([end, looking])
    if (found === 'over' || found === 'aborted') return
    const program = found.name === null || found.name === '' ? null : found.name.slice(0, 200)
    if (program === this.#program) return
    this.#program = program
    this.#stage.show({ kind: 'port-busy', port, program })
  }

  errorAt(port: number): AppError {
    const holder = this.#program ?? ''
    return appError('loopback-busy', { port, holder, program: holder === '' ? '' : ` (${holder})` })
  }
}

async function pause(stage: Stage, end: Promise<End>): Promise<End | 'try-again'> {
  const again = defer<'try-again'>()
  const stop = stage.context.ports.timers.after(portRetryMs, () => again.resolve('try-again'))
  try {
    return await Promise.race([end, again.promise])
  } finally {
    stop()
  }
}
