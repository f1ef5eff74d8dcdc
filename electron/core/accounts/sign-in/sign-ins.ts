import type { WayKind } from '../../../contract/kinds.ts'
import { abilitiesOf } from '../../../contract/kinds.ts'
import type { Outcome } from '../../../contract/outcome.ts'
import { fail, ok } from '../../../contract/outcome.ts'
import type { FlowView } from '../../../contract/views.ts'
import type { ClientSideAccess } from '../../access/client-side-access.ts'
import type { ProfileContext } from '../../profile-context.ts'
import type { Secret } from '../../secret.ts'
import type { AccountRecord } from '../../state/state.ts'
import { unionOfScopes } from './asked-scopes.ts'
import { answerFromClipboard, answerFromText } from './paste-answer.ts'
import { SignInFlow } from './sign-in-flow.ts'
import type { WantedWay } from './ways/choose-way.ts'
import { chooseWay } from './ways/choose-way.ts'

export interface StartRequest extends WantedWay {
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly accountId: string | null
  /** Asks for what is held of the same grant as well. */
  readonly add?: boolean
  /** No browser is opened here. */
  readonly elsewhere?: boolean
}

/** Ended sign-ins stay in view until dismissed, but not more of them than this. */
const maxEnded = 20

/** All sign-ins of a profile. Several run at once; each is known by its `flowId`. */
export class SignIns {
  readonly #context: ProfileContext
  readonly #onChange: (flowId: string, view: FlowView | null) => void
  readonly #clientSide: Pick<ClientSideAccess, 'keep'>
  readonly #flows = new Map<string, SignInFlow>()
  readonly #running = new Set<Promise<void>>()

  /** `clientSide` takes access that came without a refresh token. */
  constructor(
    context: ProfileContext,
    onChange: (flowId: string, view: FlowView | null) => void,
    clientSide: Pick<ClientSideAccess, 'keep'>,
  ) {
    this.#context = context
    this.#onChange = onChange
    this.#clientSide = clientSide
  }

