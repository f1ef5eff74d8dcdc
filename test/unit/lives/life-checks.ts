/** What must be so after each step of a life. */
import type {
  AccountView,
  CauseKind,
  ClockKind,
  ClockView,
  GrantView,
  LifeView,
  Snapshot,
  TokenView,
} from '../../../electron/contract/views.ts'
import type { LatchkeyEvent } from '../../../electron/core/ledger/events.ts'
import { checkEvent } from '../../../electron/core/ledger/events.ts'
import type { RecordedEvent } from '../../../electron/core/ledger/ledger.ts'
import { decodeSnapshot } from '../../../electron/core/ledger/snapshot.ts'
import { stateFold } from '../../../electron/core/state/state-fold.ts'
import type { State, TokenRecord } from '../../../electron/core/state/state.ts'
import { applyEvent } from '../../../electron/core/state/apply-event.ts'
import { emptyState, findToken } from '../../../electron/core/state/state.ts'
import type { RuledClient, RuledPerson, RuledToken } from '../../support/google-rules.ts'
import { dayMs, minuteMs, sixMonthsAfter } from '../../support/google-rules.ts'
import { secretMark } from '../../support/ruled-google.ts'
import type { Life } from './life.ts'
import type { Step } from './life-steps.ts'

const tokenService = 'dev.latchkey.refresh-token'
/** A clock may be wrong by five minutes before it is corrected, and an answer may be on its way for one. */
const slackMs = 6 * minuteMs

interface Shown {
  readonly person: RuledPerson
  readonly account: AccountView
  readonly grant: GrantView
  readonly view: TokenView
  readonly record: TokenRecord
  readonly token: RuledToken
}

export class LifeChecks {
  readonly #life: Life
  readonly #state: State = emptyState()
  #readTo = 0
  /** What each token here is at Google. */
  readonly #atGoogle = new Map<string, RuledToken>()
  #heldBefore = new Set<string>()
  /** Secrets that nobody could have kept: the process died, or the keychain was locked, when they came. */
  readonly #excused = new Set<string>()
  /** Tokens minted in Testing of which the app was told so. */
  readonly #knownTesting = new Set<RuledToken>()
  /** Tokens first seen dead while this machine's clock was wrong. */
  readonly #diedAtWrongTime = new Set<string>()

  constructor(life: Life) {
    this.#life = life
  }

