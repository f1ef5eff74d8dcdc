/**
 * One sign-in from the keychain's self-test to the stored token: DESIGN section 6, google-oauth.md 1.1 to 1.8.
 * A flow owns its listener, its timers and its abort signal, and gives all of them back in every outcome.
 */
import type { AppError, Outcome } from '../../../contract/outcome.ts'
import { appError, fail, ok } from '../../../contract/outcome.ts'
import type { FlowStep, FlowView } from '../../../contract/views.ts'
import { keepToken } from '../../tokens/keep-token.ts'
import { liveTokens } from '../../tokens/live-count.ts'
import type { LoopbackRequest, LoopbackServer, ReplyPage } from '../../ports.ts'
import type { ProfileContext } from '../../profile-context.ts'
import { declinedScopes } from '../../../contract/scopes/scope-sets.ts'
import type { Secret } from '../../secret.ts'
import { testSecretStore } from '../../secrets.ts'
import type { AccountRecord, ClientRecord } from '../../state/state.ts'
import { accountIdOf } from '../identity.ts'
import type { AuthorizationSecrets } from './authorization-request.ts'
import { authorizationUrl, newAuthorizationSecrets, withIdentityScopes } from './authorization-request.ts'
import { judgeCallback } from './callback.ts'
import type { Exchanged, ExchangeResult } from './exchange.ts'
import type { ReplyKind } from './reply-texts.ts'
import { replyPage } from './reply-texts.ts'

/** How long a person has in the browser, and again to choose when another account arrives, ms. */
export const patienceMs = 5 * 60 * 1000
/** From here on a wait for the keychain is shown as one, ms. */
const slowKeychainMs = 1000

export interface SignInRequest {
  readonly flowId: string
  readonly client: ClientRecord
  readonly scopes: readonly string[]
  readonly expected: AccountRecord | null
}

type Arrival =
  | { readonly kind: 'callback'; readonly query: URLSearchParams }
  | { readonly kind: 'ended'; readonly error: AppError }

interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
}

function defer<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

export class SignInFlow {
  readonly #context: ProfileContext
  readonly #request: SignInRequest
  readonly #onChange: (view: FlowView) => void
  readonly #abort = new AbortController()
  readonly #arrival = defer<Arrival>()
  readonly #page = defer<ReplyPage>()
  readonly #choice = defer<boolean | AppError>()
  readonly #secrets: AuthorizationSecrets
  readonly #asked: readonly string[]
  #startedAt: number
  #endsAt: number
  #step: FlowStep = { kind: 'checking-keychain', slow: false }
  #link: string | null = null

  constructor(context: ProfileContext, request: SignInRequest, onChange: (view: FlowView) => void) {
    this.#context = context
    this.#request = request
    this.#onChange = onChange
    this.#secrets = newAuthorizationSecrets(context.ports.random)
    this.#asked = withIdentityScopes(request.scopes)
    this.#startedAt = context.ports.clock.now()
    this.#endsAt = this.#startedAt + patienceMs
  }

