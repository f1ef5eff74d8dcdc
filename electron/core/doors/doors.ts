/** The doors of one open profile: opens them, gives each request to who answers it, and tells the window. */
import type { AskView, DoorsView, LeaseView, LeaseWish } from '../../contract/doors.ts'
import type { AppError, Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import type { About, SettingsView, Snapshot } from '../../contract/views.ts'
import type { GrantAccess } from '../access/grant-access.ts'
import type { SignIns } from '../accounts/sign-in/sign-ins.ts'
import { within } from '../folders/patience.ts'
import type { ProfileHandlers } from '../profile-commands.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { Verification } from '../ledger/ledger.ts'
import type { DoorAnswer, DoorRequest } from '../ports.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Scheduler } from '../schedule/scheduler.ts'
import { Secret } from '../secret.ts'
import type { ServiceTokens } from '../service-accounts/service-tokens.ts'
import type { Problems } from '../state/problems.ts'
import type { Publisher } from '../state/publisher.ts'
import type { LeaseRecord } from '../state/state.ts'
import { AdcFiles } from './adc-files.ts'
import { Asks } from './asks.ts'
import { Broker } from './broker.ts'
import { DoorLock } from './door-lock.ts'
import { DoorSet } from './door-set.ts'
import { DoorUses } from './door-uses.ts'
import { FreshFiles } from './fresh-files.ts'
import type { AskedFrom, GivenAtDoor } from './give-lease.ts'
import { giveLease } from './give-lease.ts'
import { leaseIdOf } from './lease-handle.ts'
import { leaseView } from './lease-view.ts'
import { Leases } from './leases.ts'
import { errorAnswer } from './routes/error-answer.ts'
import { httpRefusal, httpRoutes } from './routes/http-routes.ts'
import type { LeaseAnswer, LocalParts, RoutePart } from './routes/local-routes.ts'
import { localRoutes } from './routes/local-routes.ts'
import { metadataRefusal, metadataRoutes } from './routes/metadata-routes.ts'
import { vaultRoutes } from './routes/vault-routes.ts'
import type { Watchers } from './watchers.ts'

/** The version of what is spoken at the socket. */
const protocol = 1
/** So long a new file may take until the lease is answered without it, ms. */
const firstFileMs = 10 * 1000
/** So long what is being answered may take before the profile closes over it, ms. */
const lastAnswersMs = 2000

/** What whoever opens the profile says and adds. */
export interface DoorsOutside {
  /** Who owns the profile. */
  readonly owner: { readonly kind: 'app' | 'agent'; readonly pid: number }
  /** Answers below `/v1/owner/`. */
  readonly ownerRoutes?: RoutePart
}

export interface DoorsParts {
  readonly context: ProfileContext
  readonly about: About
  readonly access: GrantAccess
  readonly serviceTokens: ServiceTokens
  readonly signIns: Pick<SignIns, 'link' | 'pasteText'>
  readonly scheduler: Pick<Scheduler, 'set'>
  readonly publisher: Publisher
  readonly problems: Problems
  readonly watchers: Watchers
  readonly outside: DoorsOutside
  /** All commands of the profile. */
  handlers(): ProfileHandlers
  snapshot(): Snapshot
  changeSettings(change: Partial<SettingsView>): Promise<Outcome<null>>
  /** Checks the whole ledger; damage is told in the window as well. */
  verifyLedger(): Promise<Verification>
}

type Answer = (request: DoorRequest) => Promise<DoorAnswer>
/** An error in the words of a door. */
type Refuse = (error: AppError, request: DoorRequest) => DoorAnswer

/** Commands of the contract that are about doors. */
export type DoorHandlers = Pick<
  ProfileHandlers,
  | 'doors.lock'
  | 'doors.unlock'
  | 'asks.answer'
  | 'asks.unmute'
  | 'leases.give'
  | 'leases.end'
  | 'leases.endAll'
  | 'leases.undoFile'
  | 'adc.look'
>

/** So long a lease's door stays open after its end, so that a program is told why it gets nothing any more, ms. */
const toldMs = 24 * 3600 * 1000

export class Doors {
  readonly handlers: DoorHandlers
  readonly #parts: DoorsParts
  readonly #uses: DoorUses
  readonly #leases: Leases
  readonly #asks: Asks
  readonly #lock: DoorLock
  readonly #broker: Broker
  readonly #set: DoorSet
  readonly #fresh: FreshFiles
  readonly #adcFiles: AdcFiles
  readonly #local: LocalParts
  /** Leases that the window was told of. */
  #shown = new Set<string>()
  /** Giving and fitting follow one another, so that no lease meets doors that are half open. */
  #turn: Promise<unknown> = Promise.resolve()
  #fitting = false
  #started = false
  #stopping = false
  #closing: Promise<void> | null = null
  #stopWatchingVault: () => void = () => undefined

  constructor(parts: DoorsParts) {
    const { context, access, serviceTokens, scheduler, publisher } = parts
    this.#parts = parts
    this.#uses = new DoorUses(context, (leaseId) => this.#tellLease(leaseId))
    this.#leases = new Leases(context, {
      ...{ scheduler, uses: this.#uses },
      onChange: (leaseId) => this.#leaseChanged(leaseId),
    })
    this.#asks = new Asks(context, {
      ...{ leases: this.#leases, uses: this.#uses },
      onAsk: (askId, view) => publisher.ask(askId, view),
      onMuted: () => this.#tellDoors(),
    })
    this.#lock = new DoorLock(context, {
      ...{ leases: this.#leases, asks: this.#asks },
      onChange: () => this.#lockChanged(),
    })
    this.#broker = new Broker(context, {
      ...{ leases: this.#leases, asks: this.#asks, uses: this.#uses, lock: this.#lock },
      ...{ access, serviceTokens },
    })
    this.#fresh = new FreshFiles({
      ...{ context, broker: this.#broker, scheduler },
      onChange: (leaseId) => this.#tellLease(leaseId),
    })
    this.#adcFiles = new AdcFiles(context)
    this.#local = this.#localParts()
    this.#set = this.#doorSet()
    this.handlers = this.#makeHandlers()
  }

  /**
   * Opens what is to be open. Not while the ledger is read-only: what is handed out could not be written down. Can be
   * called again once it is not.
   */
  async start(): Promise<void> {
    const { context } = this.#parts
    if (this.#started || this.#stopping || context.ledger.readOnly) return
    this.#started = true
    this.#lock.start()
    this.#stopWatchingVault = context.ports.vault?.onChange(() => this.#tellDoors()) ?? (() => undefined)
    await this.#leases.start()
    if (this.#stopping) return
    await this.#set.openSockets()
    if (this.#stopping) return
    await this.#fresh.removeLeftOvers(this.#filesToKeep())
    await this.#fit()
  }

  /**
   * Nothing new is taken, whoever waits for a person is told no, files with tokens go. Resolves when what was being
   * answered is answered, or would take too long; `close` waits for that.
   */
  async stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    const unlocked = this.#lock.close()
    this.#stopWatchingVault()
    this.#parts.watchers.close()
    this.#asks.close()
    this.#closing = this.#turn
      .then(() => Promise.all([this.#set.close(), this.#fresh.close(), unlocked]))
      .then(() => undefined)
    await within(this.#parts.context.ports.timers, lastAnswersMs, this.#closing, () => undefined)
  }

  /** To be called when nothing can answer any more that a door waits for. Writes what is left to be written. */
  async close(): Promise<void> {
    await this.stop()
    await this.#closing
    await this.#leases.close()
    await this.#uses.close()
  }

  /** A fact was recorded. */
  noteFact(event: LatchkeyEvent): void {
    this.#leases.touch(event)
  }

  /**
   * The ledger is about to go on from before some damage: nothing is handed out from here on, as nobody knows yet what
   * that state allows.
   */
  async holdShut(): Promise<void> {
    await this.#lock.lock('person')
  }

  /**
   * The ledger goes on from before some damage. What was taken back or locked since then is not known any more, so that
   * every lease ends and the doors are locked until a person has looked. That holds at once, also where it cannot be
   * written down for now.
   */
  async stateReplaced(): Promise<void> {
    this.#leases.stateReplaced()
    const locked = this.#lock.lock('person')
    const ended = this.#leases.endAll('taken-back')
    await Promise.all([locked, ended])
    await this.#fit()
  }

  /** The clock was set, or time passed in sleep. */
  clockJumped(): void {
    if (this.#started) void this.#fresh.renewAll()
  }

  view(): DoorsView {
    const { ports } = this.#parts.context
    const problem = this.#set.problem
    return {
      locked: this.#lock.locked(),
      ...{ socket: this.#set.socket, remoteSocket: this.#set.remoteSocket, http: this.#set.http },
      problem: problem && { ...problem },
      muted: this.#asks.muted(),
      screenLockTold: ports.wakes.onScreenLock !== null,
      ...this.#store(),
    }
  }

  leaseViews(): LeaseView[] {
    const leases = [...this.#state().leases.values()]
    this.#shown = new Set(leases.map(({ leaseId }) => leaseId))
    return leases.map((lease) => this.#leaseView(lease))
  }

  askViews(): AskView[] {
    return this.#asks.views()
  }

  #state(): ReturnType<ProfileContext['ledger']['state']> {
    return this.#parts.context.ledger.state()
  }

  #store(): Pick<DoorsView, 'store' | 'vaultLocked'> {
    const { vault } = this.#parts.context.ports
    return { store: vault ? 'vault' : 'keychain', vaultLocked: vault?.state() === 'locked' }
  }

  #makeHandlers(): DoorHandlers {
    const settle = <T>(outcome: Outcome<T>): Promise<Outcome<T>> => Promise.resolve(outcome)
    return {
      'doors.lock': () => this.#lock.lock('person'),
      'doors.unlock': () => this.#lock.unlock(),
      'asks.answer': ({ askId, answer, scopes }) => this.#asks.answer(askId, answer, scopes),
      'asks.unmute': ({ programKey }) => settle(this.#asks.unmute(programKey)),
      'leases.give': (wish) => this.#giveInWindow(wish),
      'leases.end': ({ leaseId }) => this.#leases.end(leaseId, 'taken-back'),
      'leases.endAll': () => this.#leases.endAll('taken-back'),
      'leases.undoFile': ({ leaseId }) => this.#inTurn(() => this.#undoFile(leaseId)),
      'adc.look': ({ path }) => this.#adcFiles.look(this.#adcFiles.pathOf(path)),
    }
  }

  #doorSet(): DoorSet {
    const { context, changeSettings } = this.#parts
    const remote = this.#local.keyDemanded
      ? null
      : (request: DoorRequest) => localRoutes(this.#local, request, true)
    const lane = (leaseId: string): Answer =>
      this.#guarded((request) => this.#lane(leaseId, request), metadataRefusal)
    return new DoorSet({
      ...{ context, localKey: this.#local.localKey },
      answerLocal: this.#guarded((request) => localRoutes(this.#local, request, false), errorAnswer),
      answerRemote: remote && this.#guarded(remote, errorAnswer),
      answerHttp: this.#guarded((request) => httpRoutes(this.#httpParts, request), httpRefusal),
      answerLane: (leaseId, request) => lane(leaseId)(request),
      keepPort: (doorPort) => changeSettings({ doorPort }),
      onChange: () => this.#doorsChanged(),
      onLane: (leaseId) => this.#tellLease(leaseId),
    })
  }

  get #httpParts(): Parameters<typeof httpRoutes>[0] {
    return {
      broker: this.#broker,
      programs: this.#parts.context.ports.programs,
      leaseOf: (handle) => this.#state().leases.get(leaseIdOf(handle) ?? '') ?? null,
    }
  }

  #lane(leaseId: string, request: DoorRequest): Promise<DoorAnswer> {
    const folder = this.#state().leases.get(leaseId)?.program?.folder ?? null
    const question = { door: 'metadata', handle: null, leaseId, folder, remote: false } as const
    return metadataRoutes(
      { leaseId, folder, broker: this.#broker, subject: () => this.#broker.subject(question) },
      request,
    )
  }

  #localParts(): LocalParts {
    const { context, about, signIns, watchers, outside } = this.#parts
    return {
      broker: this.#broker,
      programs: context.ports.programs,
      commands: { handlers: () => this.#parts.handlers(), log: context.ports.log },
      watching: {
        ...{ watchers, folder: context.ports.folder },
        ledgerEnd: () => context.ledger.end(),
        snapshot: () => this.#parts.snapshot(),
      },
      localKey: new Secret(context.ports.random.token(32)),
      keyDemanded: about.platform === 'win32',
      askView: (askId) => this.#asks.view(askId),
      status: () => this.#status(),
      remoteStatus: () => ({ protocol, version: about.version, locked: this.#lock.locked() !== null }),
      giveLease: (wish, from) => this.#giveAtSocket(wish, from),
      verifyLedger: () => this.#verifyLedger(),
      linkOf: (flowId) => signIns.link(flowId),
      paste: (flowId, address) => Promise.resolve(signIns.pasteText(flowId, address)),
      owner: outside.ownerRoutes ?? null,
      vault: vaultRoutes(context.ports.vault),
    }
  }

  #status(): object {
    const { about, context, outside } = this.#parts
    const { accounts } = this.#state()
    return {
      ...{ protocol, version: about.version, owner: outside.owner, profile: context.profile },
      locked: this.#lock.locked() !== null,
      ...this.#store(),
      accounts: [...accounts.values()].filter(({ forgotten }) => !forgotten).length,
      leases: this.#leases.live().length,
      asks: this.#asks.views().length,
      http: this.#set.http,
      clockOffsetMs: context.ports.clock.offsetMs(),
      problem: this.#set.problem,
    }
  }

  async #verifyLedger(): Promise<Outcome<object>> {
    const verified = await this.#parts.verifyLedger()
    switch (verified.kind) {
      case 'whole':
        return ok({ ok: true, lines: verified.lines })
      case 'broken': {
        const { line, reason } = verified
        return ok({ ok: false, lines: line - 1, line, reason })
      }
      case 'newer':
        return fail('ledger-newer')
      case 'failed':
        return { ok: false, error: verified.error }
    }
  }

  /** Every request passes here: one that comes while everything closes, and one that meets a fault, is answered too. */
  #guarded(answer: Answer, refuse: Refuse): Answer {
    return async (request) => {
      if (this.#stopping) return refuse(appError('owner-silent'), request)
      try {
        return await answer(request)
      } catch (cause) {
        this.#parts.context.ports.log.error('door-answer-failed', cause, { path: request.path.slice(0, 100) })
        return refuse(appError('internal'), request)
      }
    }
  }

  /** The handle of a lease for `http` goes into the clipboard; that of a file is in the file. */
  async #giveInWindow(wish: LeaseWish): ReturnType<DoorHandlers['leases.give']> {
    const given = await this.#give(wish, { folder: null, program: null })
    if (!given.ok) return given
    const { lease, handle, file, keptAside } = given.value
    if (lease.door === 'http' && handle) this.#parts.context.ports.desktop.copySecret(handle)
    return ok({ leaseId: lease.leaseId, file, keptAside, address: this.#addressOf(lease) })
  }

  async #giveAtSocket(wish: LeaseWish, from: AskedFrom): Promise<Outcome<LeaseAnswer>> {
    const given = await this.#give(wish, from)
    if (!given.ok) return given
    const { lease, handle, file, keptAside } = given.value
    const address = this.#addressOf(lease)
    return ok({ lease: this.#leaseView(lease), handle, address, file, keptAside })
  }

  async #give(wish: LeaseWish, from: AskedFrom): Promise<Outcome<GivenAtDoor>> {
    const { context } = this.#parts
    if (!this.#started || this.#stopping) return fail(context.ledger.readOnly ? 'read-only' : 'door-failed')
    if (this.#lock.locked()) return fail('doors-locked')
    const giving = { context, leases: this.#leases, adcFiles: this.#adcFiles, doors: this.#set }
    const given = await this.#inTurn(async () => {
      const done = await giveLease(giving, wish, from)
      await this.#fitNow()
      return done
    })
    if (given.ok && wish.door === 'gcloud') {
      const written = this.#fresh.written(given.value.lease.leaseId)
      await within(context.ports.timers, firstFileMs, written, () => undefined)
    }
    return given
  }

  #addressOf({ leaseId, door, ended }: LeaseRecord): string | null {
    if (ended !== null) return null
    if (door === 'metadata') return this.#set.lane(leaseId)?.address ?? null
    return door === 'http' || door === 'adc' ? this.#set.http : null
  }

  /** Also of a lease that is over: its file may still lie there. */
  async #undoFile(leaseId: string): Promise<Outcome<null>> {
    const lease = this.#state().leases.get(leaseId)
    if (lease?.door !== 'adc' || lease.file === null) return fail('not-found')
    const ended = await this.#leases.end(leaseId, 'taken-back')
    const undone = await this.#adcFiles.undo(lease.file, lease)
    if (!undone.ok) return undone
    return ended.ok || ended.error.code === 'not-found' ? ok() : ended
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /** Those that come together are one. */
  async #fit(): Promise<void> {
    if (this.#fitting || !this.#started || this.#stopping) return
    this.#fitting = true
    await this.#inTurn(() => {
      this.#fitting = false
      return this.#fitNow()
    })
  }

  async #fitNow(): Promise<void> {
    if (this.#stopping) return
    const live = this.#leases.live()
    // Writing one waits for Google; the doors do not.
    void this.#fresh.fit(this.#filesToKeep())
    await this.#set.fit(live, this.#lately(live))
  }

  /** The leases whose files with tokens lie there. */
  #filesToKeep(): readonly LeaseRecord[] {
    return this.#lock.locked() ? [] : this.#leases.live().filter(({ door }) => door === 'gcloud')
  }

  /** Leases that ended a short while ago, the latest first; where another one has the port by now, it is that one's. */
  #lately(live: readonly LeaseRecord[]): readonly LeaseRecord[] {
    const since = this.#parts.context.now() - toldMs
    const ids = new Set(live.map(({ leaseId }) => leaseId))
    const ports = new Set(live.map(({ port }) => port))
    const ended = [...this.#state().leases.values()].filter(
      (lease) => !ids.has(lease.leaseId) && (lease.ended?.at ?? since) >= since,
    )
    return ended.reverse().filter(({ port }) => {
      const free = port === null || !ports.has(port)
      ports.add(port)
      return free
    })
  }

  #leaseChanged(leaseId: string): void {
    this.#tellLease(leaseId)
    this.#tellGone()
    void this.#fit()
  }

  #lockChanged(): void {
    if (this.#lock.locked()) this.#parts.context.ports.vault?.lock()
    this.#tellDoors()
    void this.#fit()
  }

  /** What the leases over HTTP say of their door changes with it. */
  #doorsChanged(): void {
    const { problems } = this.#parts
    const { problem } = this.#set
    if (problem) problems.report('doors', problem, 'none')
    else problems.resolve('doors')
    this.#tellDoors()
    for (const { leaseId, door } of this.#leases.live())
      if (door === 'http' || door === 'adc') this.#tellLease(leaseId)
  }

  #tellDoors(): void {
    this.#parts.publisher.doors(() => this.view())
  }

  #tellLease(leaseId: string): void {
    this.#shown.add(leaseId)
    this.#parts.publisher.lease(leaseId, () => {
      const lease = this.#state().leases.get(leaseId)
      return lease ? this.#leaseView(lease) : null
    })
  }

  /** Of leases that ended only the latest stay. */
  #tellGone(): void {
    const { leases } = this.#state()
    if (this.#shown.size <= leases.size) return
    for (const leaseId of this.#shown) {
      if (leases.has(leaseId)) continue
      this.#shown.delete(leaseId)
      this.#parts.publisher.lease(leaseId, () => null)
    }
  }

  #leaseView(lease: LeaseRecord): LeaseView {
    const address = lease.door === 'metadata' ? this.#addressOf(lease) : null
    const problem = lease.ended ? null : this.#problemOf(lease)
    const counts = this.#uses.countsOf(lease)
    return leaseView(lease, { state: this.#state(), counts, problem: problem && { ...problem }, address })
  }

  #problemOf({ leaseId, door }: LeaseRecord): AppError | null {
    if (door === 'metadata') return this.#set.lane(leaseId)?.problem ?? null
    if (door === 'gcloud') return this.#fresh.problem(leaseId)
    return door === 'command' || this.#set.http !== null ? null : this.#set.problem
  }
}
