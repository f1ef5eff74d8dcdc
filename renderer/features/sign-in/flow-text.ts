import type { FlowView } from '../../../electron/contract/views.ts'
import { m } from '../../messages/generated/messages.js'
import type { Task } from '../../ui/task.ts'
import type { SignInChoice } from './sign-in-choice.ts'

/** What is happening, in a few words; the same for the compact row, the page and the spoken progress. */
export function stepText({ step, elsewhere, way }: Pick<FlowView, 'step' | 'elsewhere' | 'way'>): string {
  switch (step.kind) {
    case 'checking-keychain':
      return step.slow ? m.step_keychain_slow() : m.step_keychain()
    case 'opening-browser':
      return m.step_opening()
    case 'waiting':
      return elsewhere || way === 'paste' ? m.step_waiting_answer() : m.step_waiting()
    case 'port-busy':
      return m.step_port_busy({ port: step.port })
    case 'requesting-code':
      return m.step_requesting_code()
    case 'showing-code':
      return m.step_showing_code()
    case 'exchanging':
      return m.step_exchanging()
    case 'choosing-account':
      return m.step_choosing()
    case 'storing':
      return step.slow ? m.step_storing_slow() : m.step_storing()
    case 'done':
      return m.step_done({ email: step.email })
    case 'failed':
      return step.error.code === 'sign-in-cancelled' ? m.step_cancelled() : m.step_failed()
  }
}

/** Steps from which nothing follows by itself. */
export function isOver(flow: FlowView): boolean {
  return flow.step.kind === 'done' || flow.step.kind === 'failed'
}

/** Until the account is known, a flow can be cancelled without a trace. */
export function canCancel(flow: FlowView): boolean {
  return !isOver(flow) && flow.step.kind !== 'storing' && flow.step.kind !== 'choosing-account'
}

/** The same way once more. */
export function choiceOf({ way, redirectUri, elsewhere }: FlowView): SignInChoice {
  return {
    way,
    ...(redirectUri === null ? {} : { redirectUri }),
    ...(elsewhere ? { elsewhere } : {}),
  }
}

/** Who is asked for. */
export function whoText(flow: FlowView): string {
  if (flow.step.kind === 'done') return flow.step.email
  return flow.expectedEmail ?? m.any_account()
}

/** A sign-in for the list in the sidebar. */
export function flowTask(flow: FlowView): Task {
  const { kind } = flow.step
  return {
    id: flow.flowId,
    title: whoText(flow),
    text: kind === 'done' ? m.step_done_short() : stepText(flow),
    state: kind === 'done' ? 'fine' : kind === 'failed' ? 'dead' : 'busy',
    dismissText: isOver(flow) ? m.dismiss_sign_in({ email: whoText(flow) }) : null,
  }
}
