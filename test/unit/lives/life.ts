/** One life: the app over fakes, Google by `google-rules.ts`, and everything that people and machines do. */
import type { CommandName, CommandParams, CommandResult } from '../../../electron/contract/commands.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import type { FlowStep, Snapshot, StateDelta } from '../../../electron/contract/views.ts'
import { accountIdOf } from '../../../electron/core/accounts/identity.ts'
import type { ProfilePorts } from '../../../electron/core/profile-context.ts'
import type { Profile } from '../../../electron/core/profile.ts'
import { openProfile } from '../../../electron/core/profile.ts'
import { installedFile } from '../../support/client-files.ts'
import { fakeBrowser } from '../../support/fake-browser.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { fakeDesktop } from '../../support/fake-desktop.ts'
import { fakeKeyFiles } from '../../support/fake-key-files.ts'
import { fakeDoorListener } from '../../support/fake-door-listener.ts'
import { fakeForeignFiles } from '../../support/fake-foreign-files.ts'
import { fakePrograms } from '../../support/fake-programs.ts'
import { fakeFolders } from '../../support/fake-folders.ts'
import { fakeLog } from '../../support/fake-log.ts'
import { fakeLoopbackListener } from '../../support/fake-loopback-listener.ts'
import { fakeProfileFolder } from '../../support/fake-profile-folder.ts'
import { fakeRandom } from '../../support/fake-random.ts'
import { fakeSecretStore } from '../../support/fake-secret-store.ts'
import { fakeTimers } from '../../support/fake-timers.ts'
import { fakeWakes } from '../../support/fake-wakes.ts'
import type { Product, RuledClient, RuledPerson } from '../../support/google-rules.ts'
import { GoogleRules, minuteMs, scopesOf } from '../../support/google-rules.ts'
import type { RuledGoogle } from '../../support/ruled-google.ts'
import { ruledGoogle, secretMark } from '../../support/ruled-google.ts'
import type { Plan, Step } from './life-steps.ts'
import type { MortalPorts } from './mortal-ports.ts'
import { mortalPorts } from './mortal-ports.ts'

/** One start of the app, until it is closed or killed. */
interface Run {
  readonly profile: Profile
  readonly mortal: MortalPorts
  readonly flows: Map<string, FlowStep>
}

type AskedCommand = Exclude<CommandName, 'app.openProfile' | 'app.openLink'>
export type StepOf<D extends Step['do']> = Extract<Step, { do: D }>

export class Life {
  readonly rules: GoogleRules
  readonly people: readonly RuledPerson[]
  readonly clients: readonly RuledClient[]
  readonly clock = fakeClock()
  readonly timers = fakeTimers(this.clock)
  readonly folder = fakeProfileFolder()
  readonly secretStore = fakeSecretStore()
  readonly log = fakeLog()
  readonly sent: StateDelta[] = []
  /** Clients whose publishing status the person has said, rightly at that time. */
  readonly declared = new Map<RuledClient, 'testing' | 'production'>()
  google!: RuledGoogle
  keychainLocked = false
  /** Every outcome of a command asked in the step that runs. */
  outcome: Outcome<unknown> | null = null
  readonly #browser = fakeBrowser()
  readonly #desktop = fakeDesktop()
  readonly #listener = fakeLoopbackListener()
  readonly #wakes = fakeWakes()
  readonly #random = fakeRandom('life')
  #aheadMs = 0
  #run: Run | null = null

  private constructor(plan: Plan) {
    this.rules = new GoogleRules(plan.publishingLifts)
    const domains = ['gmail.test', 'northwind.test', 'northwind.test']
    this.people = domains.map((domain, index) => ({
      sub: `10000000000000000000${String(index)}`,
      email: `person${String(index)}@${domain}`,
      ...(index === 0 ? {} : { hd: domain }),
      ...{ deleted: false, sessionHours: null, sessionSince: 0, restricted: new Set<Product>() },
    }))
    const projects = ['123456789012', '123456789012', '210987654321']
    this.clients = projects.map((project, index) => ({
      clientId: `${project}-life${String(index)}abcdefghij0123456789abcdefghij.apps.googleusercontent.com`,
      secret: `GOCSPX${secretMark}${String(index)}`,
      project,
      testing: plan.testing[project === projects[0] ? 0 : 1] ?? false,
      ...{ deletedAt: null, lastUsedAt: this.clock.now() },
      rotation: plan.rotation[index] ?? 'none',
    }))
  }

