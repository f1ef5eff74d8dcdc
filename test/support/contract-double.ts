/**
 * A stand-in for main that is derived from the literal: it has every command, notes every call, and answers
 * what the test says. It holds a snapshot and can push events as main does.
 */
import type { CommandHandlers } from '../../electron/contract/answer.ts'
import type { CommandName, CommandParams, CommandResult } from '../../electron/contract/commands.ts'
import { commands } from '../../electron/contract/commands.ts'
import type { EventName, EventPayload } from '../../electron/contract/events.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import { fail, ok } from '../../electron/contract/outcome.ts'
import type { Snapshot, StateDelta } from '../../electron/contract/views.ts'

export interface RecordedCall {
  readonly name: CommandName
  readonly params: unknown
}
export type EventListener = (event: EventName, payload: unknown) => void

type AnswerTable = {
  [N in CommandName]?: (
    params: CommandParams<N>,
  ) => Outcome<CommandResult<N>> | Promise<Outcome<CommandResult<N>>>
}

export interface ContractDouble {
  readonly handlers: CommandHandlers
  readonly calls: RecordedCall[]
  callsOf<N extends CommandName>(name: N): CommandParams<N>[]
  /** From now on this command answers so. A command without an answer says `not-found`. */
  answerWith(table: AnswerTable): void
  snapshot: Snapshot
  push<N extends EventName>(event: N, payload: EventPayload<N>): void
  /** Pushes a delta with the next revision and takes that revision into the snapshot. */
  change(delta: Omit<StateDelta, 'revision'>): void
  listen(listener: EventListener): () => void
}

/** Commands that only change something answer null unless the test says otherwise. */
const silent = new Set<CommandName>([
  'app.openProfile',
  'app.openLink',
  'app.copyText',
  'app.networkReturned',
  'clients.update',
  'clients.remove',
  'clients.setActive',
  'accounts.manageAtGoogle',
  'grants.forget',
  'service.configure',
  'service.forgetKey',
  'service.deleteFile',
  'revocation.retry',
  'revocation.dismiss',
  'doors.lock',
  'doors.unlock',
  'asks.answer',
  'asks.unmute',
  'leases.end',
  'leases.endAll',
  'leases.undoFile',
  'folders.changeRule',
  'folders.removeRule',
  'folders.approve',
  'folders.withdraw',
  'signIn.openAgain',
  'signIn.copyLink',
  'signIn.paste',
  'signIn.cancel',
  'signIn.chooseAccount',
  'signIn.dismiss',
  'accounts.update',
  'accounts.activate',
  'accounts.forget',
  'accounts.check',
  'tokens.correctCause',
  'tokens.dismiss',
  'settings.update',
  'settings.pickCaFile',
  'settings.clearCaFile',
  'settings.chooseBrowser',
  'settings.pickBrowser',
  'practice.moveClock',
  'practice.setClock',
  'practice.act',
  'ledger.continueFromLastGood',
  'problems.dismiss',
  'problems.removeOrphan',
])

export function createContractDouble(snapshot: Snapshot): ContractDouble {
  const calls: RecordedCall[] = []
  const answers: AnswerTable = {}
  const listeners = new Set<EventListener>()
  const double: ContractDouble = {
    handlers: {} as CommandHandlers,
    calls,
    snapshot,
    callsOf: (name) => calls.filter((call) => call.name === name).map((call) => call.params as never),
    answerWith: (table) => void Object.assign(answers, table),
    push: (event, payload) => {
      for (const listener of listeners) listener(event, payload)
    },
    change: (delta) => {
      const revision = double.snapshot.revision + 1
      double.snapshot = { ...double.snapshot, revision }
      double.push('state.changed', { revision, ...delta })
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const respond = async (name: CommandName, params: unknown): Promise<Outcome<unknown>> => {
    calls.push({ name, params })
    const answer = answers[name] as
      ((params: unknown) => Outcome<unknown> | Promise<Outcome<unknown>>) | undefined
    if (answer) return answer(params)
    if (name === 'app.snapshot') return ok(double.snapshot)
    return silent.has(name) ? ok() : fail('not-found')
  }
  const handlers = Object.fromEntries(
    (Object.keys(commands) as CommandName[]).map((name) => [
      name,
      (params: unknown) => respond(name, params),
    ]),
  )
  return Object.assign(double, { handlers: handlers as unknown as CommandHandlers })
}
