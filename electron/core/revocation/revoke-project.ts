/**
 * Revokes all that one account gave one project, and finds out what came of it: the intent goes to the ledger, the
 * request to Google, and then each token held here is asked for. Only a token that Google refuses is called dead,
 * and only then is the revocation a fact (google-oauth.md 3).
 */
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import type { RevocationRow } from '../../contract/revocation.ts'
import type { ClientSideAccess } from '../access/client-side-access.ts'
import type { Slots } from '../access/slots.ts'
import { untilAborted } from '../access/until-aborted.ts'
import { accessDropped } from '../accounts/removal.ts'
import { couldHaveEnded } from '../causes/ended-by-revocation.ts'
import { projectOf } from '../clients/client-view.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Secret } from '../secret.ts'
import type { AccessRecord, AccountRecord, TokenRecord } from '../state/state.ts'
import { isDead } from '../state/state.ts'
import { deleteSecrets } from '../tokens/keep-token.ts'
import type { AccountProject } from './account-project.ts'
import { isUsable } from './account-project.ts'
import { concernedTokens } from './concerned-tokens.ts'
import type { RevokeAnswer } from './revoke-answer.ts'
import { readRevokeAnswer, revokeRequest } from './revoke-answer.ts'
import type { RevocationAccess, Verified } from './verify-token.ts'
import { verifyToken } from './verify-token.ts'

/** Google says that the full effect can take a while: so long after each other it is asked again, ms. */
const lagWaitsMs: readonly number[] = [2000, 10_000, 60_000, 300_000]
/** The same where nothing says that Google heard of it: it may have acted and its answer got lost, ms. */
const lostWaitsMs: readonly number[] = [2000, 10_000]

/** As much of access without a refresh token as a revocation needs. */
export type HeldAccess = Pick<ClientSideAccess, 'holds' | 'secretOf' | 'drop'>

export interface RevocationTools {
  readonly context: ProfileContext
  readonly access: RevocationAccess
  readonly clientSide: HeldAccess
  /** So many projects are worked on at a time; who only waits takes no part in it. */
  readonly slots: Slots
  /** The profile closes. */
  readonly closing: AbortSignal
}

/** What Google said, or did not say, to the latest request. */
type Word =
  { readonly kind: 'accepted' | 'already-dead' } | { readonly kind: 'unclear'; readonly reason: string }
type Judgement =
  | { readonly kind: 'over' }
  | { readonly kind: 'alive' }
  /** `lasting`: to ask again would tell no more. */
  | { readonly kind: 'unknown'; readonly error: AppError | null; readonly lasting: boolean }
type RowToken = RevocationRow['tokens'][number]

const nothingHeard: Word = { kind: 'unclear', reason: 'Latchkey ended before the answer came' }

/** One account and one project, from the asking to what is known in the end. One at a time for each of them. */
export class ProjectRevocation {
  readonly name: AccountProject
  readonly #tools: RevocationTools
  readonly #onChange: () => void
  readonly #clientIds: ReadonlySet<string>
  #step: RevocationRow['step'] = 'waiting'
  #error: AppError | null = null
  #retryAt: number | null = null
  readonly #found = new Map<string, RowToken>()
  /** Access without a refresh token that was there when Google was asked. One that comes later is none of it. */
  #access: readonly AccessRecord[] = []
  #word: Word = nothingHeard
  /** Google may have heard of it from here, so that deaths are this revocation's doing. */
  #mayHaveActed = false
  /** A request went to Google from this row, or was tried to. */
  #hasAsked = false
  /** Which tokens it asks for is settled; what is signed in from now on is no part of the request. */
  #settledOn: 'nothing' | 'recovering' | 'asking' = 'nothing'
  #working = false
  #again = false
  #work: Promise<void> = Promise.resolve()
  #endWait: (() => void) | null = null

  /** `clientIds` are those of the project that are shown with it. */
  constructor(
    tools: RevocationTools,
    name: AccountProject,
    clientIds: readonly string[],
    onChange: () => void,
  ) {
    this.name = name
    this.#tools = tools
    this.#clientIds = new Set(clientIds)
    this.#onChange = onChange
  }

  /** Nothing goes on any more, not even a wait. */
  get ended(): boolean {
    return !this.#working
  }

  /** It ended in a way that another try can change, or waits for one. */
  get canBeTriedAgain(): boolean {
    return this.#step === 'failed' || this.#step === 'alive' || this.#retryAt !== null
  }