  static async begin(plan: Plan): Promise<Life> {
    const life = new Life(plan)
    const { rules, clients, timers } = life
    life.google = await ruledGoogle({ rules, clients, timers, now: () => life.now })
    await life.#open()
    for (const client of clients) {
      const file = {
        client_id: client.clientId,
        client_secret: client.secret,
        project_id: `p-${client.project}`,
      }
      life.#desktop.clipboard = installedFile(file)
      await life.ask('clients.importClipboard', { acceptUncheckedSecret: false })
    }
    return life
  }

  /** Google's time, ms. */
  get now(): number {
    return this.clock.now() - this.#aheadMs
  }

  /** How far this machine's clock is ahead of Google's, ms. */
  get aheadMs(): number {
    return this.#aheadMs
  }

  get running(): boolean {
    return this.#run !== null
  }

  get spinning(): boolean {
    return this.#run?.mortal.spinning ?? false
  }

  snapshot(): Snapshot {
    return this.#alive().profile.snapshot()
  }

  accountId(person: RuledPerson): string {
    return accountIdOf('https://accounts.google.com', person.sub)
  }

  /** What one step does. Steps that make no sense now do nothing. */
  async take(step: Step): Promise<void> {
    this.outcome = null
    await this.timers.live(stepMs)
    if (!(await this.#use(step)) && !(await this.#letTimePass(step))) await this.#happen(step)
    await this.settle()
  }

  /** Asks and waits; null when the process died over it. */
  async ask<N extends AskedCommand>(
    name: N,
    params: CommandParams<N>,
  ): Promise<Outcome<CommandResult<N>> | null> {
    const { profile, mortal } = this.#alive()
    const handler = profile.handlers[name] as (given: unknown) => Promise<Outcome<CommandResult<N>>>
    let answer: Outcome<CommandResult<N>> | null = null
    void handler(params).then((outcome) => {
      answer = outcome
    })
    await this.#until(name, () => answer !== null || mortal.dead)
    if (mortal.dead) return null
    this.outcome = answer
    return answer
  }

  async pass(ms: number): Promise<void> {
    await this.timers.live(ms)
    await this.settle()
  }

  /** Until nothing moves any more by itself. */
  async settle(): Promise<void> {
    for (let quiet = 0, calls = -1; quiet < 3; quiet += 1) {
      await turn()
      const now = this.#run?.mortal.calls ?? 0
      if (now !== calls) quiet = 0
      calls = now
    }
  }

  async close(): Promise<void> {
    const { profile } = this.#alive()
    let closed = false
    void profile.close().then(() => {
      closed = true
    })
    await this.#until('close', () => closed)
    this.#run = null
  }

  async rightTheClock(): Promise<void> {
    this.clock.set(this.now)
    this.#aheadMs = 0
    await this.pass(20 * minuteMs)
  }

  async #open(): Promise<void> {
    const outside: ProfilePorts = {
      ...{ folder: this.folder, clock: this.clock, timers: this.timers, secretStore: this.secretStore },
      ...{ http: this.google, listener: this.#listener, browser: this.#browser, desktop: this.#desktop },
      ...{
        folders: fakeFolders(),
        keyFiles: fakeKeyFiles(this.#desktop.files),
        random: this.#random,
        wakes: this.#wakes,
        vault: null,
        doors: fakeDoorListener(),
        programs: fakePrograms(),
        foreignFiles: fakeForeignFiles(),
        log: this.log,
      },
    }
    const mortal = mortalPorts(outside, () => this.keychainLocked)
    const flows = new Map<string, FlowStep>()
    const opened = await openProfile({
      name: 'real',
      ports: mortal.ports,
      practice: null,
      about,
      systemLanguage: () => 'en',
      onSettings: () => undefined,
      onDelta: (delta) => {
        if (mortal.dead) return
        this.sent.push(delta)
        for (const flow of delta.flows?.upsert ?? []) flows.set(flow.flowId, flow.step)
      },
      onReset: () => undefined,
      sweepAfterMs: 10_000,
    })
    if (!opened.ok) throw new Error(`the profile does not open: ${opened.error.code}`)
    this.#run = { profile: opened.value, mortal, flows }
    void opened.value.start()
    await this.settle()
  }

  async #restart(snapshotLost: boolean): Promise<void> {
    if (snapshotLost) this.folder.files.delete('ledger-snapshot.json')
    await this.#open()
  }

  /** What the person does with the app; answers false for other steps. */
  async #use(step: Step): Promise<boolean> {
    switch (step.do) {
      case 'sign-in':
        await this.#signIn(step.person, step.client, step.products, step.lastsMs)
        return true
      case 'check':
        await this.#check(step.person)
        return true
      case 'copy': {
        const clientId = this.client(step.client).clientId
        await this.ask('accounts.copyAccessToken', {
          accountId: this.accountId(this.person(step.person)),
          clientId,
        })
        return true
      }
      case 'declare':
        await this.#declare(this.client(step.client), step.known)
        return true
      case 'dismiss':
      case 'correct': {
        const dead = this.#deadTokens(step.person)
        if (dead === undefined) return true
        if (step.do === 'dismiss') await this.ask('tokens.dismiss', { tokenId: dead })
        else await this.ask('tokens.correctCause', { tokenId: dead, cause: step.cause })
        return true
      }
      case 'forget': {
        const accountId = this.accountId(this.person(step.person))
        const preview = await this.ask('accounts.previewForget', { accountId })
        if (preview?.ok === true)
          await this.ask('accounts.forget', { accountId, tokens: preview.value.tokens })
        return true
      }
      case 'retire':
        await this.ask('clients.update', {
          clientId: this.client(step.client).clientId,
          retired: step.retired,
        })
        return true
      case 'check-every':
        await this.ask('settings.update', { checkEvery: step.every })
        return true
      case 'network-returns':
        await this.ask('app.networkReturned', {})
        return true
      default:
        return false
    }
  }

  async #letTimePass(step: Step): Promise<boolean> {
    switch (step.do) {
      case 'pass':
        await this.pass(step.ms)
        return true
      case 'sleep':
        if (step.elapses) this.clock.advance(step.ms)
        else this.clock.set(this.clock.now() + step.ms)
        this.#wakes.resume()
        await this.pass(minuteMs)
        return true
      case 'away':
        await this.close()
        this.clock.advance(step.ms)
        await this.#restart(step.snapshotLost)
        return true
      case 'crash':
        await this.#crash(step)
        return true
      case 'set-clock':
        this.clock.set(this.clock.now() + step.byMs)
        this.#aheadMs += step.byMs
        return true
      case 'right-clock':
        await this.rightTheClock()
        return true
      default:
        return false
    }
  }

