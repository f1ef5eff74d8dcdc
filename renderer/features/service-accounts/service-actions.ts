import type { Outcome } from '../../../electron/contract/outcome.ts'
import type { KeyTrace } from '../../../electron/contract/service.ts'
import { m } from '../../messages/generated/messages.js'
import type { ActionTools } from '../../state/actions.ts'
import { importedText } from '../clients/imported-text.ts'

/** What a person can do with a service account. */
export class ServiceActions {
  readonly #tools: ActionTools

  constructor(tools: ActionTools) {
    this.#tools = tools
  }

  configure = async (
    accountId: string,
    scopes: readonly string[],
    subject: string | null,
  ): Promise<boolean> => {
    const saved = await this.#tools.told(
      this.#tools.bridge.service.configure({ accountId, scopes: [...scopes], subject }),
    )
    if (saved) this.#tools.done(() => m.service_saved())
    return saved !== null
  }

  /** Why Google did not take the key is shown beside it, where it was asked. */
  tryKey = async (accountId: string, keyId: string): Promise<Outcome<unknown>> => {
    const outcome = await this.#tools.bridge.service.tryKey({ accountId, keyId })
    if (outcome.ok) this.#tools.done(() => m.key_works())
    return outcome
  }

  copyAccessToken = (accountId: string): Promise<void> =>
    this.#tools.copied(this.#tools.bridge.service.copyAccessToken({ accountId }))

  copyIdToken = (accountId: string, audience: string): Promise<void> =>
    this.#tools.copied(this.#tools.bridge.service.copyIdToken({ accountId, audience }))

  /** Without an audience it is for the configured scopes. */
  copySelfSigned = (accountId: string, audience: string | null): Promise<void> =>
    this.#tools.copied(this.#tools.bridge.service.copySelfSigned({ accountId, audience }))

  forgetKey = async (accountId: string, keyId: string): Promise<boolean> => {
    const gone = await this.#tools.told(this.#tools.bridge.service.forgetKey({ accountId, keyId }))
    if (gone) this.#tools.done(() => m.key_forgotten())
    return gone !== null
  }

  /** Null where it could not be looked for. */
  findCopies = async (accountId: string, keyId: string): Promise<readonly KeyTrace[] | null> =>
    (await this.#tools.told(this.#tools.bridge.service.findCopies({ accountId, keyId })))?.value ?? null

  /** What stood in the way is shown where it was asked. */
  deleteFile = (accountId: string, keyId: string): Promise<Outcome<null>> =>
    this.#tools.bridge.service.deleteFile({ accountId, keyId })

  /** A further key of this account, from a file that the person picks or from the clipboard; main reads either. */
  bringKey = async (forAccount: string, from: 'file' | 'clipboard'): Promise<void> => {
    const options = { acceptUncheckedSecret: false, forAccount }
    const { clients } = this.#tools.bridge
    const brought = await this.#tools.told(
      from === 'file' ? clients.pickFile(options) : clients.importClipboard(options),
    )
    if (!brought || brought.value.kind === 'cancelled') return
    const result = brought.value
    this.#tools.done(() => importedText(result))
  }
}
