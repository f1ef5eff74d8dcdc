/**
 * A web client as a client-side page: `response_type=token`, and the access token comes back in the fragment
 * (google-oauth.md 1.2, 4.1). For a known account it is first tried without a screen; where that does not go, the same
 * tab asks again with one. There is no refresh token, no code and no client secret in it.
 */
import type { AppError, Outcome } from '../../../../contract/outcome.ts'
import { fail, ok } from '../../../../contract/outcome.ts'
import type { LoopbackServer, ReplyPage } from '../../../ports.ts'
import type { ProfileContext } from '../../../profile-context.ts'
import { answerOffered } from '../answer-offered.ts'
import { sameText } from '../callback.ts'
import { defer } from '../deferred.ts'
import { patienceOf, timedOut } from '../patience.ts'
import { leadsTo } from '../pasted-address.ts'
import { checkAccess } from './check-access.ts'
import type { ArrivedToken, AskedInFragment } from './fragment-answer.ts'
import { judgeFragment } from './fragment-answer.ts'
import { fragmentWords, leadingOn } from './fragment-words.ts'
import { listenWhenFree } from './listen-when-free.ts'
import type { Obtained, Stage, Way } from './way.ts'

type Arrival =
  | { readonly kind: 'token'; readonly value: ArrivedToken }
  | { readonly kind: 'failed'; readonly error: AppError }
  | { readonly kind: 'aborted' }

/** One question to Google; a second one has a `state` of its own. */
interface Question extends AskedInFragment {
  readonly link: string
}

/** What became of an answer. */
type Taken = 'taken' | { readonly leadsOnTo: string } | { readonly refused: AppError | null }

export class ClientSideWay implements Way {
  /** Nothing is exchanged. */
  readonly needsSecret = false
  readonly #context: ProfileContext
  readonly #redirectUri: string
  readonly #arrival = defer<Arrival>()
  readonly #page = defer<ReplyPage>()
  /** The `state` of every question, … */
  readonly #asked = new Set<string>()
  /** … and of those that were answered. */
  readonly #spent = new Set<string>()
  #stage: Stage | null = null
  #server: LoopbackServer | null = null
  /** While an answer is waited for. */
  #question: Question | null = null

  /** `redirectUri`: a registered loopback address whose origin is among the client's JavaScript origins. */
  constructor(context: ProfileContext, redirectUri: string) {
    this.#context = context
    this.#redirectUri = redirectUri
  }

  get link(): string | null {
    return this.#question?.link ?? null
  }

