/** Which rows of the window a fact changes. Rows are marked here and made by the publisher when they are sent. */
import type { AccountView, ClientView } from '../../contract/views.ts'
import { accountView } from '../accounts/account-view.ts'
import { clientView } from '../clients/client-view.ts'
import type { CheckStatus, HoldsAccess } from '../grants/grant-view.ts'
import { clientIdsOf } from '../grants/shown-tokens.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { Publisher } from './publisher.ts'
import type { ServiceSources } from '../service-accounts/service-view.ts'
import type { AccountRecord, ClientRecord, State } from './state.ts'

export interface RowSources {
  state(): State
  /** Google's time, epoch ms. */
  now(): number
  checkOf(tokenId: string): CheckStatus | null
  /** Whether tokens are checked unasked at all. */
  checksOn(): boolean
  /** What is known of service accounts beyond the state; nothing unless told. */
  readonly services?: ServiceSources
  readonly holdsAccess: HoldsAccess
}

export class Rows {
  readonly #sources: RowSources
  readonly #publisher: Publisher

  constructor(sources: RowSources, publisher: Publisher) {
    this.#sources = sources
    this.#publisher = publisher
  }

  /** A fact about a client can change the rows of all its accounts, and the other way round. */
  touch(event: LatchkeyEvent): void {
    const data = event.data as { accountId?: string | null; clientId?: string | null; tokenId?: string }
    if (typeof data.accountId === 'string') this.account(data.accountId)
    if (data.tokenId !== undefined) this.token(data.tokenId)
    // It may have been the active one of clients under which it has no token.
    if (event.type === 'account.forgotten') this.#clients()
    if (typeof data.clientId !== 'string') return
    this.client(data.clientId)
    if (event.type.startsWith('client.')) this.#accountsUnder(data.clientId)
  }

  /** The row of the account that a token belongs to. */
  token(tokenId: string): void {
    const owner = this.#sources.state().ownerOf.get(tokenId)
    if (owner !== undefined) this.account(owner)
  }

  account(accountId: string): void {
    const account = this.#sources.state().accounts.get(accountId)
    if (!account) return
    this.#publisher.account(accountId, () => (account.forgotten ? null : this.#accountView(account)))
    for (const clientId of clientIdsOf(account)) this.client(clientId)
  }

  client(clientId: string): void {
    this.#publisher.client(clientId, () => {
      const client = this.#sources.state().clients.get(clientId)
      return client ? this.#clientView(client) : null
    })
  }

  /** Time went on: everything that hangs on it is told anew. */
  all(): void {
    for (const accountId of this.#sources.state().accounts.keys()) this.account(accountId)
  }

  /** Every row as it stands now, for a snapshot. */
  views(): { readonly clients: ClientView[]; readonly accounts: AccountView[] } {
    const { clients, accounts } = this.#sources.state()
    const shown = [...accounts.values()].filter((account) => !account.forgotten)
    return {
      clients: [...clients.values()].map((client) => this.#clientView(client)),
      accounts: shown.map((account) => this.#accountView(account)),
    }
  }

  #accountView(account: AccountRecord): AccountView {
    const { state, now, checkOf, checksOn, holdsAccess, services } = this.#sources
    return accountView(account, state(), now(), checkOf, checksOn(), holdsAccess, services)
  }

  #clientView(client: ClientRecord): ClientView {
    const { state, now } = this.#sources
    return clientView(client, state(), now())
  }

  #clients(): void {
    for (const clientId of this.#sources.state().clients.keys()) this.client(clientId)
  }

  #accountsUnder(clientId: string): void {
    for (const account of this.#sources.state().accounts.values()) {
      if (clientIdsOf(account).includes(clientId)) this.account(account.accountId)
    }
  }
}
