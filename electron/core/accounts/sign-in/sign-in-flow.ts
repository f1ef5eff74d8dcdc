/**
 * One sign-in from the keychain's self-test to the stored token: DESIGN section 6, google-oauth.md 1.1 to 1.8.
 * How it is obtained is the way's; the flow around it is the same for all. It owns the way, its timers and its abort
 * signal, and gives all of them back in every outcome.
 */
import type { AppError, Outcome } from '../../../contract/outcome.ts'
import { appError, fail, ok } from '../../../contract/outcome.ts'
import type { WayKind } from '../../../contract/kinds.ts'
import type { FlowStep, FlowView } from '../../../contract/views.ts'
import type { ClientSideAccess } from '../../access/client-side-access.ts'
import { keepAccess } from '../../access/keep-access.ts'
import { keepToken } from '../../tokens/keep-token.ts'
import { liveTokens } from '../../tokens/live-count.ts'
import type { ReplyPage } from '../../ports.ts'
import type { ProfileContext } from '../../profile-context.ts'
import { declinedScopes } from '../../../contract/scopes/scope-sets.ts'
import { Secret } from '../../secret.ts'
import { testSecretStore } from '../../secrets.ts'
import type { AccountRecord, ClientRecord } from '../../state/state.ts'
import type { Identity } from '../identity.ts'
import { accountIdOf } from '../identity.ts'
import { withIdentityScopes } from './authorization-request.ts'
import { defer } from './deferred.ts'
import { patienceOf, timedOut } from './patience.ts'
import { answersIn } from './pasted-address.ts'
import type { ReplyKind } from './reply-texts.ts'
import { replyPage } from './reply-texts.ts'
import type { Obtained, Stage, Way } from './ways/way.ts'

/** From here on a wait for the keychain is shown as one, ms. */
const slowKeychainMs = 1000

export interface SignInRequest {
  readonly flowId: string
  readonly client: ClientRecord
  readonly scopes: readonly string[]
  readonly expected: AccountRecord | null
  readonly wayKind: WayKind
  readonly way: Way
  /** The registered address that was asked for; null for the usual one. */
  readonly redirectUri: string | null
  /** Takes access that came without a refresh token. */
  readonly clientSide: Pick<ClientSideAccess, 'keep'>
  /** No browser is opened here, and everything may take longer. */
  readonly elsewhere: boolean
}

interface Stored {
  readonly kind: 'kept'
  readonly accountId: string
  readonly replacedOlder: boolean
  /** When access without a refresh token ends, epoch ms. */
  readonly accessEndsAt: number | null
}

export class SignInFlow {
  readonly #context: ProfileContext
  readonly #request: SignInRequest
  readonly #onChange: (view: FlowView) => void
  readonly #abort = new AbortController()
  readonly #choice = defer<boolean | AppError>()
  readonly #asked: readonly string[]
  #startedAt: number
  #endsAt: number
  #step: FlowStep = { kind: 'checking-keychain', slow: false }
  #answer: FlowView['answer'] = null
  /** While the way has the floor. */
  #obtaining = false

  constructor(context: ProfileContext, request: SignInRequest, onChange: (view: FlowView) => void) {
    this.#context = context
    this.#request = request
    this.#onChange = onChange
    this.#asked = withIdentityScopes(request.scopes)
    this.#startedAt = context.ports.clock.now()
    this.#endsAt = this.#startedAt + patienceOf(request)
  }

