import type { Bridge } from '../../electron/contract/bridge.ts'
import type { CommandParams, LinkName } from '../../electron/contract/commands.ts'
import type { Inspection } from '../../electron/contract/inspection.ts'
import type { ClientAuthentication, ClientKind } from '../../electron/contract/kinds.ts'
import { abilitiesOf } from '../../electron/contract/kinds.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import type { BlastRadius, GrantName } from '../../electron/contract/revocation.ts'
import type {
  CauseKind,
  GrantView,
  LifeView,
  ProfileName,
  Publishing,
  RemovalPreview,
  SignInPreview,
  UserType,
} from '../../electron/contract/views.ts'
import type { DeclarationEffect, FolderLook, WhoView } from '../../electron/contract/who.ts'
import { isScope, withIdentity } from '../features/sign-in/scope-names.ts'
import type { SignInChoice } from '../features/sign-in/sign-in-choice.ts'
import { m } from '../messages/generated/messages.js'
import { exactTime } from '../ui/exact-instant.ts'
import { locale } from './locale.svelte.ts'
import type { Navigation } from './navigation.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

export interface ClientChange {
  readonly label?: string
  readonly publishing?: Publishing
  readonly userType?: UserType
  readonly retired?: boolean
  readonly keepAlive?: boolean
  readonly type?: ClientKind
  readonly authentication?: ClientAuthentication
}

/** Google can have granted what nobody can ask for, in form or length; that is left to the token that has it. */
function askable(scopes: readonly string[]): string[] {
  return withIdentity(scopes.filter(isScope))
}

/** What actions are made of, for those of pages that come after the first picture. */
export interface ActionTools {
  readonly bridge: Bridge
  /** Waits for an answer; shows what went wrong. Answers the value, or null after an error. */
  readonly told: <T>(answer: Promise<Outcome<T>>) => Promise<{ readonly value: T } | null>
  /** A short-lived token went into the clipboard: says until when it works. */
  readonly copied: (answer: Promise<Outcome<{ readonly expiresAt: number }>>) => Promise<void>
  readonly done: (text: () => string) => void
}

/** What a person can do. Every screen and the palette call these; errors are shown here, once. */
export class Actions {
  readonly tools: ActionTools
  readonly #bridge: Bridge
  readonly #toasts: Toasts
  readonly #navigation: Navigation

  constructor(bridge: Bridge, toasts: Toasts, navigation: Navigation) {
    this.#bridge = bridge
    this.#toasts = toasts
    this.#navigation = navigation
    this.tools = {
      bridge,
      told: (answer) => this.#told(answer),
      copied: (answer) => this.#copied(answer),
      done: (text) => toasts.done(text),
    }
  }

