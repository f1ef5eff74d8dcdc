/**
 * One open profile: its ledger, its secrets, its clock, its sign-ins. A separate world; nothing here can reach the
 * other one's. Everything the window may ask of it is in `handlers`.
 */
import type { CommandHandlers } from '../contract/answer.ts'
import type { CommandName } from '../contract/commands.ts'
import type { Outcome } from '../contract/outcome.ts'
import { appError, fail, ok } from '../contract/outcome.ts'
import type { About, ProfileName, SettingsView, Snapshot, StateDelta } from '../contract/views.ts'
import { accountView } from './accounts/account-view.ts'
import { activateAccount, labelAccount } from './accounts/describe-account.ts'
import { forgetAccount, previewForgetAccount, previewRemoveClient, removeClient } from './accounts/removal.ts'
import { SignIns } from './accounts/sign-in/sign-ins.ts'
import { clientView } from './clients/client-view.ts'
import { describeClient } from './clients/describe-client.ts'
import { importClient } from './clients/import-client.ts'
import { importFileAt, importFromClipboard, importPickedFile } from './clients/import-sources.ts'
import type { Issuer } from './clients/issuer.ts'
import { googleIssuer, practiceIssuer } from './clients/issuer.ts'
import type { LatchkeyEvent } from './ledger/events.ts'
import type { Ledger, LedgerOpening, RecordedEvent } from './ledger/ledger.ts'
import { openLedger } from './ledger/ledger.ts'
import type { PracticeServer } from './ports.ts'
import type { ProfileContext, ProfilePorts } from './profile-context.ts'
import { secretServices } from './secrets.ts'
import { browserWithId, pickedBrowser } from './settings/browser-choice.ts'
import type { Settings } from './settings/settings.ts'
import { loadSettings } from './settings/settings.ts'
import { Problems } from './state/problems.ts'
import { Publisher } from './state/publisher.ts'
import { stateFold } from './state/state-fold.ts'
import type { State } from './state/state.ts'
import { nextHealthChange } from './tokens/health.ts'
import { recoverIntents } from './tokens/keep-token.ts'
import { sweepSecrets } from './tokens/sweep.ts'

/** Commands that concern the app as a whole are answered elsewhere. */
type AppCommand = 'app.openProfile' | 'app.openLink'
export function isAppCommand(name: CommandName): name is AppCommand {
  return name === 'app.openProfile' || name === 'app.openLink'
}
export type ProfileHandlers = Omit<CommandHandlers, AppCommand>

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
}

export type ProfileOpening =
  { readonly ok: true; readonly value: Profile } | Extract<Outcome<never>, { readonly ok: false }>

/** The largest delay a timer takes, ms; a later instant is waited for in steps. */
const longestWaitMs = 2 ** 31 - 1

/**
 * Opens a profile: takes its lock, reads its ledger. Nothing here waits for the keychain or the network.
 *
 * Errors: `profile-owned`, `ledger-newer`, `ledger-unreadable`, those of the folder.
 */
