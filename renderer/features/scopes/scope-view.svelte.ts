import type { ScopeAccess, ScopeClass } from '../../../electron/contract/scopes/catalogue.ts'

/** How the page of scopes was left; kept while the window lives, so that coming back finds it as it was. */
class ScopeView {
  by = $state<'scope' | 'account'>('scope')
  /** Whose access is added up; the active account's where none was chosen. */
  accountId = $state<string | null>(null)
  /** In one column an account is opened on its own; beside a list one is always shown. */
  accountOpen = $state(false)
  query = $state('')
  accountQuery = $state('')
  /** `unused`: held, and never handed out at a door. */
  held = $state<'held' | 'unused' | 'all'>('held')
  class = $state<ScopeClass | 'any'>('any')
  access = $state<ScopeAccess | 'any'>('any')

  showAccount = (accountId: string): void => {
    this.by = 'account'
    this.accountId = accountId
    this.accountOpen = true
  }
}

export const scopeView = new ScopeView()