  views(): FlowView[] {
    return [...this.#flows.values()].map((flow) => flow.view())
  }

  get anyRunning(): boolean {
    return this.#running.size > 0
  }

  /**
   * Starts one. Where access is added, what is held of the grant is asked for as well, so that the new token can
   * stand in for the older one; until it is stored, that one goes on working. A way that brings no such token cannot
   * add anything.
   *
   * Errors: `not-found` (also where access is to be added to nobody), `account-is-service`, `read-only`,
   * `way-not-possible`, the others of `chooseWay`. What happens later is told by the flow's view.
   */
  start(request: StartRequest): Outcome<{ flowId: string }> {
    const state = this.#context.ledger.state()
    const client = state.clients.get(request.clientId)
    const expected = request.accountId === null ? null : state.accounts.get(request.accountId)
    if (!client || expected === undefined) return fail('not-found')
    if (request.add === true && expected === null) return fail('not-found')
    if (expected?.service) return fail('account-is-service')
    if (this.#context.ledger.readOnly) return fail('read-only')
    const chosen = chooseWay(this.#context, client, request)
    if (!chosen.ok) return chosen
    if (request.add === true && !bringsRefreshToken(chosen.value.wayKind)) return fail('way-not-possible')

    const flowId = this.#context.ports.random.token(16)
    const flow = new SignInFlow(
      this.#context,
      {
        ...{ flowId, client, scopes: scopesFor(request, expected), expected },
        ...{ ...chosen.value, redirectUri: request.redirectUri ?? null },
        ...{ elsewhere: request.elsewhere ?? false, clientSide: this.#clientSide },
      },
      (view) => {
        if (this.#flows.has(flowId)) this.#onChange(flowId, view)
      },
    )
    this.#flows.set(flowId, flow)
    this.#onChange(flowId, flow.view())
    this.#track(flow.run())
    this.#forgetOldest()
    return ok({ flowId })
  }

  /** Opens the same address again, e.g. after the tab was closed. Errors: `not-found` when it is over. */
  openAgain(flowId: string): Outcome<null> {
    const flow = this.#flows.get(flowId)
    if (!flow || flow.link === null) return fail('not-found')
    this.#track(flow.openBrowser())
    return ok()
  }

  /** The address where somebody signs in. Errors: `not-found` when it is over, or before there is one. */
  link(flowId: string): Outcome<string> {
    const link = this.#flows.get(flowId)?.link ?? null
    return link === null ? fail('not-found') : ok(link)
  }

  copyLink(flowId: string): Outcome<null> {
    const link = this.link(flowId)
    if (!link.ok) return link
    this.#context.ports.desktop.copyText(link.value)
    return ok()
  }

  /**
   * Takes the address that the browser ended at from the clipboard. Errors: `not-found` when the sign-in is over, those
   * of `answerFromClipboard`.
   */
  async paste(flowId: string): Promise<Outcome<null>> {
    const flow = this.#unfailed(flowId)
    if (!flow) return fail('not-found')
    return answerFromClipboard(this.#context, flow, [...this.#flows.values()])
  }

  /** The same from a terminal. Errors: as `paste`. */
  pasteText(flowId: string, text: Secret): Outcome<null> {
    const flow = this.#unfailed(flowId)
    return flow ? answerFromText(text, flow, [...this.#flows.values()]) : fail('not-found')
  }

  cancel(flowId: string): Outcome<null> {
    const flow = this.#flows.get(flowId)
    if (!flow || flow.ended) return fail('not-found')
    flow.cancel()
    return ok()
  }

  /**
   * Cancels the sign-ins that expect an account, under one client or under any, so that none of them brings back
   * what is being forgotten. Errors: `account-busy` when one of them is being stored; then none is cancelled.
   */
  cancelExpecting({ accountId, clientId }: { accountId: string; clientId?: string }): Outcome<null> {
    const concerned = [...this.#flows.values()].filter((flow) => {
      const view = flow.view()
      return !flow.ended && view.accountId === accountId && (clientId ?? view.clientId) === view.clientId
    })
    if (concerned.some((flow) => flow.view().step.kind === 'storing')) return fail('account-busy')
    for (const flow of concerned) flow.cancel()
    return ok()
  }

  chooseAccount(flowId: string, keep: boolean): Outcome<null> {
    return this.#flows.get(flowId)?.choose(keep) ?? fail('not-found')
  }

  dismiss(flowId: string): Outcome<null> {
    if (this.#flows.get(flowId)?.ended !== true) return fail('not-found')
    this.#forget(flowId)
    return ok()
  }

  shiftTimes(byMs: number): void {
    for (const flow of this.#flows.values()) if (!flow.ended) flow.shiftTimes(byMs)
  }

  /** Cancels what runs and waits until every listener is closed. */
  async close(): Promise<void> {
    for (const flow of this.#flows.values()) flow.cancel()
    await Promise.all(this.#running)
  }

  #unfailed(flowId: string): SignInFlow | null {
    const flow = this.#flows.get(flowId)
    return flow && flow.view().step.kind !== 'failed' ? flow : null
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#running.delete(tracked))
    this.#running.add(tracked)
  }

  #forget(flowId: string): void {
    this.#flows.delete(flowId)
    this.#onChange(flowId, null)
  }

  #forgetOldest(): void {
    const ended = [...this.#flows.values()].filter((flow) => flow.ended)
    for (const flow of ended.slice(0, Math.max(0, ended.length - maxEnded))) this.#forget(flow.view().flowId)
  }
}

function bringsRefreshToken(way: WayKind): boolean {
  return Object.values(abilitiesOf).some(({ refreshes, ways }) => refreshes && ways.includes(way))
}

function scopesFor(request: StartRequest, account: AccountRecord | null): readonly string[] {
  if (request.add !== true || account === null) return request.scopes
  return unionOfScopes(account, request.clientId, request.scopes)
}