  view(): FlowView {
    const { flowId, client, expected } = this.#request
    return {
      flowId,
      clientId: client.clientId,
      way: 'loopback',
      elsewhere: false,
      answer: null,
      accountId: expected?.accountId ?? null,
      expectedEmail: expected?.email ?? null,
      asked: [...this.#asked],
      startedAt: this.#startedAt,
      endsAt: this.#endsAt,
      step: this.#step,
    }
  }

  get ended(): boolean {
    return this.#step.kind === 'done' || this.#step.kind === 'failed'
  }

  /** The authorization URL while it can be used; it never goes to the window. */
  get link(): string | null {
    return this.#step.kind === 'waiting' || this.#step.kind === 'opening-browser' ? this.#link : null
  }

  /** Runs to the end; never throws. What it ends with is in the last view and in the ledger. */
  async run(): Promise<void> {
    const step = await this.#signIn().catch((cause: unknown): FlowStep => {
      this.#context.ports.log.error('sign-in-crashed', cause, { flowId: this.#request.flowId })
      return failedStep(appError('internal'))
    })
    const { flowId, client } = this.#request
    const accountId = step.kind === 'done' ? step.accountId : null
    const outcome = step.kind === 'failed' ? step.error.code : 'done'
    await this.#context.record([
      { type: 'signIn.ended', data: { flowId, clientId: client.clientId, accountId, outcome } },
    ])
    this.#to(step)
  }

  cancel(): void {
    if (this.#step.kind === 'storing' || this.ended) return
    this.#abort.abort()
    this.#arrival.resolve({ kind: 'ended', error: appError('sign-in-cancelled') })
    this.#choice.resolve(appError('sign-in-cancelled'))
  }

  /** Answers the question that `choosing-account` asks. */
  choose(keep: boolean): Outcome<null> {
    if (this.#step.kind !== 'choosing-account') return fail('not-found')
    this.#choice.resolve(keep)
    return ok()
  }

  async openBrowser(): Promise<void> {
    const url = this.#link
    if (url === null) return
    const opened = await this.#context.ports.browser.open(url, this.#context.settings.current().browser)
    if (this.#step.kind === 'waiting' || this.#step.kind === 'opening-browser') {
      this.#to({ kind: 'waiting', notice: opened.ok ? null : opened.error })
    }
  }

  /** The practice clock moved: the time left stays the same. */
  shiftTimes(byMs: number): void {
    this.#startedAt += byMs
    this.#endsAt += byMs
    const step = this.#step
    this.#to(step.kind === 'choosing-account' ? { ...step, chooseBefore: this.#endsAt } : step)
  }

  async #signIn(): Promise<FlowStep> {
    const prepared = await this.#prepare()
    if (!prepared.ok) return failedStep(prepared.error)
    if (this.#abort.signal.aborted) return failedStep(appError('sign-in-cancelled'))

    const listening = await this.#context.ports.listener.listen((request) => this.#accept(request))
    if (!listening.ok) return failedStep(listening.error)
    const server = listening.value
    try {
      return await this.#signInThroughBrowser(server, prepared.value)
    } finally {
      this.#page.resolve(this.#reply('not-signed-in', ''))
      await server.close()
    }
  }

  /** Everything that could fail later is tried before anybody is asked to consent. */
  async #prepare(): Promise<Outcome<Secret>> {
    const { ports, services } = this.#context
    const { client } = this.#request
    return this.#whileSlow('checking-keychain', async () => {
      const tested = await testSecretStore(ports.secretStore, services.selfTest, ports.random)
      if (!tested.ok) return tested
      const secret = await ports.secretStore.get(services.clientSecret, client.clientId)
      if (!secret.ok) return secret
      if (secret.value) return ok(secret.value)
      await this.#context.record([{ type: 'client.secretMissing', data: { clientId: client.clientId } }])
      return fail('orphan-client-secret', { client: client.label })
    })
  }

  async #signInThroughBrowser(server: LoopbackServer, clientSecret: Secret): Promise<FlowStep> {
    const { issuer, ports } = this.#context
    const { client, expected } = this.#request
    this.#link = authorizationUrl({
      issuer,
      clientId: client.clientId,
      redirectUri: server.redirectUri,
      scopes: this.#asked,
      loginHint: expected === null ? null : expected.sub,
      language: this.#context.language(),
      secrets: this.#secrets,
    })
    this.#endsAt = ports.clock.now() + patienceMs
    const timeout = { kind: 'ended', error: appError('sign-in-timeout') } as const
    const stopWaiting = ports.timers.after(patienceMs, () => this.#arrival.resolve(timeout))
    this.#to({ kind: 'opening-browser' })
    await this.openBrowser()
    const arrival = await this.#arrival.promise
    stopWaiting()
    if (arrival.kind === 'ended') return failedStep(arrival.error)

    this.#to({ kind: 'exchanging' })
    const exchanged = await this.#exchange(server.redirectUri, arrival.query, clientSecret)
    if (exchanged.kind === 'aborted') return failedStep(appError('sign-in-cancelled'))
    if (exchanged.kind === 'failed') return failedStep(exchanged.error)
    return this.#keep(exchanged.value, this.#context.now())
  }

  /** The listener asks for each well-formed request; null refuses it and leaves everything as it was. */
  #accept(request: LoopbackRequest): Promise<ReplyPage> | null {
    if (this.#step.kind !== 'waiting' && this.#step.kind !== 'opening-browser') return null
    const judged = judgeCallback(request.query, this.#secrets.state, this.#context.issuer)
    switch (judged.kind) {
      case 'refused':
        if (judged.notice) this.#to({ kind: 'waiting', notice: judged.notice })
        return null
      case 'ended':
        this.#arrival.resolve(judged)
        return this.#page.promise
      case 'code':
        this.#arrival.resolve({ kind: 'callback', query: request.query })
        return this.#page.promise
    }
  }

  async #exchange(
    redirectUri: string,
    query: URLSearchParams,
    clientSecret: Secret,
  ): Promise<ExchangeResult> {
    const callback = new URL(redirectUri)
    callback.search = query.toString()
    const { issuer, ports } = this.#context
    const request = {
      issuer,
      clientId: this.#request.client.clientId,
      clientSecret,
      callback,
      asked: this.#asked,
      secrets: this.#secrets,
      signal: this.#abort.signal,
    }
    // The libraries behind it are a fifth of main; a start that signs nobody in does without them.
    const { exchangeCode } = await import('./exchange.ts')
    return exchangeCode(request, ports.http, ports.clock)
  }

  /** Somebody else than expected is caught here, before anything is stored. */
  async #keep(exchanged: Exchanged, mintedAt: number): Promise<FlowStep> {
    const { expected } = this.#request
    const { identity } = exchanged
    const arrivedId = accountIdOf(identity.issuer, identity.sub)
    if (expected !== null && expected.accountId !== arrivedId) {
      this.#page.resolve(this.#reply('other-account', identity.email))
      const refused = await this.#askWhichAccount(identity.email)
      if (refused) return failedStep(refused)
    }
    if (this.#abort.signal.aborted) return failedStep(appError('sign-in-cancelled'))
    const { clientId } = this.#request.client
    const kept = await this.#whileSlow('storing', () =>
      keepToken(this.#context, exchanged, { clientId, asked: this.#asked, mintedAt }),
    )
    if (kept.kind === 'failed') return failedStep(kept.error)
    this.#page.resolve(this.#reply('signed-in', identity.email))
    return this.#doneStep(exchanged, kept.accountId, kept.replacedOlder)
  }

  async #askWhichAccount(arrivedEmail: string): Promise<AppError | null> {
    const { clock, timers } = this.#context.ports
    this.#endsAt = clock.now() + patienceMs
    const giveUp = timers.after(patienceMs, () => this.#choice.resolve(appError('sign-in-timeout')))
    this.#to({ kind: 'choosing-account', arrivedEmail, chooseBefore: this.#endsAt })
    const choice = await this.#choice.promise
    giveUp()
    if (choice === true) return null
    return choice === false ? appError('sign-in-discarded') : choice
  }

  #doneStep(exchanged: Exchanged, accountId: string, replacedOlder: boolean): FlowStep {
    const { ledger, ports } = this.#context
    const tokens = ledger.state().accounts.get(accountId)?.tokens ?? []
    return {
      kind: 'done',
      accountId,
      email: exchanged.identity.email,
      granted: [...exchanged.granted],
      declined: [...declinedScopes(this.#asked, exchanged.granted)],
      liveAtLeast: liveTokens(tokens, this.#request.client.clientId, ports.clock.now()).length,
      replacedOlder,
      accessEndsAt: null,
    }
  }

  #reply(kind: ReplyKind, email: string): ReplyPage {
    return replyPage(kind, this.#context.language(), email)
  }

  async #whileSlow<T>(kind: 'checking-keychain' | 'storing', work: () => Promise<T>): Promise<T> {
    this.#to({ kind, slow: false })
    const settle = this.#context.ports.timers.after(slowKeychainMs, () => this.#to({ kind, slow: true }))
    try {
      return await work()
    } finally {
      settle()
    }
  }

  #to(step: FlowStep): void {
    this.#step = step
    this.#onChange(this.view())
  }
}

const failedStep = (error: AppError): FlowStep => ({ kind: 'failed', error })
