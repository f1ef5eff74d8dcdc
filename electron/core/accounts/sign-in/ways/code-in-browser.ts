/**
 * A code that comes back to an address: an installed app's loopback port, a web client's registered address, or no
 * address of ours at all, when the person pastes where the browser ended (google-oauth.md 1.2 to 1.7). The three
 * differ in the address alone. Whichever way the answer comes, exactly one counts.
 */
import type { AppError, Outcome } from '../../../../contract/outcome.ts'
import { fail, ok } from '../../../../contract/outcome.ts'
import type { LoopbackRequest, LoopbackServer, ReplyPage } from '../../../ports.ts'
import type { ProfileContext } from '../../../profile-context.ts'
import { answerOffered } from '../answer-offered.ts'
import type { AuthorizationSecrets } from '../authorization-request.ts'
import { authorizationUrl, newAuthorizationSecrets } from '../authorization-request.ts'
import { judgeCallback, sameText } from '../callback.ts'
import { defer } from '../deferred.ts'
import { patienceOf, timedOut } from '../patience.ts'
import { decodedOnce, leadsTo } from '../pasted-address.ts'
import { listenWhenFree } from './listen-when-free.ts'
import type { Obtained, Stage, Way } from './way.ts'

/** Where the answer goes. */
export type ReturnAddress =
  /** Any free port of 127.0.0.1. */
  | { readonly kind: 'any-port' }
  /** A registered address, to the letter, at which we listen. */
  | { readonly kind: 'listen'; readonly redirectUri: string }
  /** A registered address that leads somewhere else; what comes of it is pasted. */
  | { readonly kind: 'paste'; readonly redirectUri: string }

type Arrival =
  | { readonly kind: 'callback'; readonly query: URLSearchParams }
  | { readonly kind: 'ended'; readonly error: AppError }
  | { readonly kind: 'aborted' }

/** Where the answer is expected once the address is ours. */
interface Door {
  readonly redirectUri: string
  readonly server: LoopbackServer | null
}

export class CodeInBrowserWay implements Way {
  readonly needsSecret = true
  readonly #context: ProfileContext
  readonly #address: ReturnAddress
  readonly #secrets: AuthorizationSecrets
  readonly #arrival = defer<Arrival>()
  readonly #page = defer<ReplyPage>()
  #stage: Stage | null = null
  #server: LoopbackServer | null = null
  /** While an answer is waited for. */
  #waiting: { readonly link: string; readonly redirectUri: string } | null = null
  /** An answer was taken. */
  #taken = false

  constructor(context: ProfileContext, address: ReturnAddress) {
    this.#context = context
    this.#address = address
    this.#secrets = newAuthorizationSecrets(context.ports.random)
  }

  get link(): string | null {
    return this.#waiting?.link ?? null
  }

  async obtain(stage: Stage): Promise<Obtained> {
    this.#stage = stage
    const door = await this.#openDoor(stage)
    if (door.kind !== 'open') return door
    const { redirectUri } = door.value
    const arrival = await this.#wait(stage, door.value)
    if (arrival.kind === 'aborted') return arrival
    if (arrival.kind === 'ended') return { kind: 'failed', error: arrival.error }
    stage.show({ kind: 'exchanging' })
    return this.#exchange(stage, redirectUri, arrival.query)
  }