export async function openProfile(options: ProfileOptions): Promise<ProfileOpening> {
  const { folder, clock, log } = options.ports
  const lock = await folder.lock()
  if (!lock.ok) return lock
  const settings = await loadSettings(folder, log, options.initialSettings)
  const opening = await openLedger<State, LatchkeyEvent>({
    profile: options.name,
    folder,
    clock,
    fold: stateFold,
    log,
  })
  if (opening.kind === 'newer' || opening.kind === 'failed') {
    await lock.value.release()
    return opening.kind === 'newer' ? fail('ledger-newer') : { ok: false, error: opening.error }
  }
  const profile = new Profile(options, settings, opening.ledger, () => lock.value.release())
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
  readonly #signIns: SignIns
  readonly #context: ProfileContext
  #stopHealthTimer: () => void = () => undefined
  #stopSweepTimer: () => void = () => undefined
  #settled: Promise<void> = Promise.resolve()
  #brokenAt: { readonly line: number; readonly reason: string } | null = null
  #closed = false

  constructor(
    options: ProfileOptions,
    settings: Settings,
    ledger: Ledger<State, LatchkeyEvent>,
    release: () => Promise<void>,
  ) {
    this.name = options.name
    this.#options = options
    this.#settings = settings
    this.#ledger = ledger
    this.#release = release
    this.#publisher = new Publisher((delta) => {
      if (!this.#closed) options.onDelta(delta)
    })
    this.#problems = new Problems((problemId, view) => this.#publisher.problem(problemId, view))
    this.#context = {
      profile: options.name,
      ports: options.ports,
      issuer: this.#issuer(),
      services: secretServices(options.name),
      settings,
      ledger,
      record: (events) => this.#record(events),
      language: () => this.language(),
    }
    this.#signIns = new SignIns(this.#context, (flowId, view) => this.#publisher.flow(flowId, view))
    this.handlers = this.#makeHandlers()
    this.#awaitHealthChange()
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
    this.#stopSweepTimer = this.#options.ports.timers.after(this.#options.sweepAfterMs, () => {
      const { log } = this.#options.ports
      this.#settled
        .then(() => this.#inspect())
        .catch((cause: unknown) => log.error('inspection-failed', cause))
    })
    await this.#settled
  }

  snapshot(): Snapshot {
    const revision = this.#publisher.revision()
    const { practice } = this.#options
    const now = this.#options.ports.clock.now()
    const state = this.#ledger.state()
    const shown = [...state.accounts.values()].filter((account) => !account.forgotten)
    return {
      revision,
      profile: this.name,
      readOnly: this.#ledger.readOnly,
      clockOffsetMs: this.#options.ports.clock.offsetMs(),
      about: this.#options.about,
      settings: this.#settings.current(),
      clients: [...state.clients.values()].map((client) => clientView(client, state)),
      accounts: shown.map((account) => accountView(account, state, now)),
      flows: this.#signIns.views(),
      problems: this.#problems.views(),
      practice: practice ? { issuer: practice.issuer, accounts: [...practice.accounts] } : null,
    }
  }

  /**
   * Cancels every sign-in, writes the snapshot, gives the lock back. Does not wait for the comparison with the
   * keychain, which may take seconds: from here on it records nothing, and the next start does it again.
   */
  async close(): Promise<void> {
    this.#stopHealthTimer()
    this.#stopSweepTimer()
    await this.#signIns.close()
    await this.#settled.catch(() => undefined)
    this.#closed = true
    await this.#ledger.close()
    await this.#release()
    await this.#options.practice?.close()
  }

  #issuer(): Issuer {
    return this.#options.practice ? practiceIssuer(this.#options.practice.issuer) : googleIssuer
  }

  async #record(events: readonly LatchkeyEvent[]): Promise<Outcome<readonly RecordedEvent<LatchkeyEvent>[]>> {
    if (this.#closed) return fail('internal')
    const before = this.#ledger.state().activeAccountId
    const recorded = await this.#ledger.append(events)
    if (!recorded.ok) return recorded
    for (const event of events) this.#touch(event)
    const after = this.#ledger.state().activeAccountId
    if (before !== after)
      for (const accountId of [before, after]) if (accountId !== null) this.#touchAccount(accountId)
    this.#awaitHealthChange()
    return recorded
  }

  /** A fact about a client can change the rows of all its accounts, and the other way round. */
  #touch(event: LatchkeyEvent): void {
    const data = event.data as { accountId?: string | null; clientId?: string; tokenId?: string }
    const state = this.#ledger.state()
    const owner = data.accountId ?? state.ownerOf.get(data.tokenId ?? '')
    if (owner !== undefined) this.#touchAccount(owner)
    if (data.clientId !== undefined) this.#touchClient(data.clientId)
    if (event.type === 'client.added' || event.type === 'client.removed')
      this.#touchAccountsUnder(event.data.clientId)
    if (event.type === 'client.secretReplaced') this.#problems.resolve(`missing ${event.data.clientId}`)
    if (event.type === 'token.forgotten' || event.type === 'token.secretFound') {
      this.#problems.resolve(`missing ${event.data.tokenId}`)
    }
  }

  #touchAccount(accountId: string): void {
    const state = this.#ledger.state()
    const account = state.accounts.get(accountId)
    if (!account) return
    const now = (): number => this.#options.ports.clock.now()
    this.#publisher.account(accountId, () => (account.forgotten ? null : accountView(account, state, now())))
    for (const { clientId } of account.tokens) this.#touchClient(clientId)
  }

  #touchClient(clientId: string): void {
    const state = this.#ledger.state()
    this.#publisher.client(clientId, () => {
      const client = state.clients.get(clientId)
      return client ? clientView(client, state) : null
    })
  }

  #touchAccountsUnder(clientId: string): void {
    for (const account of this.#ledger.state().accounts.values()) {
      if (account.tokens.some((token) => token.clientId === clientId)) this.#touchAccount(account.accountId)
    }
  }

  #awaitHealthChange(): void {
    this.#stopHealthTimer()
    const { clock, timers } = this.#options.ports
    const now = clock.now()
    const next = nextHealthChange(this.#ledger.state(), now)
    if (next === null) return
    this.#stopHealthTimer = timers.after(Math.min(next - now + 1, longestWaitMs), () => {
      this.#touchAllAccounts()
      this.#awaitHealthChange()
    })
  }

  #touchAllAccounts(): void {
    for (const accountId of this.#ledger.state().accounts.keys()) this.#touchAccount(accountId)
  }

  async #settle(): Promise<void> {
    if (!this.#ledger.readOnly) await recoverIntents(this.#context)
    if (this.#options.practice) await this.#preparePractice(this.#options.practice)
  }

  async #preparePractice(practice: PracticeServer): Promise<void> {
    if (this.#ledger.state().clients.size > 0 || this.#ledger.readOnly) return
    const file = await practice.clientFile()
    const imported = file.ok
      ? await importClient(this.#context, Buffer.from(file.value), { acceptUncheckedSecret: false })
      : file
    if (!imported.ok) this.#problems.report('practice-client', imported.error, 'none')
  }

  async #inspect(): Promise<void> {
    if (this.#closed || this.#ledger.readOnly) return
    const verified = await this.#ledger.verify()
    if (verified.kind === 'broken') {
      this.#reportBroken(verified.line, verified.reason)
      this.#publisher.readOnly(true)
      return
    }
    if (!this.#signIns.anyRunning) await sweepSecrets(this.#context, this.#problems)
  }

  #reportBroken(line: number, reason: string): void {
    this.#brokenAt = { line, reason }
    this.#problems.report('ledger', appError('ledger-broken', { line, reason }), 'continue-ledger')
  }
  #makeHandlers(): ProfileHandlers {
    const context = this.#context
    const state = (): State => this.#ledger.state()
    const signIns = this.#signIns
    const settle = async <T>(outcome: Outcome<T>): Promise<Outcome<T>> => Promise.resolve(outcome)
    return {
      'app.snapshot': () => settle(ok(this.snapshot())),
      'clients.pickFile': (params) => importPickedFile(context, params),
      'clients.importFile': ({ path, ...params }) => importFileAt(context, path, params),
      'clients.importClipboard': (params) => importFromClipboard(context, params),
      'clients.update': (params) => describeClient(context, params),
      'clients.previewRemoval': ({ clientId }) => settle(previewRemoveClient(state(), clientId)),
      'clients.remove': ({ clientId, tokens }) => removeClient(context, clientId, tokens),
      'signIn.start': (params) => settle(this.#startSignIn(params)),
      'signIn.openAgain': ({ flowId }) => settle(signIns.openAgain(flowId)),
      'signIn.copyLink': ({ flowId }) => settle(signIns.copyLink(flowId)),
      'signIn.cancel': ({ flowId }) => settle(signIns.cancel(flowId)),
      'signIn.chooseAccount': ({ flowId, keep }) => settle(signIns.chooseAccount(flowId, keep)),
      'signIn.dismiss': ({ flowId }) => settle(signIns.dismiss(flowId)),
      'accounts.update': ({ accountId, label }) => labelAccount(context, accountId, label),
      'accounts.activate': ({ accountId }) => activateAccount(context, accountId),
      'accounts.previewForget': ({ accountId }) => settle(previewForgetAccount(state(), accountId)),
      'accounts.forget': ({ accountId, tokens }) => forgetAccount(context, accountId, tokens),
      'settings.update': (params) => this.#changeSettings(params),
      'settings.listBrowsers': () => this.#listBrowsers(),
      'settings.chooseBrowser': ({ browserId }) => this.#chooseBrowser(browserId),
      'settings.pickBrowser': () => this.#pickBrowser(),
      'practice.moveClock': ({ byMs }) => this.#setClockOffset(context.ports.clock.offsetMs() + byMs),
      'practice.setClock': ({ at }) =>
        this.#setClockOffset(context.ports.clock.offsetMs() + at - context.ports.clock.now()),
      'ledger.continueFromLastGood': () => this.#continueLedger(),
      'problems.dismiss': ({ problemId }) =>
        settle(this.#problems.dismiss(problemId) ? ok() : fail('not-found')),
      'problems.removeOrphan': ({ problemId }) => this.#removeOrphan(problemId),
    }
  }

  #startSignIn(params: Parameters<SignIns['start']>[0]): Outcome<{ flowId: string }> {
    const { about } = this.#options
    if (this.name === 'real' && !about.realSignInAllowed)
      return fail('runtime-too-old', { version: about.electron })
    return this.#signIns.start(params)
  }

  async #changeSettings(change: Partial<SettingsView>): Promise<Outcome<null>> {
    const changed = await this.#settings.change(change)
    if (!changed.ok) return changed
    this.#options.onSettings(this.#settings.current())
    this.#publisher.settings(this.#settings.current())
    return changed
  }

  async #listBrowsers(): ReturnType<ProfileHandlers['settings.listBrowsers']> {
    const browsers = await this.#context.ports.browser.installed()
    return ok(browsers.map(({ id, name }) => ({ browserId: id, name })))
  }

  async #chooseBrowser(browserId: string | null): Promise<Outcome<null>> {
    const browser = await browserWithId(this.#context.ports.browser, browserId)
    return browser.ok ? this.#changeSettings({ browser: browser.value }) : browser
  }

  async #pickBrowser(): Promise<Outcome<null>> {
    const browser = await pickedBrowser(this.#context.ports.desktop)
    return browser ? this.#changeSettings({ browser }) : ok()
  }

  async #setClockOffset(offsetMs: number): Promise<Outcome<null>> {
    const { practice, ports } = this.#options
    if (!practice) return fail('practice-only')
    const before = ports.clock.offsetMs()
    const moved = await practice.setClockOffset(offsetMs)
    if (!moved.ok) return moved
    this.#publisher.clockOffset(offsetMs)
    this.#signIns.shiftTimes(offsetMs - before)
    this.#touchAllAccounts()
    this.#awaitHealthChange()
    return ok()
  }

  async #continueLedger(): Promise<Outcome<null>> {
    if (!this.#ledger.readOnly) return fail('not-found')
    const continued = await this.#ledger.continueFromLastGood()
    if (!continued.ok) return continued
    this.#problems.resolve('ledger')
    if (this.#brokenAt) await this.#record([{ type: 'ledger.continued', data: this.#brokenAt }])
    this.#options.onReset()
    await this.#settle()
    return ok()
  }

  async #removeOrphan(problemId: string): Promise<Outcome<null>> {
    const orphan = this.#problems.orphan(problemId)
    if (!orphan) return fail('not-found')
    const recorded = await this.#record([{ type: 'orphan.removed', data: { ...orphan } }])
    if (!recorded.ok) return recorded
    const deleted = await this.#context.ports.secretStore.delete(orphan.service, orphan.account)
    if (!deleted.ok) return deleted
    this.#problems.remove(problemId)
    return ok()
  }
}