  /** Throws with what is wrong. */
  async after(step: Step): Promise<void> {
    const life = this.#life
    if (life.spinning) throw new Error('the app wakes again and again without time passing')
    life.rules.deleteIdleClients(life.clients, life.now)
    const events = this.#readLedger()
    await this.#learnSecrets()
    this.#noteTesting(step)
    this.#nothingLeftUnfinished(step)
    if (step.do === 'crash' || life.keychainLocked) this.#excuse()
    this.#nothingLost(step, events)
    const snapshot = life.snapshot()
    if (snapshot.readOnly) throw new Error('the ledger became read-only')
    const shown = [...this.#shown(snapshot)]
    for (const one of shown) this.#noFalseDeath(one)
    if (step.do === 'check' && this.#endedWell(snapshot, step)) this.#noFalseLife(shown, snapshot, step)
    if (this.#timeIsKnown(snapshot)) this.#countsAreLowerBounds(shown)
    for (const one of shown) this.#causesAreRight(one)
    await this.#noDeadlineTooLate(shown)
  }

  /** Everything is well again: every living token must be seen to live, and the files must tell the same story. */
  async atTheEnd(): Promise<void> {
    const life = this.#life
    life.google.heal()
    life.keychainLocked = false
    await life.rightTheClock()
    for (const person of [0, 1, 2]) await this.#finalCheck({ do: 'check', person })
    await life.close()
    const snapshot = decodeSnapshot(life.folder.text('ledger-snapshot.json'))
    if (snapshot === null || snapshot === 'newer') throw new Error('the snapshot cannot be read')
    const folded: unknown = JSON.parse(JSON.stringify(stateFold.encode(this.#foldFromScratch())))
    same('the state differs from the fold', folded, snapshot.state)
    this.#noSecretWritten()
  }

  async #finalCheck(step: Extract<Step, { do: 'check' }>): Promise<void> {
    const life = this.#life
    await life.take(step)
    await life.pass(2 * minuteMs)
    await this.after(step)
    const { clients } = life.snapshot()
    for (const { view, token, person } of this.#shown(life.snapshot())) {
      if (person !== life.person(step.person) || view.standing !== 'held') continue
      const client = clients.find(({ clientId }) => clientId === token.client.clientId)
      const lives =
        life.rules.refusal(token, life.now) === null && !this.#excused.has(token.next?.secret ?? '')
      if (lives && (view.refusal !== null || (client?.refusal ?? null) !== null))
        throw new Error(
          `a living token is not seen to live: ${describe(view)} ${JSON.stringify(client?.refusal)}`,
        )
    }
  }

  #readLedger(): readonly LatchkeyEvent[] {
    const bytes = this.#life.folder.files.get('ledger.jsonl') ?? Buffer.alloc(0)
    const recorded = eventsIn(bytes.subarray(this.#readTo))
    this.#readTo = bytes.length
    for (const one of recorded) applyEvent(this.#state, one)
    return recorded.map(({ event }) => event)
  }

  #foldFromScratch(): State {
    const state = emptyState()
    const bytes = this.#life.folder.files.get('ledger.jsonl') ?? Buffer.alloc(0)
    for (const one of eventsIn(bytes)) applyEvent(state, one)
    return state
  }

  *#records(): Generator<TokenRecord> {
    for (const account of this.#state.accounts.values()) yield* account.tokens
  }

  /** The keychain must hold what the ledger says, and nothing there may change under its name. */
  async #learnSecrets(): Promise<void> {
    for (const { tokenId, standing, dismissed } of this.#records()) {
      if (standing === 'missing') throw new Error(`the secret of ${tokenId} went missing`)
      if (standing !== 'held' || dismissed) continue
      const got = await this.#life.secretStore.get(tokenService, tokenId)
      const token = this.#life.rules.find(got.ok ? (got.value?.reveal() ?? '') : '')
      if (!token) throw new Error(`the keychain lacks the secret of ${tokenId}`)
      const before = this.#atGoogle.get(tokenId)
      if (before && before !== token) throw new Error(`the secret of ${tokenId} was changed`)
      this.#atGoogle.set(tokenId, token)
    }
  }

  /** What a process began and did not end, the next one finishes or gives up, if the keychain lets it. */
  #nothingLeftUnfinished(step: Step): void {
    const started = step.do === 'crash' || step.do === 'away'
    if (started && !this.#life.keychainLocked && this.#state.pending.size > 0)
      throw new Error('an interrupted sign-in or rotation was left as it was')
  }

  #noteTesting(step: Step): void {
    const { declared, client } = this.#life
    for (const token of this.#atGoogle.values()) {
      if (!token.underTesting) continue
      if (declared.get(token.client) === 'testing') this.#knownTesting.add(token)
      if (step.do === 'declare' && !step.known && client.call(this.#life, step.client) === token.client)
        this.#knownTesting.delete(token)
    }
  }

  #excuse(): void {
    for (const secret of this.#life.google.delivered) this.#excused.add(secret)
  }

  #nothingLost(step: Step, events: readonly LatchkeyEvent[]): void {
    const held = new Set<string>()
    for (const record of this.#records()) if (record.standing === 'held') held.add(record.tokenId)
    for (const tokenId of this.#heldBefore) {
      if (!held.has(tokenId)) this.#mayBeGone(tokenId, step, events)
    }
    for (const tokenId of held) {
      const token = this.#atGoogle.get(tokenId)
      const next = token?.next
      if (token?.ended?.why !== 'rotated' || !next) continue
      const { delivered } = this.#life.google
      if (delivered.has(next.secret) && !this.#excused.has(next.secret))
        throw new Error(`the token that came in place of ${tokenId} was lost`)
    }
    this.#heldBefore = held
  }

  #mayBeGone(tokenId: string, step: Step, events: readonly LatchkeyEvent[]): void {
    const token = this.#atGoogle.get(tokenId)
    const last = lastOf(tokenId, events)
    const held = [...this.#records()].filter(({ standing }) => standing === 'held')
    const heirs = held.flatMap((record) => this.#atGoogle.get(record.tokenId) ?? [])
    if (heirs.some((heir) => cameInPlaceOf(heir, token))) return
    const gone = events.find(
      ({ type, data }) => (type === 'token.dismissed' || type === 'token.forgotten') && data.tokenId === last,
    )
    if (gone?.type === 'token.dismissed' && step.do === 'dismiss') return
    // A dead one is dismissed with the rest, or it would stay in sight.
    if (gone && step.do === 'forget') return
    if (gone && heirs.some((heir) => canReplace(heir, token))) return
    throw new Error(`the token ${tokenId} is not held any more, and nobody asked for that`)
  }

  *#shown({ accounts }: Snapshot): Generator<Shown> {
    for (const account of accounts) {
      const person = this.#life.people.find((one) => this.#life.accountId(one) === account.accountId)
      if (!person) throw new Error('an account of nobody')
      for (const grant of account.grants) {
        for (const view of grant.tokens) {
          const record = findToken(this.#state, view.tokenId)
          const token = this.#atGoogle.get(view.tokenId)
          if (!record) throw new Error(`the view shows a token that the ledger lacks: ${view.tokenId}`)
          // One that was minted and superseded within a step never was in the keychain when we looked.
          if (token) yield { person, account, grant, view, record, token }
        }
      }
    }
  }

  #noFalseDeath({ view, token }: Shown): void {
    const dead = view.standing === 'dead' || view.refusal?.verdict === 'dead' || view.death !== null
    if (!dead) return
    const refusal = this.#life.rules.refusal(token, this.#life.now)
    if (!token.ended) throw new Error(`called dead and is not: ${describe(view)} ${JSON.stringify(refusal)}`)
  }

  /** Whether the check of this step got an answer of Google's for every token. */
  #endedWell(snapshot: Snapshot, step: Extract<Step, { do: 'check' }>): boolean {
    const { outcome, keychainLocked } = this.#life
    if (outcome?.ok !== true || keychainLocked) return false
    const accountId = this.#life.accountId(this.#life.person(step.person))
    const account = snapshot.accounts.find((one) => one.accountId === accountId)
    return account?.grants.every(({ check }) => check === null || (!check.running && !check.error)) ?? false
  }

  #noFalseLife(shown: readonly Shown[], { clients }: Snapshot, step: Extract<Step, { do: 'check' }>): void {
    for (const { person, view, token } of shown) {
      if (person !== this.#life.person(step.person)) continue
      const client = clients.find(({ clientId }) => clientId === token.client.clientId)
      if (view.standing !== 'held' || view.refusal !== null || (client?.refusal ?? null) !== null) continue
      // Answers that took their time can be overtaken by a deadline.
      const refusal = this.#life.rules.refusal(token, this.#life.now - slackMs)
      if (refusal) throw new Error(`shown as working, and Google says ${refusal.error}: ${describe(view)}`)
    }
  }

  /** Whether what the app says of this machine's clock is so. */
  #timeIsKnown({ problems }: Snapshot): boolean {
    const told = problems.map(({ error }) => {
      const minutes = Number(error.details?.['minutes'] ?? 0)
      return error.code === 'clock-ahead' ? minutes : error.code === 'clock-behind' ? -minutes : 0
    })
    const toldMs = told.reduce((sum, minutes) => sum + minutes, 0) * minuteMs
    return !this.#life.google.dateLied && Math.abs(toldMs - this.#life.aheadMs) <= slackMs
  }

  #countsAreLowerBounds(shown: readonly Shown[]): void {
    const grants = new Map(shown.map((one) => [one.grant, one]))
    for (const [grant, { person, token }] of grants) {
      const { rules, now } = this.#life
      const live = rules.live(person, token.client, now).length
      const unknown = [...this.#atGoogle].filter(
        ([tokenId, one]) =>
          one.person === person && one.client === token.client && this.#diedUnseen(tokenId, one),
      )
      const unseen = unknown.length + this.#neverSeen(person, token.client)
      if (grant.liveAtLeast > live + unseen)
        throw new Error(
          `at least ${String(grant.liveAtLeast)} are said to live, ${String(live)} do, ${String(unseen)} died unseen`,
        )
    }
  }

  /** Tokens that were rotated and superseded within one step: what became of them at Google was not looked up. */
  #neverSeen(person: RuledPerson, { clientId }: RuledClient): number {
    const account = this.#state.accounts.get(this.#life.accountId(person))
    const own = account?.tokens.filter((record) => record.clientId === clientId && !record.rotated) ?? []
    return own.filter(({ tokenId }) => !this.#atGoogle.has(tokenId)).length
  }

  /** It ended by something that nobody here can know without asking. */
  #diedUnseen(tokenId: string, token: RuledToken): boolean {
    const record = findToken(this.#state, tokenId)
    if (!token.ended || record?.refusal?.verdict === 'dead' || record?.rotated === true) return false
    const { why } = token.ended
    if (this.#life.google.misdated.has(token.secret)) return true
    return why !== 'idle' && why !== 'time-based' && !(why === 'testing' && this.#knownTesting.has(token))
  }

  async #noDeadlineTooLate(shown: readonly Shown[]): Promise<void> {
    const lives = new Map<string, readonly LifeView[]>()
    for (const accountId of new Set(shown.map(({ account }) => account.accountId))) {
      const answer = await this.#life.ask('accounts.lives', { accountId })
      if (answer?.ok !== true) throw new Error('the lives of an account cannot be read')
      lives.set(accountId, answer.value)
    }
    for (const one of shown) {
      if (one.view.standing !== 'held' || this.#life.google.misdated.has(one.token.secret)) continue
      const life = lives.get(one.account.accountId)?.find(({ tokenId }) => tokenId === one.view.tokenId)
      if (!life) throw new Error(`no life is shown of ${one.view.tokenId}`)
      this.#compareClocks(one, life.clocks)
    }
  }

  #compareClocks({ view, token, record }: Shown, clocks: readonly ClockView[]): void {
    const known = this.#knowable(token, record)
    for (const [kind, trueAt] of Object.entries(known) as [ClockKind, number | null][]) {
      if (trueAt === null) continue
      const clock = clocks.find((one) => one.kind === kind)
      if (clock === undefined || clock.at === null) throw new Error(`no clock “${kind}” on ${describe(view)}`)
      if (clock.at > trueAt + slackMs)
        throw new Error(
          `the clock “${kind}” says ${iso(clock.at)}, the truth is ${iso(trueAt)}: ${describe(view)}`,
        )
    }
    const instants = Object.values(known).filter((at): at is number => at !== null)
    const soonest = Math.min(...instants)
    if ((view.next?.at ?? Infinity) > soonest + slackMs)
      throw new Error(`the next deadline should be ${iso(soonest)}: ${describe(view)}`)
  }

  /** The true instants that the app has what it takes to know. */
  #knowable(token: RuledToken, record: TokenRecord): Partial<Record<ClockKind, number | null>> {
    const { rules, google } = this.#life
    const instants = rules.instants(token)
    const ends = google.sessionRefusals.filter(({ token: other }) => other.person === token.person)
    const unchanged = ends.every(({ token: other }) => other.mintedAt >= token.person.sessionSince)
    const account = this.#state.accounts.get(this.#state.ownerOf.get(record.tokenId) ?? '')
    const learned = account?.sessionEnds.some(({ clientId }) => clientId === token.client.clientId) ?? false
    const misdated = ends.some(({ token: other }) => google.misdated.has(other.secret))
    return {
      idle: instants.idle,
      testing: this.#knownTesting.has(token) ? instants.testing : null,
      'time-based': instants['time-based'],
      session: learned && unchanged && !misdated ? instants.session : null,
      'client-idle': this.#usesMisdated(token.client) ? null : sixMonthsAfter(token.client.lastUsedAt),
    }
  }

  #usesMisdated(client: RuledClient): boolean {
    const { rules, google } = this.#life
    return [...google.misdated].some((secret) => rules.find(secret)?.client === client)
  }

  /** Whether the end of a token is one of those that the ledger can know of. */
  #leavesEvidence(token: RuledToken, record: TokenRecord): boolean {
    // What the person said of a project is so now, and was not when this one was minted.
    if (record.testing && !token.underTesting) return false
    switch (token.ended?.why) {
      case 'idle':
      case 'time-based':
      case 'account-deleted':
        return true
      case 'testing':
        return this.#knownTesting.has(token)
      case 'password':
      case 'revoked-elsewhere':
        return (
          quiet(record) &&
          [...this.#atGoogle].some(([tokenId, other]) => this.#fellWith(token, tokenId, other))
        )
      default:
        return false
    }
  }

  /** Another token is known to be dead that the same event ended, and nothing else explains its death. */
  #fellWith(token: RuledToken, tokenId: string, other: RuledToken): boolean {
    const record = findToken(this.#state, tokenId)
    const together = other.ended?.why === token.ended?.why && other.ended?.at === token.ended?.at
    const sameKind = other.person === token.person && other.client.project === token.client.project
    return other !== token && together && sameKind && record?.refusal?.verdict === 'dead' && quiet(record)
  }

  #causesAreRight({ view, token, record }: Shown): void {
    if (!view.death || !token.ended) return
    const { google, aheadMs } = this.#life
    if (aheadMs !== 0 || google.dateLied) this.#diedAtWrongTime.add(view.tokenId)
    if (this.#diedAtWrongTime.has(view.tokenId) || google.misdated.has(token.secret)) return
    const { why } = token.ended
    const { causes, corrected } = view.death
    const kinds: readonly CauseKind[] = causes.map(({ kind }) => kind)
    if (causes.length === 0) throw new Error(`a death without a cause: ${describe(view)}`)
    if (this.#leavesEvidence(token, record) && why !== 'rotated' && !kinds.includes(why))
      throw new Error(
        `it died of “${why}”, and that is not among ${JSON.stringify(causes)}: ${describe(view)}`,
      )
    const first = causes.filter(({ rank }) => rank === 1)
    const [only] = first
    if (only && first.length === 1 && corrected === null && proof.has(only.evidence) && only.kind !== why)
      throw new Error(`it died of “${why}”, and ${JSON.stringify(only)} is claimed: ${describe(view)}`)
  }

  #noSecretWritten(): void {
    const { folder, sent, log } = this.#life
    const written = [
      ...[...folder.files].map(([name, bytes]) => [name, bytes.toString('utf8')] as const),
      ['a delta', JSON.stringify(sent)] as const,
      ['the log', JSON.stringify(log.entries)] as const,
    ]
    for (const [where, text] of written) {
      if (text.includes(secretMark)) throw new Error(`${where} holds a secret`)
    }
  }
}

/** It was found dead so soon after its last use that no clock can have struck in between. */
function quiet({ mintedAt, lastUsedAt, expiresAt, refusal }: TokenRecord): boolean {
  const found = (refusal?.at ?? 0) + 15 * minuteMs
  const inBetween = (at: number): boolean => at > lastUsedAt - 15 * minuteMs && at <= found
  return found - lastUsedAt < 30 * dayMs && !inBetween(mintedAt + 7 * dayMs) && !inBetween(expiresAt ?? 0)
}

/** Evidence after which nothing else can be so. */
const proof = new Set(['revoked-here', 'account-answer', 'client-answer', 'session-refused', 'admin-policy'])

/** The token that came in the place of another, by what was written down in one step. */
function lastOf(tokenId: string, events: readonly LatchkeyEvent[]): string {
  const next = events.find(({ type, data }) => type === 'token.rotationIntended' && data.replaces === tokenId)
  return next?.type === 'token.rotationIntended' ? lastOf(next.data.tokenId, events) : tokenId
}

/** By one rotation or several. */
function cameInPlaceOf(heir: RuledToken, token: RuledToken | undefined): boolean {
  for (let next = token?.next; next; next = next.next) if (next === heir) return true
  return false
}

/** A newer token of the same grant that allows everything the older one did. */
function canReplace(newer: RuledToken, older: RuledToken | undefined): boolean {
  return (
    older !== undefined &&
    newer !== older &&
    newer.person === older.person &&
    newer.client === older.client &&
    older.scopes.every((scope) => newer.scopes.includes(scope))
  )
}

function eventsIn(bytes: Buffer): readonly RecordedEvent<LatchkeyEvent>[] {
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
  return lines.map((line) => {
    const { seq, at, type, data } = JSON.parse(line) as {
      seq: number
      at: number
      type: string
      data: unknown
    }
    const event = checkEvent(type, data)
    if (!event) throw new Error(`the ledger holds a line that its own reader refuses: ${type}`)
    return { seq, at, event }
  })
}

function same(message: string, one: unknown, other: unknown): void {
  if (JSON.stringify(one) !== JSON.stringify(other))
    throw new Error(`${message}:\n${JSON.stringify(one)}\n${JSON.stringify(other)}`)
}

const iso = (at: number): string => new Date(at).toISOString()

function describe({ tokenId, standing, mintedAt, lastUsedAt, next, refusal }: TokenView): string {
  const rest = { tokenId, standing, mintedAt: iso(mintedAt), lastUsedAt: iso(lastUsedAt), next, refusal }
  return JSON.stringify(rest)
}
