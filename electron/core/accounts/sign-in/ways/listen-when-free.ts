/** A registered address has one port; somebody else may be there. Then it is waited for, with everybody told who. */
import type { AppError } from '../../../../contract/outcome.ts'
import type { FlowStep } from '../../../../contract/views.ts'
import type { ListenOptions, LoopbackRequest, LoopbackServer, ReplyPage } from '../../../ports.ts'
import { defer } from '../deferred.ts'
import { patienceOf } from '../patience.ts'
import type { Stage } from './way.ts'

/** How often a taken port is tried again, ms: soon enough for a person who just ended the program there. */
export const portRetryMs = 2000

export type Listening =
  | { readonly kind: 'listening'; readonly server: LoopbackServer }
  | { readonly kind: 'failed'; readonly error: AppError }
  /** The stage's signal ended it. */
  | { readonly kind: 'aborted' }

/**
 * Listens as the port `LoopbackListener` does. While the address is taken it shows `port-busy` and tries again, until
 * it is free, the stage's signal ends it or the patience is over; that is `loopback-busy`. Every other error of the
 * listener ends it at once.
 */
export async function listenWhenFree(
  stage: Stage,
  accept: (request: LoopbackRequest) => Promise<ReplyPage> | null,
  options: ListenOptions = {},
): Promise<Listening> {
  const { clock, listener, timers } = stage.context.ports
  const patience = patienceOf(stage)
  const end = defer<'over' | 'aborted'>()
  const onAbort = (): void => {
    end.resolve('aborted')
  }
  stage.signal.addEventListener('abort', onAbort, { once: true })
  stage.waitUntil(clock.now() + patience)
  const stopWaiting = timers.after(patience, () => end.resolve('over'))
  try {
    for (;;) {
      const listening = await listener.listen(accept, options)
      if (stage.signal.aborted) {
        if (listening.ok) await listening.value.close()
        return { kind: 'aborted' }
      }
      if (listening.ok) return { kind: 'listening', server: listening.value }
      if (listening.error.code !== 'loopback-busy') return { kind: 'failed', error: listening.error }
      stage.show(busyStep(listening.error))
      const next = await pause(stage, end.promise)
      if (next === 'aborted') return { kind: 'aborted' }
      if (next === 'over') return { kind: 'failed', error: listening.error }
    }
  } finally {
    stopWaiting()
    stage.signal.removeEventListener('abort', onAbort)
  }
}

async function pause(
  stage: Stage,
  end: Promise<'over' | 'aborted'>,
): Promise<'over' | 'aborted' | 'try-again'> {
  const again = defer<'try-again'>()
  const stop = stage.context.ports.timers.after(portRetryMs, () => again.resolve('try-again'))
  try {
    return await Promise.race([end, again.promise])
  } finally {
    stop()
  }
}

function busyStep({ details }: AppError): FlowStep {
  const { port, holder } = details ?? {}
  const known = typeof holder === 'string' && holder !== ''
  return { kind: 'port-busy', port: Number(port ?? 0), program: known ? holder.slice(0, 200) : null }
}
