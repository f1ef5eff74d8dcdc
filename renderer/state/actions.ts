import type { Bridge } from '../../electron/contract/bridge.ts'
import type { LinkName } from '../../electron/contract/commands.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import type {
  GrantView,
  ProfileName,
  Publishing,
  RemovalPreview,
  SettingsView,
  UserType,
} from '../../electron/contract/views.ts'
import { withIdentity } from '../features/sign-in/scope-names.ts'
import { m } from '../messages/generated/messages.js'
import type { Navigation } from './navigation.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

export interface ClientChange {
  readonly label?: string
  readonly publishing?: Publishing
  readonly userType?: UserType
}

/** What a person can do. Every screen and the palette call these; errors are shown here, once. */
export class Actions {
  readonly #bridge: Bridge
  readonly #toasts: Toasts
  readonly #navigation: Navigation

  constructor(bridge: Bridge, toasts: Toasts, navigation: Navigation) {
    this.#bridge = bridge
    this.#toasts = toasts
    this.#navigation = navigation
  }

  /** Waits for an answer; shows what went wrong. Answers the value, or null after an error. */
  async #told<T>(answer: Promise<Outcome<T>>): Promise<{ readonly value: T } | null> {
    const outcome = await answer
    if (outcome.ok) return { value: outcome.value }
    this.#toasts.error(outcome.error)
    return null
  }

  openProfile = async (profile: ProfileName): Promise<void> => {
    this.#navigation.go({ page: 'accounts', accountId: null })
    await this.#told(this.#bridge.app.openProfile({ profile }))
  }

  openLink = async (link: LinkName): Promise<void> => {
    await this.#told(this.#bridge.app.openLink({ link }))
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

  startSignIn = async (
    clientId: string,
    scopes: readonly string[],
    accountId: string | null,
  ): Promise<boolean> => {
    const started = await this.#told(
      this.#bridge.signIn.start({ clientId, scopes: withIdentity(scopes), accountId }),
    )
    if (started) this.#navigation.go({ page: 'flow', flowId: started.value.flowId })
    return started !== null
  }

  /** The same account, client and scopes once more. */
  signInAgain = async (accountId: string, grant: GrantView): Promise<boolean> =>
    this.startSignIn(grant.clientId, grant.granted, accountId)

  openBrowserAgain = async (flowId: string): Promise<void> => {
    await this.#told(this.#bridge.signIn.openAgain({ flowId }))
  }

  copyLink = async (flowId: string): Promise<void> => {
    if (await this.#told(this.#bridge.signIn.copyLink({ flowId }))) this.#toasts.done(() => m.link_copied())
  }

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

  /** See `removeClient` for `tokens` and the answer. */
  forgetAccount = async (accountId: string, tokens: number): Promise<boolean> => {
    if (!(await this.#told(this.#bridge.accounts.forget({ accountId, tokens })))) return false
    this.#navigation.go({ page: 'accounts', accountId: null })
    this.#toasts.done(() => m.account_forgotten())
    return true
  }

  updateSettings = async (change: Partial<Pick<SettingsView, 'language' | 'theme'>>): Promise<void> => {
    await this.#told(this.#bridge.settings.update(change))
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

  continueLedger = async (): Promise<void> => {
    await this.#told(this.#bridge.ledger.continueFromLastGood({}))
  }

  dismissProblem = async (problemId: string): Promise<void> => {
    await this.#told(this.#bridge.problems.dismiss({ problemId }))
  }

  removeOrphan = async (problemId: string): Promise<boolean> =>
    (await this.#told(this.#bridge.problems.removeOrphan({ problemId }))) !== null
}