  /** What happens at Google, on the way there, and to the keychain. */
  async #happen(step: Step): Promise<void> {
    const { rules, google, now } = this
    switch (step.do) {
      case 'network':
        google.fail(step.fault, step.count)
        return
      case 'lock-keychain':
      case 'unlock-keychain':
        this.keychainLocked = step.do === 'lock-keychain'
        return
      case 'password':
        rules.changePassword(this.person(step.person), now)
        return
      case 'revoke':
        rules.revoke(this.person(step.person), this.client(step.client).project, now)
        return
      case 'delete-account':
        rules.deleteAccount(this.person(step.person), now)
        return
      case 'session':
        for (const person of this.#workspace())
          Object.assign(person, { sessionHours: step.hours, sessionSince: now })
        return
      case 'restrict':
        for (const person of this.#workspace()) person.restricted.add(step.product)
        return
      case 'lift':
        for (const person of this.#workspace()) person.restricted.clear()
        return
      case 'delete-client':
        rules.deleteClient(this.client(step.client), now)
        return
      case 'restore-client':
        rules.restoreClient(this.client(step.client), now)
        return
      case 'publish':
        rules.publish(this.clients, this.client(step.client).project, step.testing, now)
        return
      case 'mint-elsewhere': {
        const person = this.person(step.person)
        if (!person.deleted)
          google.mintElsewhere(person, this.client(step.client), identityScopes, step.count)
        return
      }
      default:
        throw new Error(`nobody takes the step ${step.do}`)
    }
  }

  person(index: number): RuledPerson {
    return this.people[index] as RuledPerson
  }

  client(index: number): RuledClient {
    return this.clients[index] as RuledClient
  }

  async #signIn(
    who: number,
    under: number,
    products: readonly Product[],
    lastsMs: number | null,
  ): Promise<void> {
    const person = this.person(who)
    const client = this.client(under)
    // Google's own page says no; the app never hears of it.
    const barred = person.deleted || products.some((product) => person.restricted.has(product))
    this.rules.deleteIdleClients(this.clients, this.now)
    if (barred || client.deletedAt !== null) return
    const { mortal, flows } = this.#alive()
    const accountId = this.accountId(person)
    const known = this.snapshot().accounts.some((account) => account.accountId === accountId)
    const scopes = products.flatMap((product) => [...scopesOf[product]])
    const params = { clientId: client.clientId, scopes, accountId: known ? accountId : null }
    if (known) await this.ask('signIn.preview', { ...params, accountId })
    const started = await this.ask('signIn.start', params)
    if (started?.ok !== true) return
    const { flowId } = started.value
    const step = (): FlowStep['kind'] | undefined => flows.get(flowId)?.kind
    const ended = (): boolean => step() === 'done' || step() === 'failed' || mortal.dead
    await this.#until('sign-in', () => step() === 'waiting' || ended())
    if (ended()) return
    const url = this.#browser.opened[this.#browser.opened.length - 1]?.url ?? ''
    const redirectUri = new URL(url).searchParams.get('redirect_uri') ?? ''
    void this.#listener.call(redirectUri, this.google.consent(url, person, lastsMs))
    await this.#until('sign-in', ended)
    if (!mortal.dead) await this.ask('signIn.dismiss', { flowId })
  }

  async #check(who: number): Promise<void> {
    const checked = await this.ask('accounts.check', { accountId: this.accountId(this.person(who)) })
    await this.settle()
    this.outcome = checked
  }