  /** Waits for an answer; shows what went wrong. Answers the value, or null after an error. */
  async #told<T>(answer: Promise<Outcome<T>>): Promise<{ readonly value: T } | null> {
    const outcome = await answer
    if (outcome.ok) return { value: outcome.value }
    this.#toasts.error(outcome.error)
    return null
  }

  /** A short-lived token went into the clipboard: says until when it works. */
  async #copied(answer: Promise<Outcome<{ readonly expiresAt: number }>>): Promise<void> {
    const copied = await this.#told(answer)
    if (!copied) return
    const { expiresAt } = copied.value
    this.#toasts.done(() => m.access_token_copied({ time: exactTime(expiresAt, locale()) }))
  }

  openProfile = async (profile: ProfileName): Promise<void> => {
    this.#navigation.go({ page: 'accounts', accountId: null })
    await this.#told(this.#bridge.app.openProfile({ profile }))
  }

  openLink = async (link: LinkName): Promise<void> => {
    await this.#told(this.#bridge.app.openLink({ link }))
  }

  /** Text that stands in the window, into the clipboard. */
  copyText = async (text: string): Promise<void> => {
    if (await this.#told(this.#bridge.app.copyText({ text }))) this.#toasts.done(() => m.copied())
  }

  /** Told by the window alone, so nothing is shown when it does not help. */
  networkReturned = async (): Promise<void> => {
    await this.#bridge.app.networkReturned({})
  }

  updateClient = async (clientId: string, change: ClientChange): Promise<void> => {
    await this.#told(this.#bridge.clients.update({ clientId, ...change }))
  }

  previewClientRemoval = async (clientId: string): Promise<RemovalPreview | null> =>
    (await this.#told(this.#bridge.clients.previewRemoval({ clientId })))?.value ?? null

  /** `tokens` is the number shown; answers false when it is another one by now, so that it is shown again. */
  removeClient = async (clientId: string, tokens: number): Promise<boolean> => {
    if (!(await this.#told(this.#bridge.clients.remove({ clientId, tokens })))) return false
    this.#navigation.go({ page: 'clients', clientId: null })
    this.#toasts.done(() => m.client_removed())
    return true
  }

  /** What a sign-in would cost. Asked while the person still chooses, so a refusal is not worth a word: null. */
  previewSignIn = async (
    clientId: string,
    scopes: readonly string[],
    accountId: string,
    add = false,
  ): Promise<SignInPreview | null> => {
    const wanted = { clientId, scopes: askable(scopes), accountId }
    const outcome = await this.#bridge.signIn.preview(add ? { ...wanted, add } : wanted)
    return outcome.ok ? outcome.value : null
  }

  startSignIn = async (
    clientId: string,
    scopes: readonly string[],
    accountId: string | null,
    choice: SignInChoice = {},
  ): Promise<boolean> => {
    const wanted = { clientId, scopes: askable(scopes), accountId, ...choice }
    const started = await this.#told(this.#bridge.signIn.start(wanted))
    if (started) this.#navigation.go({ page: 'flow', flowId: started.value.flowId })
    return started !== null
  }

  /**
   * The same account, client and scopes once more. Where a token that works would do, or one more is one too
   * many, the page that says so comes first.
   */
  signInAgain = async (
    accountId: string,
    { clientId, granted }: Pick<GrantView, 'clientId' | 'granted'>,
  ): Promise<void> => {
    const cost = await this.previewSignIn(clientId, granted, accountId)
    if (cost && (cost.reuse || cost.level !== 'none'))
      this.#navigation.go({ page: 'sign-in', accountId, clientId, scopes: granted })
    else await this.startSignIn(clientId, granted, accountId)
  }

  /** Access without a refresh token once more, for another hour. */
  repeatAccess = async (
    accountId: string,
    { clientId, access }: Pick<GrantView, 'clientId' | 'access'>,
  ): Promise<void> => {
    const [way] = abilitiesOf['client-side'].ways
    if (access && way) await this.startSignIn(clientId, access.granted, accountId, { way })
  }

  openBrowserAgain = async (flowId: string): Promise<void> => {
    await this.#told(this.#bridge.signIn.openAgain({ flowId }))
  }

  copyLink = async (flowId: string): Promise<void> => {
    if (await this.#told(this.#bridge.signIn.copyLink({ flowId }))) this.#toasts.done(() => m.link_copied())
  }

  /** Main takes the address from the clipboard; why it was not taken is shown where it was pasted. */
  pasteAnswer = (flowId: string): Promise<Outcome<null>> => this.#bridge.signIn.paste({ flowId })

  cancelSignIn = async (flowId: string): Promise<void> => {
    await this.#told(this.#bridge.signIn.cancel({ flowId }))
  }

  chooseAccount = async (flowId: string, keep: boolean): Promise<void> => {
    await this.#told(this.#bridge.signIn.chooseAccount({ flowId, keep }))
  }

  dismissFlow = async (flowId: string): Promise<void> => {
    await this.#told(this.#bridge.signIn.dismiss({ flowId }))
  }

  labelAccount = async (accountId: string, label: string): Promise<void> => {
    await this.#told(
      this.#bridge.accounts.update({ accountId, label: label.trim() === '' ? null : label.trim() }),
    )
  }

  activate = async (accountId: string): Promise<void> => {
    await this.#told(this.#bridge.accounts.activate({ accountId }))
  }

  previewForget = async (accountId: string): Promise<RemovalPreview | null> =>
    (await this.#told(this.#bridge.accounts.previewForget({ accountId })))?.value ?? null

  /** See `removeClient` for what was seen and the answer. */
  forgetAccount = async (accountId: string, seen: { tokens: number; keys?: number }): Promise<boolean> => {
    if (!(await this.#told(this.#bridge.accounts.forget({ accountId, ...seen })))) return false
    this.#navigation.go({ page: 'accounts', accountId: null })
    this.#toasts.done(() => m.account_forgotten())
    return true
  }

  /** Null lets the active account count under this client too. */
  setActiveFor = async (clientId: string, accountId: string | null): Promise<void> => {
    await this.#told(this.#bridge.clients.setActive({ clientId, accountId }))
  }

  manageAtGoogle = async (accountId: string): Promise<void> => {
    await this.#told(this.#bridge.accounts.manageAtGoogle({ accountId }))
  }

  previewForgetGrant = async (grant: GrantName): Promise<RemovalPreview | null> =>
    (await this.#told(this.#bridge.grants.previewForget({ ...grant })))?.value ?? null

  /** See `removeClient` for `tokens` and the answer. */
  forgetGrant = async (grant: GrantName, tokens: number): Promise<boolean> => {
    if (!(await this.#told(this.#bridge.grants.forget({ ...grant, tokens })))) return false
    this.#toasts.done(() => m.grant_forgotten())
    return true
  }

  /** What Google says of an access token, or why it said nothing: shown where it was asked. */
  inspectGrant = (grant: GrantName): Promise<Outcome<Inspection>> => this.#bridge.grants.inspect({ ...grant })

  previewRevocation = async (grants: readonly GrantName[]): Promise<BlastRadius | null> =>
    (await this.#told(this.#bridge.revocation.preview({ grants: [...grants] })))?.value ?? null

  /** Answers the id of what has begun, or why it has not: shown where it was asked. */
  startRevocation = async (
    grants: readonly GrantName[],
    tokens: number,
    confirmation: string | null,
  ): Promise<Outcome<{ revocationId: string }>> =>
    this.#bridge.revocation.start({ grants: [...grants], tokens, confirmation })

  retryRevocation = async (revocationId: string): Promise<void> => {
    await this.#told(this.#bridge.revocation.retry({ revocationId }))
  }

  dismissRevocation = async (revocationId: string): Promise<void> => {
    await this.#told(this.#bridge.revocation.dismiss({ revocationId }))
  }

  /** No door answers until they are unlocked. */
  lockDoors = async (): Promise<void> => {
    await this.#told(this.#bridge.doors.lock({}))
  }

  unlockDoors = async (): Promise<void> => {
    await this.#told(this.#bridge.doors.unlock({}))
  }

  askWho = (question: CommandParams<'who.ask'>): Promise<Outcome<WhoView>> => this.#bridge.who.ask(question)

  /** Null when the person closed the dialog. */
  pickFolder = async (): Promise<string | null> =>
    (await this.#told(this.#bridge.folders.pick({})))?.value ?? null

  addFolderRule = async (rule: CommandParams<'folders.addRule'>): Promise<boolean> =>
    (await this.#told(this.#bridge.folders.addRule(rule))) !== null

  changeFolderRule = async (change: CommandParams<'folders.changeRule'>): Promise<boolean> =>
    (await this.#told(this.#bridge.folders.changeRule(change))) !== null

  removeFolderRule = async (ruleId: string): Promise<void> => {
    await this.#told(this.#bridge.folders.removeRule({ ruleId }))
  }

  /** Asked by the page itself, so that a refusal is not worth a word: an empty list. */
  lookAtFolders = async (): Promise<readonly FolderLook[]> => {
    const outcome = await this.#bridge.folders.look({})
    return outcome.ok ? outcome.value : []
  }

  approveDeclaration = async (folder: string, digest: string, effect: DeclarationEffect): Promise<boolean> =>
    (await this.#told(this.#bridge.folders.approve({ folder, digest, effect }))) !== null

  withdrawDeclaration = async (folder: string): Promise<void> => {
    await this.#told(this.#bridge.folders.withdraw({ folder }))
  }

  /** Answers when every token of the account that is held here was refreshed or refused. */
  checkAccount = async (accountId: string): Promise<void> => {
    await this.#told(this.#bridge.accounts.check({ accountId }))
  }

  /** Asked by the page itself whenever the account changes; null when it is gone by then. */
  livesOf = async (accountId: string): Promise<readonly LifeView[] | null> => {
    const outcome = await this.#bridge.accounts.lives({ accountId })
    return outcome.ok ? outcome.value : null
  }

  copyAccessToken = async (accountId: string, clientId: string): Promise<void> => {
    await this.#copied(this.#bridge.accounts.copyAccessToken({ accountId, clientId }))
  }

  /** Null takes back what the person said before. */
  correctCause = async (tokenId: string, cause: CauseKind | null): Promise<void> => {
    await this.#told(this.#bridge.tokens.correctCause({ tokenId, cause }))
  }

  dismissToken = async (tokenId: string): Promise<void> => {
    await this.#told(this.#bridge.tokens.dismiss({ tokenId }))
  }

  updateSettings = async (change: CommandParams<'settings.update'>): Promise<void> => {
    await this.#told(this.#bridge.settings.update(change))
  }

  pickCaFile = async (): Promise<void> => {
    await this.#told(this.#bridge.settings.pickCaFile({}))
  }

  clearCaFile = async (): Promise<void> => {
    await this.#told(this.#bridge.settings.clearCaFile({}))
  }

  listBrowsers = async (): Promise<readonly { readonly browserId: string; readonly name: string }[]> =>
    (await this.#told(this.#bridge.settings.listBrowsers({})))?.value ?? []

  chooseBrowser = async (browserId: string | null): Promise<void> => {
    await this.#told(this.#bridge.settings.chooseBrowser({ browserId }))
  }

  pickBrowser = async (): Promise<void> => {
    await this.#told(this.#bridge.settings.pickBrowser({}))
  }

  moveClock = async (byMs: number): Promise<void> => {
    await this.#told(this.#bridge.practice.moveClock({ byMs }))
  }

  setClock = async (at: number): Promise<void> => {
    await this.#told(this.#bridge.practice.setClock({ at }))
  }

  /** Answers whether practice Google did it. */
  practiceAct = async (act: CommandParams<'practice.act'>): Promise<boolean> =>
    (await this.#told(this.#bridge.practice.act(act))) !== null

  continueLedger = async (): Promise<void> => {
    await this.#told(this.#bridge.ledger.continueFromLastGood({}))
  }

  dismissProblem = async (problemId: string): Promise<void> => {
    await this.#told(this.#bridge.problems.dismiss({ problemId }))
  }

  removeOrphan = async (problemId: string): Promise<boolean> =>
    (await this.#told(this.#bridge.problems.removeOrphan({ problemId }))) !== null
}
