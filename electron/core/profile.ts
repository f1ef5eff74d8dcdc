/**
 * One open profile: its ledger, its secrets, its clock, its sign-ins. A separate world; nothing here can reach the
 * other one's. Everything the window may ask of it is in `handlers`.
 */
import type { Outcome } from '../contract/outcome.ts'
import { appError, fail, ok } from '../contract/outcome.ts'
import type { About, ProfileName, SettingsView, Snapshot, StateDelta } from '../contract/views.ts'
import { AccessTokens } from './access/access-tokens.ts'
import { ClientSideAccess } from './access/client-side-access.ts'
import { GrantAccess } from './access/grant-access.ts'
import { SignIns } from './accounts/sign-in/sign-ins.ts'
import { HealthChecks } from './checks/health-checks.ts'
import { importClient } from './clients/import-client.ts'
import type { Issuer } from './clients/issuer.ts'
import { googleIssuer, practiceIssuer } from './clients/issuer.ts'
import { instantClocks, nextDeadline } from './clocks/account-clocks.ts'
import type { DoorsOutside } from './doors/doors.ts'
import { Doors } from './doors/doors.ts'
import { Watchers } from './doors/watchers.ts'
import { changesFolders, foldersView } from './folders/folders-view.ts'
import type { ProfileHandlers } from './profile-commands.ts'
import { profileHandlers } from './handlers.ts'
import type { LatchkeyEvent } from './ledger/events.ts'
import type { Ledger, LedgerOpening, RecordedEvent, Verification } from './ledger/ledger.ts'
import { openLedger } from './ledger/ledger.ts'
import type { PracticeServer } from './ports.ts'
import type { ProfileContext, ProfilePorts } from './profile-context.ts'
import { Revocations } from './revocation/revocations.ts'
import { Scheduler } from './schedule/scheduler.ts'
import { secretServices } from './secrets.ts'
import { ServiceTokens } from './service-accounts/service-tokens.ts'
import { notingDates, ServerTime } from './server-time.ts'
import { networkRoute } from './settings/network-route.ts'
import type { Settings } from './settings/settings.ts'
import { loadSettings } from './settings/settings.ts'
import { Problems } from './state/problems.ts'
import { Publisher } from './state/publisher.ts'
import { Rows } from './state/rows.ts'
import { stateFold } from './state/state-fold.ts'
import type { State, TokenRecord } from './state/state.ts'
import { nextHealthChange } from './tokens/health.ts'
import { recoverIntents } from './tokens/keep-token.ts'
import { sweepSecrets } from './tokens/sweep.ts'
import { followVault } from './vault/follow-vault.ts'

export interface ProfileOptions {
  readonly name: ProfileName
  readonly ports: ProfilePorts
  readonly practice: PracticeServer | null
  readonly about: About
  /** Asked when it is needed: before the shell is ready nobody knows it. */
  readonly systemLanguage: () => 'en' | 'hi'
  /** What a profile without settings of its own starts with. */
  readonly initialSettings?: SettingsView
  readonly onSettings: (settings: SettingsView) => void
  readonly onDelta: (delta: StateDelta) => void
  readonly onReset: () => void
  /** How long after the opening ledger and keychain are compared, ms. */
  readonly sweepAfterMs: number
  /** Who has it open, as programs at its doors are told; the app unless told. */
  readonly doors?: DoorsOutside
}

export type ProfileOpening =
  { readonly ok: true; readonly value: Profile } | Extract<Outcome<never>, { readonly ok: false }>

/** After a fact, what is due when is reckoned anew; facts that come together share one reckoning. ms */
const reckonAfterMs = 2000

/**
 * Opens a profile: takes its lock, reads its ledger. Nothing here waits for the keychain or the network.
 *
 * Errors: `profile-owned`, `ledger-newer`, `ledger-unreadable`, those of the folder.
 */
export async function openProfile(options: ProfileOptions): Promise<ProfileOpening> {
  const { folder, clock, log } = options.ports
  const lock = await folder.lock()
  if (!lock.ok) return lock
  // A port belongs to one profile.
  const initial = options.initialSettings && { ...options.initialSettings, doorPort: null }
  const settings = await loadSettings(folder, log, initial)
  let profile: Profile | null = null
  const serverTime = new ServerTime(clock, (skewMs) => profile?.tellSkew(skewMs))
  const opening = await openLedger<State, LatchkeyEvent>({
    profile: options.name,
    folder,
    // Facts are dated by Google's time where it is known: a refusal, too, is part of a token's life.
    clock: serverTime,
    fold: stateFold,
    log,
  })
  if (opening.kind === 'newer' || opening.kind === 'failed') {
    await lock.value.release()
    return opening.kind === 'newer' ? fail('ledger-newer') : { ok: false, error: opening.error }
  }
  profile = new Profile(options, settings, opening.ledger, serverTime, () => lock.value.release())
  profile.noteOpening(opening)
  return ok(profile)
}

