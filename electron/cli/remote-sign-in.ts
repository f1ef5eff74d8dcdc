/** A sign-in that another process carries out, as `login` takes it: commands over the socket, and its views as they come. */
import type { FlowView, Snapshot, StateDelta } from '../contract/views.ts'
import type { AppError, Outcome } from '../contract/outcome.ts'
import { appError, ok } from '../contract/outcome.ts'
import type { TypedClipboard } from './clipboard.ts'
import type { Failure, Result } from './failure.ts'
import { followOwner } from './follow-owner.ts'
import type { LoginHandlers, LoginParts } from './login.ts'
import type { Owner } from './owner.ts'
import { unstoppable } from './owner.ts'

/** What is not in our table of errors comes from a newer owner, and its own words are shown. */
function outcomeOf<T>(result: Result<T>): Outcome<T> {
  return result.ok ? result : { ok: false, error: asAppError(result.error) }
}

function asAppError({ next: _next, ...error }: Failure): AppError {
  return error as AppError
}

export function remoteHandlers(owner: Owner, clipboard: TypedClipboard): LoginHandlers {
  return {
    'app.snapshot': async (params) => outcomeOf(await owner.command('app.snapshot', params)),
    // What was begun has to be known, so that it can be ended.
    'signIn.start': async (params) => outcomeOf(await owner.command('signIn.start', params, unstoppable)),
    'signIn.cancel': async (params) => outcomeOf(await owner.command('signIn.cancel', params, unstoppable)),
    'signIn.chooseAccount': async (params) => outcomeOf(await owner.command('signIn.chooseAccount', params)),
    async 'signIn.copyLink'(params) {
      const reply = await owner.post('/v1/sign-in/link', params)
      if (!reply.ok) return outcomeOf(reply)
      clipboard.desktop.copyText((reply.value.body as { readonly link: string }).link)
      return ok()
    },
    async 'signIn.paste'({ flowId }) {
      const text = await clipboard.desktop.readClipboard()
      const reply = await owner.post('/v1/sign-in/paste', { flowId, text })
      return reply.ok ? ok() : outcomeOf(reply)
    },
  }
}

type EventLine = { readonly snapshot: Snapshot } | { readonly delta: StateDelta } | { readonly reset: object }

/** What is told of sign-ins; `lost` tells when it ends although nobody ended it. */
export type Watching = Required<Pick<LoginParts, 'watch' | 'lost'>>

/** The views of all sign-ins from now on, until `signal`. Errors: the owner's. */
export async function watchFlows(owner: Owner, signal: AbortSignal): Promise<Result<Watching>> {
  const watchers = new Set<(flow: FlowView) => void>()
  const lines = await followOwner(owner, '/v1/events', signal)
  if (!lines.ok) return lines
  const told = async (): Promise<void> => {
    for await (const line of lines.value) {
      const event = JSON.parse(line) as EventLine
      const flows = 'delta' in event ? (event.delta.flows?.upsert ?? []) : []
      for (const flow of flows) for (const watcher of watchers) watcher(flow)
    }
  }
  const lost = told().then(
    () => appError('owner-silent'),
    () => appError('owner-silent'),
  )
  return {
    ok: true,
    value: {
      lost,
      watch: (watcher) => {
        watchers.add(watcher)
        return () => watchers.delete(watcher)
      },
    },
  }
}