  async obtain(stage: Stage): Promise<Obtained> {
    this.#stage = stage
    const options = { at: this.#redirectUri, fragment: fragmentWords(this.#context.language()) }
    const listening = await listenWhenFree(stage, ({ query }) => this.#accept(query), options)
    if (listening.kind !== 'listening') return listening
    this.#server = listening.server
    const arrival = await this.#wait(stage)
    if (arrival.kind !== 'token') return arrival
    stage.show({ kind: 'exchanging' })
    const { signal, client } = stage
    return checkAccess(this.#context, arrival.value, { clientId: client.clientId, signal })
  }

  async openBrowser(): Promise<void> {
    const question = this.#question
    if (question === null) return
    const { browser } = this.#context.ports
    const opened = await browser.open(question.link, this.#context.settings.current().browser)
    if (this.#question) this.#notice(opened.ok ? null : opened.error)
  }

  answers(pasted: URLSearchParams): boolean {
    const state = pasted.get('state') ?? ''
    return [...this.#asked].some((known) => sameText(state, known))
  }

  took(pasted: URLSearchParams): boolean {
    return this.#spent.has(pasted.get('state') ?? '')
  }

  paste(pasted: URL): Outcome<null> {
    const answer = pasted.hash.length > 1 ? new URLSearchParams(pasted.hash.slice(1)) : pasted.searchParams
    if (this.#spent.has(answer.get('state') ?? '')) return fail('paste-used')
    if (!this.#question) return fail('not-found')
    if (!leadsTo(pasted, this.#redirectUri)) return fail('paste-wrong-address')
    const taken = this.#take(answer)
    if (taken === 'taken') {
      this.#server?.spend()
      return ok()
    }
    if ('refused' in taken) return fail('sign-in-answer-invalid')
    // The tab that this came from cannot be led on.
    if (this.#stage?.elsewhere === false) void this.openBrowser()
    return ok()
  }

  reply(page: ReplyPage): void {
    this.#page.resolve(page)
  }

  async close(): Promise<void> {
    this.#question = null
    await this.#server?.close()
  }

  async #wait(stage: Stage): Promise<Arrival> {
    const { clock, desktop, timers } = this.#context.ports
    const patience = patienceOf(stage)
    const end = (arrival: Arrival) => () => this.#arrival.resolve(arrival)
    const onAbort = end({ kind: 'aborted' })
    stage.signal.addEventListener('abort', onAbort, { once: true })
    const stopWaiting = timers.after(patience, end({ kind: 'failed', error: timedOut(stage) }))
    try {
      stage.waitUntil(clock.now() + patience)
      stage.offer(answerOffered(this.#redirectUri, stage.elsewhere ? desktop.machine() : null))
      // Elsewhere a second address would have to be carried over by hand.
      this.#ask(stage, stage.expected !== null && !stage.elsewhere)
      await this.#invite(stage)
      return await this.#arrival.promise
    } finally {
      stopWaiting()
      stage.signal.removeEventListener('abort', onAbort)
      this.#question = null
      stage.offer(null)
    }
  }

  async #invite(stage: Stage): Promise<void> {
    if (stage.elsewhere) return this.#notice(null)
    stage.show({ kind: 'opening-browser' })
    await this.openBrowser()
  }

  #ask(stage: Stage, quiet: boolean): Question {
    const state = this.#context.ports.random.token(32)
    const question = { state, quiet, link: this.#authorizationUrl(stage, state, quiet) }
    this.#question = question
    this.#asked.add(state)
    return question
  }

  /**
   * `include_granted_scopes` never: it silently widens tokens (google-oauth.md 1.6). Without `prompt` Google asks only
   * what it has to; whoever signs in for the first time chooses the account.
   */
  #authorizationUrl({ asked, client, expected }: Stage, state: string, quiet: boolean): string {
    const url = new URL(this.#context.issuer.authorizationEndpoint)
    const prompt = quiet ? 'none' : expected === null ? 'select_account' : null
    const parameters: Readonly<Record<string, string>> = {
      response_type: 'token',
      client_id: client.clientId,
      redirect_uri: this.#redirectUri,
      scope: asked.join(' '),
      state,
      hl: this.#context.language(),
      ...(prompt === null ? {} : { prompt }),
      ...(expected === null ? {} : { login_hint: expected.sub }),
    }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return url.href
  }

  /** The page at our address hands over what it found; null refuses it and leaves everything as it was. */
  #accept(answer: URLSearchParams): Promise<ReplyPage> | null {
    const taken = this.#take(answer)
    if (taken === 'taken') return this.#page.promise
    if ('leadsOnTo' in taken) return Promise.resolve(leadingOn(this.#context.language(), taken.leadsOnTo))
    if (taken.refused) this.#notice(taken.refused)
    return null
  }

  /** Takes an answer if it is one to the question that is open. */
  #take(answer: URLSearchParams): Taken {
    const [stage, question] = [this.#stage, this.#question]
    if (!stage || !question) return { refused: null }
    const judged = judgeFragment(answer, question, this.#context.issuer)
    if (judged.kind === 'refused') return { refused: judged.notice }
    this.#spent.add(question.state)
    if (judged.kind === 'needs-screen') return { leadsOnTo: this.#ask(stage, false).link }
    this.#question = null
    this.#arrival.resolve(judged.kind === 'ended' ? { kind: 'failed', error: judged.error } : judged)
    return 'taken'
  }

  #notice(notice: AppError | null): void {
    this.#stage?.show({ kind: 'waiting', notice })
  }
}