  view(): FlowView {
    const { flowId, client, expected, wayKind, redirectUri, elsewhere } = this.#request
    return {
      flowId,
      clientId: client.clientId,
      way: wayKind,
      redirectUri,
      elsewhere,
      answer: this.#answer,
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

  /** What a person knows it by among others. */
  get label(): string {
    return this.#request.expected?.email ?? this.#request.client.label
  }

  /** The address to open while it can be used; it never goes to the window. */
  get link(): string | null {
    return this.#request.way.link
  }

  /** Opens it, or opens it again. */
  openBrowser(): Promise<void> {
    return this.#request.way.openBrowser()
  }

  /** Whether one of these, by its `state` alone, is an answer to this sign-in. */
  isAnsweredBy(pasted: URL): boolean {
    return answersIn(pasted).some((parameters) => this.#request.way.answers(parameters))
  }

  /** Whether one of these was taken as its answer. */
  took(pasted: URL): boolean {
    return answersIn(pasted).some((parameters) => this.#request.way.took(parameters))
  }

  /** Takes a pasted address that answers it. Errors: `not-found` when it is over, those of the way. */
  paste(pasted: URL): Outcome<null> {
    return this.#request.way.paste(pasted)
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
    this.#choice.resolve(appError('sign-in-cancelled'))
  }

  /** Answers the question that `choosing-account` asks. */
  choose(keep: boolean): Outcome<null> {
    if (this.#step.kind !== 'choosing-account') return fail('not-found')
    this.#choice.resolve(keep)
    return ok()
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
    const { way } = this.#request
    try {
      return await this.#keep(await this.#obtain(prepared.value))
    } finally {
      way.reply(this.#reply('not-signed-in', ''))
      await way.close()
    }
  }

  /** Everything that could fail later is tried before anybody is asked to consent. */
  async #prepare(): Promise<Outcome<Secret>> {
    const { ports, services } = this.#context
    const { client, way } = this.#request
    return this.#whileSlow('checking-keychain', async () => {
      const tested = await testSecretStore(ports.secretStore, services.selfTest, ports.random)
      if (!tested.ok) return tested
      if (!way.needsSecret) return ok(new Secret(''))
      const secret = await ports.secretStore.get(services.clientSecret, client.clientId)
      if (!secret.ok) return secret
      if (secret.value) return ok(secret.value)
      await this.#context.record([{ type: 'client.secretMissing', data: { clientId: client.clientId } }])
      return fail('orphan-client-secret', { client: client.label })
    })
  }

  async #obtain(clientSecret: Secret): Promise<Obtained> {
    this.#obtaining = true
    try {
      return await this.#request.way.obtain(this.#stage(clientSecret))
    } finally {
      this.#obtaining = false
      this.#answer = null
    }
  }

  #stage(clientSecret: Secret): Stage {
    const { flowId, client, expected, elsewhere } = this.#request
    const whileObtaining = (change: () => void): void => {
      if (!this.#obtaining) return
      change()
      this.#onChange(this.view())
    }
    return {
      ...{ context: this.#context, flowId, client, clientSecret, asked: this.#asked, expected, elsewhere },
      signal: this.#abort.signal,
      show: (step) => {
        whileObtaining(() => (this.#step = step))
      },
      waitUntil: (endsAt) => {
        whileObtaining(() => (this.#endsAt = endsAt))
      },
      offer: (answer) => {
        whileObtaining(() => (this.#answer = answer))
      },
    }
  }

  async #keep(obtained: Obtained): Promise<FlowStep> {
    if (obtained.kind === 'aborted') return failedStep(appError('sign-in-cancelled'))
    if (obtained.kind === 'failed') return failedStep(obtained.error)
    const mintedAt = this.#context.now()
    const { identity, granted } = obtained.value
    const refused = await this.#refuseStranger(identity)
    if (refused) return failedStep(refused)
    const stored = await this.#whileSlow('storing', () => this.#store(obtained, mintedAt))
    if (stored.kind === 'failed') return failedStep(stored.error)
    this.#request.way.reply(this.#reply('signed-in', identity.email))
    return this.#doneStep(identity.email, granted, stored)
  }

  async #store(
    obtained: Extract<Obtained, { readonly value: unknown }>,
    mintedAt: number,
  ): Promise<Stored | { readonly kind: 'failed'; readonly error: AppError }> {
    const { client, clientSide } = this.#request
    const grant = { clientId: client.clientId, asked: this.#asked }
    if (obtained.kind === 'refresh-token') {
      const kept = await keepToken(this.#context, obtained.value, { ...grant, mintedAt })
      return kept.kind === 'failed' ? kept : { ...kept, accessEndsAt: null }
    }
    const kept = await keepAccess(this.#context, clientSide, obtained.value, grant)
    if (kept.kind === 'failed') return kept
    return { ...kept, replacedOlder: false, accessEndsAt: obtained.value.expiresAt }
  }

  /** Somebody else than expected is caught here, before anything is stored. */
  async #refuseStranger(identity: Identity): Promise<AppError | null> {
    const { expected, way } = this.#request
    const arrivedId = accountIdOf(identity.issuer, identity.sub)
    if (expected !== null && expected.accountId !== arrivedId) {
      way.reply(this.#reply('other-account', identity.email))
      const refused = await this.#askWhichAccount(identity.email)
      if (refused) return refused
    }
    return this.#abort.signal.aborted ? appError('sign-in-cancelled') : null
  }

  async #askWhichAccount(arrivedEmail: string): Promise<AppError | null> {
    const { clock, timers } = this.#context.ports
    const patience = patienceOf(this.#request)
    this.#endsAt = clock.now() + patience
    const giveUp = timers.after(patience, () => this.#choice.resolve(timedOut(this.#request)))
    this.#to({ kind: 'choosing-account', arrivedEmail, chooseBefore: this.#endsAt })
    const choice = await this.#choice.promise
    giveUp()
    if (choice === true) return null
    return choice === false ? appError('sign-in-discarded') : choice
  }

  #doneStep(email: string, granted: readonly string[], stored: Stored): FlowStep {
    const { ledger, ports } = this.#context
    const { accountId, replacedOlder, accessEndsAt } = stored
    const tokens = ledger.state().accounts.get(accountId)?.tokens ?? []
    return {
      ...{ kind: 'done', accountId, email, replacedOlder, accessEndsAt },
      granted: [...granted],
      declined: [...declinedScopes(this.#asked, granted)],
      liveAtLeast: liveTokens(tokens, this.#request.client.clientId, ports.clock.now()).length,
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