  async #declare(client: RuledClient, known: boolean): Promise<void> {
    const publishing = !known ? 'unknown' : client.testing ? 'testing' : 'production'
    const told = await this.ask('clients.update', { clientId: client.clientId, publishing })
    if (told?.ok !== true) return
    if (publishing === 'unknown') this.declared.delete(client)
    else this.declared.set(client, publishing)
  }

  #deadTokens(who: number): string | undefined {
    const account = this.snapshot().accounts.find(
      ({ accountId }) => accountId === this.accountId(this.person(who)),
    )
    const tokens = account?.grants.flatMap((grant) => grant.tokens) ?? []
    return tokens.find(({ standing }) => standing === 'dead')?.tokenId
  }

  async #crash(step: StepOf<'crash'>): Promise<void> {
    const { mortal } = this.#alive()
    mortal.dieIn(step.spared, step.when)
    if (step.during === 'check') await this.#check(step.person)
    if (step.during === 'sign-in') await this.#signIn(step.person, step.client, ['drive'], null)
    if (step.during === 'pass' || !mortal.dead) await this.pass(5 * minuteMs)
    mortal.kill()
    await this.settle()
    this.folder.ownElsewhere(false)
    await this.#restart(false)
  }

  #workspace(): readonly RuledPerson[] {
    return this.people.filter(({ hd }) => hd !== undefined)
  }

  #alive(): Run {
    if (!this.#run) throw new Error('the app is closed')
    return this.#run
  }

  /** Lets everything run, and time pass where somebody waits for it. */
  async #until(what: string, done: () => boolean): Promise<void> {
    const since = performance.now()
    while (!done()) {
      await turn()
      if (!done() && this.google.slowOnes > 0) await this.timers.live(1000)
      if (performance.now() - since > patienceMs) throw new Error(`${what} never ends`)
    }
  }
}

/** Nothing happens at the very same time as something else, ms. */
const stepMs = 3000
/** Real time, ms: signatures are made beside the event loop, on a machine that may be busy. */
const patienceMs = 5000

const identityScopes = ['openid', 'https://www.googleapis.com/auth/userinfo.email']

const about = {
  version: '0.0.0',
  electron: '45.0.0',
  chromium: '156.0.0.0',
  platform: 'linux',
  realSignInAllowed: true,
  dataFolder: '/profile',
} as const

/** One turn of the event loop: every promise that could settle has. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