  /** A token or access has come since it was asked for: nobody has agreed to its death. */
  get hasGrown(): boolean {
    const account = this.#account()
    if (!account) return false
    if (this.#heldAccess().some((access) => !this.#access.includes(access))) return true
    const { project } = this.name
    const known = new Set(concernedTokens(account, project, new Set(this.#found.keys())))
    return concernedTokens(account, project, null).some((token) => isUsable(token) && !known.has(token))
  }

  row(): RevocationRow {
    const { accountId, project } = this.name
    const tokens = [...this.#found.values()]
    return {
      ...{ accountId, project, email: this.#account()?.email ?? '' },
      clientIds: [...new Set([...this.#clientIds, ...tokens.map(({ clientId }) => clientId)])],
      ...{ step: this.#step, error: this.#error, retryAt: this.#retryAt, tokens },
    }
  }

  /** Asks Google. Where it is under way already, a wait is cut short and everything else goes on as it does. */
  start(): void {
    if (!this.#working) return this.#launch(true)
    if (!this.#endWait) return
    this.#again = true
    this.#endWait()
  }

  /**
   * Makes what the person has agreed to by now part of it: asks where nothing goes on, and asks again where a token
   * came since the request, or nothing but an earlier run's request was being looked into.
   */
  startAnew(): void {
    if (this.#working && !this.#leavesOut()) return
    if (this.#working) this.#again = true
    this.start()
  }

  /** It is not tried again, because a token came that nobody has agreed to. */
  noteGrown(): void {
    if (this.ended) this.#to(this.#step, appError('revocation-changed'))
  }

  /** Only finds out what came of a request that an earlier run of the app may have sent. */
  recover(): void {
    this.#mayHaveActed = true
    const askedAt = this.#openIntent()?.at ?? -Infinity
    this.#settledOn = 'recovering'
    this.#concern()
    // A sign-in since then is none of it.
    for (const { tokenId, mintedAt } of this.#current()) if (mintedAt > askedAt) this.#found.delete(tokenId)
    this.#access = this.#accesses().filter(({ recordedAt }) => recordedAt <= askedAt)
    this.#launch(false)
  }

  /** The practice clock moved; waits go by real time. */
  shiftTimes(byMs: number): void {
    if (this.#retryAt !== null) this.#retryAt += byMs
  }

  /** Resolves when nothing of it runs any more; `closing` ends what does. */
  async settled(): Promise<void> {
    this.#endWait?.()
    await this.#work
  }

  #leavesOut(): boolean {
    if (this.#settledOn === 'nothing') return false
    const account = this.#account()
    const { project } = this.name
    const recovering = this.#settledOn === 'recovering' && account !== null
    return this.hasGrown || (recovering && concernedTokens(account, project, null).some(isUsable))
  }

  #launch(ask: boolean): void {
    this.#working = true
    this.#to('waiting')
    this.#work = this.#run(ask)
      .catch((cause: unknown) => {
        this.#tools.context.ports.log.error('revocation-broke', cause)
        this.#to('failed', appError('internal'))
      })
      .finally(() => {
        this.#working = false
        this.#onChange()
      })
  }

  async #run(ask: boolean): Promise<void> {
    let asks = ask
    do {
      this.#again = false
      if (asks) this.#settledOn = 'nothing'
      const asked = !asks || (await this.#tools.slots.run(() => this.#ask()))
      if (asked) await this.#findOut()
      asks = true
    } while (this.#again && !this.#tools.closing.aborted)
  }

  /** Answers whether there is something to find out afterwards. */
  async #ask(): Promise<boolean> {
    if (this.#tools.closing.aborted) return false
    this.#to('asking')
    const intent = this.#openIntent()
    // An open one may be of an earlier run, which sent it before it ended.
    this.#mayHaveActed = intent !== null
    // What Google said of other tokens, or to a request that has its end, says nothing about these.
    if (!intent || this.hasGrown) this.#word = nothingHeard
    const usable = this.#concern().filter(isUsable).reverse()
    this.#settledOn = 'asking'
    const held = this.#heldAccess()
    this.#access = this.#accesses()
    // All that could be asked with is dead by now: an earlier request did it.
    if (usable.length + held.length === 0 && this.#found.size > 0 && this.#mayHaveActed) return true
    if (usable.length + held.length === 0) return this.#end('failed', appError('revoke-no-token'))
    const secrets = await this.#readSecrets(usable, held)
    if (!secrets.ok) return this.#end('failed', secrets.error)
    const intended =
      intent && this.#covers(intent.at, usable)
        ? ok()
        : await this.#record([{ type: 'grant.revocationIntended', data: this.#fact() }])
    if (!intended.ok) return this.#end('failed', intended.error)
    return this.#heed(await this.#post(secrets.value))
  }

  /** Looks which tokens it is about. What an earlier try was about stays part of it. */
  #concern(): readonly TokenRecord[] {
    const account = this.#account()
    const tokens = account ? concernedTokens(account, this.name.project, null) : []
    const ids = [...this.#found.keys(), ...tokens.map(({ tokenId }) => tokenId)]
    const concerned = account ? concernedTokens(account, this.name.project, new Set(ids)) : []
    this.#found.clear()
    for (const { tokenId, clientId, standing } of concerned) {
      this.#found.set(tokenId, { tokenId, clientId, found: standing === 'held' ? 'waiting' : 'unknown' })
    }
    return concerned
  }

  /** Whether an intent of then is one for all that is asked for now. */
  #covers(intendedAt: number, usable: readonly TokenRecord[]): boolean {
    if (usable.length === 0 || this.#access.some(({ recordedAt }) => recordedAt > intendedAt)) return false
    return usable.every((token) => couldHaveEnded(token, intendedAt))
  }

  /** What was given without a refresh token, whether its token is in memory or not. */
  #accesses(): readonly AccessRecord[] {
    const accesses = this.#account()?.accesses ?? []
    return accesses.filter(({ clientId }) => projectOf(clientId) === this.name.project)
  }

  /** Of that, what can be used and goes as well. */
  #heldAccess(): readonly AccessRecord[] {
    const { accountId } = this.name
    const { clientSide } = this.#tools
    return this.#accesses().filter(({ clientId }) => clientSide.holds({ accountId, clientId }))
  }

  /** What was asked for and stands as it did. */
  #accessAsked(): readonly AccessRecord[] {
    return this.#accesses().filter((access) => this.#access.includes(access))
  }

  /**
   * Of the newest token first; Google takes access without a refresh token just as well, after them. All are read
   * before anything is asked, so that a locked keychain changes nothing.
   */
  async #readSecrets(
    tokens: readonly TokenRecord[],
    held: readonly AccessRecord[],
  ): Promise<Outcome<readonly Secret[]>> {
    const { ports, services } = this.#tools.context
    const secrets: Secret[] = []
    for (const { tokenId } of tokens) {
      const read = await ports.secretStore.get(services.refreshToken, tokenId)
      if (!read.ok) return read
      if (read.value) secrets.push(read.value)
    }
    const { accountId } = this.name
    for (const { clientId } of held) {
      const secret = this.#tools.clientSide.secretOf({ accountId, clientId })
      if (secret) secrets.push(secret)
    }
    return secrets.length > 0 ? ok(secrets) : fail('keychain-item-missing')
  }

  /** A dead token says nothing about the others of its project: the next one is tried. */
  async #post(secrets: readonly Secret[]): Promise<RevokeAnswer> {
    const { context, closing } = this.#tools
    let answer: RevokeAnswer = { kind: 'already-dead' }
    this.#hasAsked = true
    for (const secret of secrets) {
      const request = { ...revokeRequest(secret), signal: closing }
      answer = readRevokeAnswer(await context.ports.http.fetch(context.issuer.revocationEndpoint, request))
      if (answer.kind !== 'already-dead') break
    }
    return answer
  }

  async #heed(answer: RevokeAnswer): Promise<boolean> {
    const { closing, access, clientSide } = this.#tools
    switch (answer.kind) {
      case 'accepted':
        this.#word = { kind: answer.kind }
        this.#mayHaveActed = true
        // Also what is in memory is dead now, or soon will be.
        for (const tokenId of this.#found.keys()) access.drop(tokenId)
        for (const { clientId } of this.#accessAsked())
          clientSide.drop({ accountId: this.name.accountId, clientId })
        return !closing.aborted
      case 'already-dead':
        this.#word = { kind: answer.kind }
        return !closing.aborted
      case 'unclear':
        // What Google once accepted it has not taken back.
        if (this.#word.kind !== 'accepted') this.#word = answer
        this.#mayHaveActed = true
        return !closing.aborted
      case 'not-sent':
      case 'refused': {
        const { error } = answer
        if (!this.#mayHaveActed) await this.#noteNothingCame(error.code)
        return this.#end(error.code === 'revoke-not-revocable' ? 'not-revocable' : 'failed', error)
      }
    }
  }

  /** Verifies, and where a token lives or could not be asked, again after a while. */
  async #findOut(): Promise<void> {
    const { slots, closing } = this.#tools
    const waits = this.#word.kind === 'unclear' ? lostWaitsMs : lagWaitsMs
    let judgement = await slots.run(() => this.#verify())
    for (const waitMs of waits) {
      if (this.#again || judgement === null || isFinal(judgement) || !(await this.#waited(waitMs))) break
      judgement = await slots.run(() => this.#verify())
    }
    if (judgement === null || closing.aborted || this.#again) return
    if (judgement.kind === 'over') await this.#conclude()
    else await this.#giveUp(judgement)
  }

  /** Null when the profile closes meanwhile. */
  async #verify(): Promise<Judgement | null> {
    if (this.#tools.closing.aborted) return null
    this.#to('verifying')
    let asked: readonly TokenRecord[]
    let results: readonly Verified[] | null
    do {
      asked = this.#askable()
      const verifying = Promise.all(asked.map((token) => this.#verifyOne(token)))
      results = await untilAborted(verifying, this.#tools.closing)
      // A refresh that was under way can have brought another token in the place of one. Where one is alive that is
      // known without the other: it would never end with a Google that gives a new one with each refresh.
    } while (results?.every(isNotAlive) && this.#askable().some((token) => !asked.includes(token)))
    if (results === null) return null
    const judgement = judge(this.#word, results)
    this.#show(judgement, results.filter(({ found }) => found === 'alive').length)
    return judgement
  }

  /** Of the others the secret is not here. */
  #askable(): readonly TokenRecord[] {
    return this.#current().filter((token) => token.standing === 'held' || isDead(token))
  }

  async #verifyOne(token: TokenRecord): Promise<Verified> {
    const { tokenId, clientId } = token
    const verified: Verified = isDead(token)
      ? { found: 'dead' }
      : await verifyToken(this.#tools.access, tokenId)
    this.#found.set(tokenId, { tokenId, clientId, found: verified.found })
    this.#onChange()
    return verified
  }

  /** The tokens it is about as they are by now: a refresh can have put another in the place of one. */
  #current(): readonly TokenRecord[] {
    const account = this.#account()
    const current = account ? concernedTokens(account, this.name.project, new Set(this.#found.keys())) : []
    const before = new Map(this.#found)
    this.#found.clear()
    for (const { tokenId, clientId } of current) {
      this.#found.set(tokenId, before.get(tokenId) ?? { tokenId, clientId, found: 'waiting' })
    }
    return current
  }

  #show(judgement: Judgement, alive: number): void {
    if (judgement.kind === 'over') return
    const word = this.#word
    if (word.kind === 'unclear') this.#to('failed', appError('revoke-unclear', { reason: word.reason }))
    else if (judgement.kind === 'alive') this.#to('alive', appError('revoke-still-alive', { count: alive }))
    else this.#to('verifying', judgement.error)
  }

  /** True when the time has passed, false when something ended the wait before. */
  #waited(ms: number): Promise<boolean> {
    const { context, closing } = this.#tools
    if (closing.aborted) return Promise.resolve(false)
    this.#retryAt = context.ports.clock.now() + ms
    this.#onChange()
    return new Promise((resolve) => {
      const end = (passed: boolean): void => {
        this.#endWait = null
        this.#retryAt = null
        resolve(passed)
      }
      const cancel = context.ports.timers.after(ms, () => end(true))
      this.#endWait = () => {
        cancel()
        end(false)
      }
    })
  }

  /**
   * Writes down that it is done and takes the tokens out of view, as one batch: they died on purpose, so that nobody
   * is asked to renew them. Those whose secret is not here go along where Google said that it revoked them.
   */
  async #conclude(): Promise<void> {
    const gone = this.#current().filter((token) => this.#word.kind === 'accepted' || isDead(token))
    const tokenIds = gone.map(({ tokenId }) => tokenId)
    const dismissals = tokenIds.map((tokenId): LatchkeyEvent => ({
      type: 'token.dismissed',
      data: { tokenId },
    }))
    const revoked = { type: 'grant.revoked', data: this.#fact() } as const
    const recorded = await this.#record([revoked, ...dismissals, ...this.#accessGone()])
    if (!recorded.ok) return this.#to('failed', recorded.error)
    this.#to(this.#word.kind === 'already-dead' && !this.#mayHaveActed ? 'already-dead' : 'revoked')
    await deleteSecrets(this.#tools.context, tokenIds)
  }

  /** What was given before without a refresh token went with it. */
  #accessGone(): readonly LatchkeyEvent[] {
    const { accountId } = this.name
    return this.#accessAsked().map(({ clientId }) => accessDropped({ accountId, clientId }, 'revoked'))
  }

  /**
   * It stands as it is shown. After a request the intent stays open, since Google may have taken it and act later: what
   * is not known now is found out by another try, or at the next start. It ends where an earlier run's request has had
   * until now and everything lives, where Google knew none of the tokens, and where nothing is left to ask with.
   */
  async #giveUp(judgement: Judgement): Promise<void> {
    const { kind } = this.#word
    this.#endWaiting()
    if (judgement.kind === 'alive' && kind === 'unclear' && !this.#hasAsked)
      await this.#noteNothingCame('not-carried-out')
    if (kind === 'unclear' && this.#askable().length === 0) await this.#noteNothingCame('nothing-left-to-ask')
    if (judgement.kind === 'unknown' && kind === 'already-dead' && !this.#mayHaveActed)
      await this.#noteNothingCame('already-dead')
    if (judgement.kind === 'unknown' && kind !== 'unclear') {
      const error = judgement.error ?? appError('revoke-unclear', { reason: 'the tokens cannot be asked' })
      this.#to('failed', error)
    }
    this.#onChange()
  }

  async #noteNothingCame(reason: string): Promise<void> {
    const data = { ...this.#fact(), reason }
    const recorded = await this.#record([{ type: 'grant.revocationFailed', data }])
    if (recorded.ok) this.#mayHaveActed = false
    else this.#tools.context.ports.log.warn('revocation-not-noted', { code: recorded.error.code })
  }

  async #record(events: readonly LatchkeyEvent[]): Promise<Outcome<null>> {
    const recorded = await this.#tools.context.record(events)
    return recorded.ok ? ok() : recorded
  }

  #fact(): { readonly accountId: string; readonly projectNumber: string } {
    return { accountId: this.name.accountId, projectNumber: this.name.project }
  }

  /** The latest of them. */
  #openIntent(): { readonly at: number } | null {
    const { project } = this.name
    const open = this.#account()?.revoking.filter(({ projectNumber }) => projectNumber === project) ?? []
    return open[open.length - 1] ?? null
  }

  #account(): AccountRecord | null {
    return this.#tools.context.ledger.state().accounts.get(this.name.accountId) ?? null
  }

  /** Ends a try before anything could be found out; answers that there is nothing to find out. */
  #end(step: 'failed' | 'not-revocable', error: AppError): false {
    this.#endWaiting()
    this.#to(step, error)
    return false
  }

  /** Nobody asks for them any more. */
  #endWaiting(): void {
    for (const [tokenId, token] of this.#found)
      if (token.found === 'waiting') this.#found.set(tokenId, { ...token, found: 'unknown' })
  }

  #to(step: RevocationRow['step'], error: AppError | null = null): void {
    this.#step = step
    this.#error = error
    this.#onChange()
  }
}

/**
 * A token that cannot be asked, today or tomorrow, is left to Google's own word where it is a yes: that it knew the
 * others no more says nothing about this one.
 */
function judge(word: Word, results: readonly Verified[]): Judgement {
  if (!results.every(isNotAlive)) return { kind: 'alive' }
  const unknown = results.filter((result) => result.found === 'unknown')
  const open = unknown.filter(({ lasting }) => !lasting || word.kind !== 'accepted')
  const first = open.find(({ lasting }) => !lasting) ?? open[0]
  if (first) {
    // Where an answer got lost, Google is given its time all the same.
    return { kind: 'unknown', error: first.error, lasting: first.lasting && word.kind !== 'unclear' }
  }
  const noneAsked = word.kind === 'unclear' && results.length === 0
  return noneAsked ? { kind: 'unknown', error: null, lasting: false } : { kind: 'over' }
}

function isNotAlive({ found }: Verified): boolean {
  return found !== 'alive'
}

/** To ask again would tell no more. */
function isFinal(judgement: Judgement): boolean {
  return judgement.kind === 'over' || (judgement.kind === 'unknown' && judgement.lasting)
}
