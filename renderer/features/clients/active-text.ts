import type { AccountView } from '../../../electron/contract/views.ts'
import { m } from '../../messages/generated/messages.js'
import { titleOf } from '../accounts/account-list.ts'

/** What a client without an account of its own leaves it to. */
export function asEverywhereText(accounts: readonly AccountView[]): string {
  const active = accounts.find((account) => account.active)
  return active ? m.active_as_everywhere({ email: titleOf(active) }) : m.active_as_everywhere_none()
}