  async openBrowser(): Promise<void> {
    const waiting = this.#waiting
    if (waiting === null) return
    const { browser } = this.#context.ports
    const opened = await browser.open(waiting.link, this.#context.settings.current().browser)
    if (this.#waiting && !this.#taken) this.#notice(opened.ok ? null : opened.error)
  }

  answers(pasted: URLSearchParams): boolean {
    return sameText(pasted.get('state') ?? '', this.#secrets.state)
  }

  took(pasted: URLSearchParams): boolean {
    return this.#taken && this.answers(pasted)
  }

  paste(pasted: URL): Outcome<null> {
    if (this.#taken) return fail('paste-used')
    if (!this.#waiting) return fail('not-found')
    if (!leadsTo(pasted, this.#waiting.redirectUri)) return fail('paste-wrong-address')
    if (this.#take(decodedOnce(pasted.searchParams)) !== 'taken') return fail('sign-in-answer-invalid')
    this.#server?.spend()
    return ok()
  }

  reply(page: ReplyPage): void {
    this.#page.resolve(page)
  }

  async close(): Promise<void> {
    this.#waiting = null
    await this.#server?.close()
  }

  async #openDoor(
    stage: Stage,
  ): Promise<
    { readonly kind: 'open'; readonly value: Door } | Extract<Obtained, { kind: 'failed' | 'aborted' }>
  > {
    const address = this.#address
    if (address.kind === 'paste') return { kind: 'open', value: { ...address, server: null } }
    const at = address.kind === 'listen' ? { at: address.redirectUri } : {}
    const listening = await listenWhenFree(stage, (request) => this.#accept(request), at)
    if (listening.kind !== 'listening') return listening
    const { server } = listening
    this.#server = server
    // A registered address goes into both requests as it is registered, whatever a URL would make of it.
    const redirectUri = address.kind === 'listen' ? address.redirectUri : server.redirectUri
    return { kind: 'open', value: { redirectUri, server } }
  }

  async #wait(stage: Stage, { redirectUri, server }: Door): Promise<Arrival> {
    const { clock, desktop, timers } = this.#context.ports
    const patience = patienceOf(stage)
    const link = this.#authorizationUrl(stage, redirectUri)
    const onAbort = (): void => this.#arrival.resolve({ kind: 'aborted' })
    stage.signal.addEventListener('abort', onAbort, { once: true })
    const timeout = { kind: 'ended', error: timedOut(stage) } as const
    const stopWaiting = timers.after(patience, () => this.#arrival.resolve(timeout))
    try {
      stage.waitUntil(clock.now() + patience)
      stage.offer(answerOffered(redirectUri, server !== null && stage.elsewhere ? desktop.machine() : null))
      this.#waiting = { link, redirectUri }
      await this.#invite(stage)
      return await this.#arrival.promise
    } finally {
      stopWaiting()
      stage.signal.removeEventListener('abort', onAbort)
      this.#waiting = null
      stage.offer(null)
    }
  }

  async #invite(stage: Stage): Promise<void> {
    if (stage.elsewhere) return this.#notice(null)
    stage.show({ kind: 'opening-browser' })
    await this.openBrowser()
  }

  #authorizationUrl({ client, asked, expected }: Stage, redirectUri: string): string {
    return authorizationUrl({
      issuer: this.#context.issuer,
      clientId: client.clientId,
      redirectUri,
      scopes: asked,
      loginHint: expected === null ? null : expected.sub,
      language: this.#context.language(),
      secrets: this.#secrets,
    })
  }

  /** The listener asks for each well-formed request; null refuses it and leaves everything as it was. */
  #accept(request: LoopbackRequest): Promise<ReplyPage> | null {
    if (!this.#waiting || this.#taken) return null
    const judged = this.#take(request.query)
    if (judged === 'taken') return this.#page.promise
    if (judged) this.#notice(judged)
    return null
  }

  /** Takes an answer if it is one. Otherwise says what is wrong; null for one that is none of our business. */
  #take(query: URLSearchParams): 'taken' | AppError | null {
    const judged = judgeCallback(query, this.#secrets.state, this.#context.issuer)
    if (judged.kind === 'refused') return judged.notice
    this.#taken = true
    this.#arrival.resolve(judged.kind === 'ended' ? judged : { kind: 'callback', query })
    return 'taken'
  }

  #notice(notice: AppError | null): void {
    this.#stage?.show({ kind: 'waiting', notice })
  }

  async #exchange(stage: Stage, redirectUri: string, query: URLSearchParams): Promise<Obtained> {
    const { issuer, ports } = this.#context
    const { client, clientSecret, asked, signal } = stage
    const request = {
      ...{ issuer, clientId: client.clientId, clientSecret, authentication: client.authentication },
      ...{ redirectUri, query, asked, secrets: this.#secrets, signal },
    }
    // The libraries behind it are a fifth of main; a start that signs nobody in does without them.
    const { exchangeCode } = await import('../exchange.ts')
    const exchanged = await exchangeCode(request, ports.http, ports.clock)
    return exchanged.kind === 'exchanged' ? { kind: 'refresh-token', value: exchanged.value } : exchanged
  }
}
