import type { Outcome } from '../../contract/outcome.ts'
import { fail } from '../../contract/outcome.ts'
import type { ProfileContext } from '../profile-context.ts'

/**
 * Opens the page where an account sees and ends what it gave to apps, in the browser of the settings, which may be
 * signed in to several accounts. Errors: `not-found`, `account-is-service` for who has no such page,
 * `browser-not-opened`, `browser-missing`.
 */
export async function manageAtGoogle(context: ProfileContext, accountId: string): Promise<Outcome<null>> {
  const { issuer, ledger, ports, settings } = context
  const account = ledger.state().accounts.get(accountId)
  if (!account || account.forgotten) return fail('not-found')
  if (account.service) return fail('account-is-service')
  return ports.browser.open(connectionsUrl(issuer.connectionsPage, account.email), settings.current().browser)
}

/**
 * The page for one account. That Google's pages take an e-mail address as `authuser` is seen in use and nowhere
 * documented; where it is ignored the page is the same, for the account that the browser has in front, whose name
 * stands on it. A bare number would mean the place in the browser's list, so nothing else than an address is sent.
 */
function connectionsUrl(page: string, email: string): string {
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) return page
  return `${page}?${new URLSearchParams({ authuser: email }).toString()}`
}