export class Profile {
  readonly name: ProfileName
  readonly handlers: ProfileHandlers
  readonly #options: ProfileOptions
  readonly #settings: Settings
  readonly #ledger: Ledger<State, LatchkeyEvent>
  readonly #release: () => Promise<void>
  readonly #publisher: Publisher
  readonly #problems: Problems
  readonly #serverTime: ServerTime
  readonly #context: ProfileContext
  readonly #clientSide: ClientSideAccess
  readonly #signIns: SignIns
  readonly #access: AccessTokens
  readonly #serviceTokens: ServiceTokens
  readonly #doors: Doors
  readonly #watchers = new Watchers()
  readonly #revocations: Revocations
  readonly #scheduler: Scheduler
  readonly #checks: HealthChecks
  readonly #rows: Rows
  readonly #stopListening: () => void
  readonly #stopFollowing: () => void
  #stopReckoning: (() => void) | null = null
  #stopSweepTimer: () => void = () => undefined
  #settled: Promise<void> = Promise.resolve()
  #brokenAt: { readonly line: number; readonly reason: string } | null = null
  #closed = false

  constructor(
    options: ProfileOptions,
    settings: Settings,
    ledger: Ledger<State, LatchkeyEvent>,
    serverTime: ServerTime,
    release: () => Promise<void>,
  ) {
    const { clock, timers, wakes, log, http } = options.ports
    const issuer = issuerOf(options.practice)
    this.name = options.name
    this.#options = options
    this.#settings = settings
    this.#ledger = ledger
    this.#release = release
    this.#publisher = new Publisher((delta) => {
      if (this.#closed) return
      options.onDelta(delta)
      this.#watchers.tell({ delta })
    })
    this.#problems = new Problems((problemId, view) => this.#publisher.problem(problemId, view))
    this.#serverTime = serverTime
    this.#context = {
      profile: options.name,
      ports: { ...options.ports, http: notingDates(http, tokenEndpoints(issuer), this.#serverTime) },
      issuer,
      services: secretServices(options.name),
      settings,
      ledger,
      record: (events) => this.#record(events),
      now: () => this.#serverTime.now(),
      language: () => this.language(),
    }
    this.#clientSide = new ClientSideAccess(this.#context, (accountId) => this.#rows.account(accountId))
    this.#signIns = new SignIns(
      this.#context,
      (flowId, view) => this.#publisher.flow(flowId, view),
      this.#clientSide,
    )
    this.#access = new AccessTokens(this.#context, (tokenId) => this.#rows.token(tokenId))
    this.#serviceTokens = new ServiceTokens(this.#context, (accountId) => this.#rows.account(accountId))
    this.#revocations = new Revocations(this.#context, this.#access, this.#clientSide, (revocationId, view) =>
      this.#publisher.revocation(revocationId, view),
    )
    this.#scheduler = new Scheduler({
      ...{ clock, timers, log },
      now: () => this.#context.now(),
      onJump: () => this.#timeJumped(),
    })
    this.#checks = new HealthChecks(this.#context, this.#access, this.#scheduler, (token) =>
      deadlineOf(token, ledger.state(), this.#context.now()),
    )
    this.#rows = new Rows(
      {
        state: () => ledger.state(),
        now: () => this.#context.now(),
        checkOf: (tokenId) => this.#access.status(tokenId),
        checksOn: () => this.#checksOn(),
        services: this.#serviceTokens,
        holdsAccess: (grant) => this.#clientSide.holds(grant),
      },
      this.#publisher,
    )
    this.#stopListening = wakes.onResume(() => this.#resumed())
    this.#stopFollowing = followVault(options.ports.vault, this.#problems, {
      onOpen: () => this.#vaultOpened(),
      onLocked: () => {
        this.#serviceTokens.keys.forgetKeys()
        this.#checks.pause()
      },
    })
    const grantAccess = new GrantAccess(() => ledger.state(), this.#access, this.#clientSide)
    this.#doors = this.#makeDoors(grantAccess)
    this.handlers = profileHandlers({
      context: this.#context,
      about: options.about,
      practice: options.practice,
      signIns: this.#signIns,
      serviceTokens: this.#serviceTokens,
      access: grantAccess,
      doors: this.#doors,
      revocations: this.#revocations,
      checks: this.#checks,
      problems: this.#problems,
      publisher: this.#publisher,
      snapshot: () => this.snapshot(),
      changeSettings: (change) => this.#changeSettings(change),
      clockMoved: (byMs) => this.#practiceClockMoved(byMs),
      continueLedger: () => this.#continueLedger(),
    })
    this.#reckon()
  }

  settings(): SettingsView {
    return this.#settings.current()
  }

  language(): 'en' | 'hi' {
    const { language } = this.#settings.current()
    return language === 'system' ? this.#options.systemLanguage() : language
  }

  /** Says what the opening of the ledger found. */
  noteOpening(opening: LedgerOpening<State, LatchkeyEvent>): void {
    if (opening.kind === 'broken') this.#reportBroken(opening.line, opening.reason)
    if (opening.kind === 'open' && opening.torn) {
      const { bytes } = opening.torn
      this.#problems.report('torn', appError('ledger-torn', { bytes }), 'none')
      void this.#record([{ type: 'ledger.tornLineDropped', data: { bytes } }])
    }
    const { about, ports } = this.#options
    if (this.name === 'real' && !about.realSignInAllowed) {
      this.#problems.report('runtime', appError('runtime-too-old', { version: about.electron }), 'none')
    }
    ports.log.info('profile-opened', { profile: this.name, ledger: opening.kind })
  }

  /**
   * The work that may take its time once the window shows: finishing an interrupted sign-in, making the practice
   * client, and, later, comparing ledger and keychain and checking the whole chain.
   */
  async start(): Promise<void> {
    this.#settled = this.#settle()
    this.#inspectLater()
    await this.#withDoors(this.#settled.then(() => this.#startChecks()))
  }

  #makeDoors(access: GrantAccess): Doors {
    return new Doors({
      ...{ context: this.#context, access, about: this.#options.about },
      ...{ serviceTokens: this.#serviceTokens, signIns: this.#signIns, scheduler: this.#scheduler },
      ...{ publisher: this.#publisher, problems: this.#problems, watchers: this.#watchers },
      outside: this.#options.doors ?? { owner: { kind: 'app', pid: 0 } },
      handlers: () => this.handlers,
      snapshot: () => this.snapshot(),
      changeSettings: (change) => this.#changeSettings(change),
      verifyLedger: () => this.#verify(),
    })
  }

  /** The doors wait neither for the keychain nor for what goes wrong there. */
  async #withDoors(others: Promise<void>): Promise<void> {
    const doors = this.#startDoors()
    try {
      await others
    } finally {
      await doors
    }
  }

  async #startDoors(): Promise<void> {
    if (this.#closed) return
    try {
      await this.#doors.start()
    } catch (cause) {
      this.#options.ports.log.error('doors-start-failed', cause)
      this.#problems.report('doors', appError('door-failed'), 'none')
    }
  }

  #inspectLater(): void {
    const { log, timers } = this.#options.ports
    this.#stopSweepTimer()
    this.#stopSweepTimer = timers.after(this.#options.sweepAfterMs, () => {
      this.#settled
        .then(() => this.#inspect())
        .catch((cause: unknown) => log.error('inspection-failed', cause))
    })
  }

  /** With a locked vault nothing can be checked; that is no fault of any token. */
  #startChecks(): void {
    const locked = this.#options.ports.vault?.state() === 'locked'
    if (!this.#closed && !this.#ledger.readOnly && !locked) this.#checks.start()
  }

  /** What had to wait for the secrets is done now. */
  #vaultOpened(): void {
    const { log } = this.#options.ports
    const restore = async (): Promise<void> => {
      await this.#finishInterrupted()
      this.#startChecks()
    }
    this.#settled = this.#settled
      .then(restore)
      .catch((cause: unknown) => log.error('profile-start-failed', cause))
    this.#inspectLater()
  }

  /** Resolves when what was interrupted is finished, and practice has its client. */
  settled(): Promise<void> {
    return this.#settled
  }

  snapshot(): Snapshot {
    const revision = this.#publisher.revision()
    const { practice } = this.#options
    return {
      revision,
      profile: this.name,
      readOnly: this.#ledger.readOnly,
      clockOffsetMs: this.#options.ports.clock.offsetMs(),
      about: this.#options.about,
      settings: this.#settings.current(),
      ...this.#rows.views(),
      flows: this.#signIns.views(),
      folders: foldersView(this.#ledger.state()),
      revocations: this.#revocations.views(),
      doors: this.#doors.view(),
      leases: this.#doors.leaseViews(),
      asks: this.#doors.askViews(),
      problems: this.#problems.views(),
      practice: practice ? practice.view() : null,
    }
  }

  /**
   * Cancels every sign-in, writes the snapshot, gives the lock back. Does not wait for the comparison with the
   * keychain, which may take seconds: from here on it records nothing, and the next start does it again.
   */
  async close(): Promise<void> {
    this.#stopListening()
    this.#stopFollowing()
    this.#stopSweepTimer()
    this.#checks.close()
    await this.#doors.stop()
    this.#scheduler.close()
    await this.#revocations.close()
    await this.#access.close()
    await this.#serviceTokens.close()
    await this.#doors.close()
    await this.#signIns.close()
    this.#clientSide.close()
    await this.#settled.catch(() => undefined)
    this.#closed = true
    this.#stopReckoning?.()
    await this.#ledger.close()
    this.#options.ports.vault?.close()
    // Before the lock goes: whoever has the profile next reads what practice Google has saved.
    await this.#options.practice?.close()
    await this.#release()
  }

  async #record(events: readonly LatchkeyEvent[]): Promise<Outcome<readonly RecordedEvent<LatchkeyEvent>[]>> {
    if (this.#closed) return fail('internal')
    const before = this.#ledger.state().activeAccountId
    const recorded = await this.#ledger.append(events)
    if (!recorded.ok) return recorded
    for (const event of events) this.#spread(event)
    this.#watchers.ledgerGrew()
    const after = this.#ledger.state().activeAccountId
    if (before !== after)
      for (const accountId of [before, after]) if (accountId !== null) this.#rows.account(accountId)
    this.#checks.replan()
    this.#reckonSoon()
    return recorded
  }

  /** What follows from a fact beyond the state itself. */
  #spread(event: LatchkeyEvent): void {
    this.#rows.touch(event)
    this.#doors.noteFact(event)
    if (changesFolders(event.type)) this.#publisher.folders(() => foldersView(this.#ledger.state()))
    if (event.type === 'client.secretReplaced') this.#problems.resolve(`missing ${event.data.clientId}`)
    if (event.type === 'token.forgotten' || event.type === 'token.dismissed')
      this.#access.drop(event.data.tokenId)
    if (event.type === 'access.dropped' || event.type === 'account.forgotten')
      this.#clientSide.drop(event.data)
    if (event.type === 'account.forgotten') this.#serviceTokens.drop(event.data.accountId)
    if (resolvesMissing(event)) this.#problems.resolve(`missing ${event.data.tokenId}`)
  }

  #checksOn(): boolean {
    return this.#settings.current().checkEvery !== 'never'
  }

  #reckonSoon(): void {
    this.#stopReckoning ??= this.#options.ports.timers.after(reckonAfterMs, () => this.#reckon())
  }

  /** What changes next by itself, and what is to be checked next. */
  #reckon(): void {
    this.#stopReckoning?.()
    this.#stopReckoning = null
    const next = nextHealthChange(this.#ledger.state(), this.#context.now())
    this.#scheduler.set('health', next === null ? null : next + 1, () => {
      this.#rows.all()
      this.#reckon()
    })
    this.#checks.replan()
  }

  /** The machine's clock was set, or time passed in sleep: what was known about the clock is void. */
  #timeJumped(): void {
    this.#serverTime.forget()
    this.#resumed()
  }

  #resumed(): void {
    this.#checks.clockJumped()
    this.#serviceTokens.clockJumped()
    this.#doors.clockJumped()
    this.#scheduler.recompute()
    this.#rows.all()
    this.#checks.resumed()
    this.#reckon()
  }

  #practiceClockMoved(byMs: number): void {
    this.#publisher.clockOffset(this.#options.ports.clock.offsetMs())
    this.#signIns.shiftTimes(byMs)
    this.#revocations.shiftTimes(byMs)
    this.#resumed()
  }

  /** The servers' time is known to differ by so many ms from this machine's; null when it does not any more. */
  tellSkew(skewMs: number | null): void {
    for (const key of ['clock-ahead', 'clock-behind']) this.#problems.resolve(key)
    if (skewMs !== null) {
      const code = skewMs < 0 ? 'clock-ahead' : 'clock-behind'
      const minutes = Math.round(Math.abs(skewMs) / 60_000)
      this.#problems.report(code, appError(code, { minutes }), 'none')
    }
    this.#scheduler.recompute()
    this.#rows.all()
    this.#reckonSoon()
  }

  async #settle(): Promise<void> {
    await this.#applyRoute()
    await this.#finishInterrupted()
    this.#revocations.recover()
  }

  async #finishInterrupted(): Promise<void> {
    if (!this.#ledger.readOnly) await recoverIntents(this.#context)
    if (this.#options.practice) await this.#preparePractice(this.#options.practice)
  }

  async #preparePractice(practice: PracticeServer): Promise<void> {
    if (this.#ledger.state().clients.size > 0 || this.#ledger.readOnly) return
    const file = await practice.clientFile()
    const imported = file.ok
      ? await importClient(this.#context, Buffer.from(file.value), { acceptUncheckedSecret: false })
      : file
    if (imported.ok) this.#problems.resolve('practice-client')
    // That the vault is locked is said once.
    else if (imported.error.code !== 'vault-locked')
      this.#problems.report('practice-client', imported.error, 'none')
  }

  async #inspect(): Promise<void> {
    if (this.#closed || this.#ledger.readOnly) return
    const verified = await this.#verify()
    if (verified.kind === 'broken') return
    if (!this.#signIns.anyRunning) await sweepSecrets(this.#context, this.#problems)
  }

  async #verify(): Promise<Verification> {
    const verified = await this.#ledger.verify()
    if (verified.kind === 'broken') {
      this.#reportBroken(verified.line, verified.reason)
      this.#publisher.readOnly(true)
    }
    return verified
  }

  #reportBroken(line: number, reason: string): void {
    this.#brokenAt = { line, reason }
    this.#problems.report('ledger', appError('ledger-broken', { line, reason }), 'continue-ledger')
  }

  async #changeSettings(change: Partial<SettingsView>): Promise<Outcome<null>> {
    const changed = await this.#settings.change(change)
    if (!changed.ok) return changed
    this.#options.onSettings(this.#settings.current())
    this.#publisher.settings(this.#settings.current())
    if (change.proxy !== undefined || change.caFile !== undefined) await this.#applyRoute()
    if (change.checkEvery !== undefined) {
      this.#rows.all()
      this.#reckon()
    }
    return changed
  }

  async #applyRoute(): Promise<void> {
    const { http, desktop } = this.#options.ports
    const route = await networkRoute(this.#settings.current(), desktop)
    http.setRoute(route)
    if (route.caError === null) this.#problems.resolve('ca-file')
    else this.#problems.report('ca-file', route.caError, 'none')
  }

  async #continueLedger(): Promise<Outcome<null>> {
    if (!this.#ledger.readOnly) return fail('not-found')
    await this.#doors.holdShut()
    const continued = await this.#ledger.continueFromLastGood()
    if (!continued.ok) return continued
    this.#problems.resolve('ledger')
    if (this.#brokenAt) await this.#record([{ type: 'ledger.continued', data: this.#brokenAt }])
    await this.#doors.stateReplaced()
    this.#options.onReset()
    this.#watchers.tell({ reset: {} })
    this.#settled = this.#settle()
    await this.#withDoors(this.#settled.then(() => this.#startChecks()))
    return ok()
  }
}

/** Whose `Date` is believed. Client-side access meets the token endpoint never, tokeninfo always. */
function tokenEndpoints({ tokenEndpoint, tokeninfoEndpoint }: Issuer): readonly string[] {
  return [tokenEndpoint, tokeninfoEndpoint]
}

function issuerOf(practice: PracticeServer | null): Issuer {
  return practice ? practiceIssuer(practice.issuer) : googleIssuer
}

/** When one of Google's rules may end a token, epoch ms. */
function deadlineOf(token: TokenRecord, state: State, now: number): number | null {
  const account = state.accounts.get(state.ownerOf.get(token.tokenId) ?? '')
  const client = state.clients.get(token.clientId)
  if (!account || !client) return null
  return nextDeadline(instantClocks(account, client, token, now))?.at ?? null
}

type TokenGoneOrBack = Extract<
  LatchkeyEvent,
  { readonly type: 'token.forgotten' | 'token.dismissed' | 'token.secretFound' }
>

/** Nobody misses the secret of a token any more that was let go of, or whose secret is back. */
function resolvesMissing(event: LatchkeyEvent): event is TokenGoneOrBack {
  return ['token.forgotten', 'token.dismissed', 'token.secretFound'].includes(event.type)
}
