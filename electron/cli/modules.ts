/** Where each command of the table is. Loaded only when it is meant. */
import type { CommandModule } from './command.ts'
import type { CommandName } from './table.ts'

export const commandModules: Readonly<Record<CommandName, () => Promise<CommandModule>>> = {
  status: () => import('./commands/status.ts'),
  accounts: () => import('./commands/accounts.ts'),
  token: () => import('./commands/token.ts'),
  who: () => import('./commands/who.ts'),
  use: () => import('./commands/use.ts'),
  exec: () => import('./commands/exec.ts'),
  env: () => import('./commands/env.ts'),
  lease: () => import('./commands/lease.ts'),
  login: () => import('./commands/login.ts'),
  import: () => import('./commands/import.ts'),
  revoke: () => import('./commands/revoke.ts'),
  forget: () => import('./commands/forget.ts'),
  ledger: () => import('./commands/ledger.ts'),
  lock: () => import('./commands/lock.ts'),
  unlock: () => import('./commands/unlock.ts'),
  doctor: () => import('./commands/doctor.ts'),
  agent: () => import('./commands/agent.ts'),
  adc: () => import('./commands/adc.ts'),
  'git-credential': () => import('./commands/git-credential.ts'),
  'docker-credential': () => import('./commands/docker-credential.ts'),
  vault: () => import('./commands/vault.ts'),
  completion: () => import('./commands/completion.ts'),
  'install-command': () => import('./commands/install-command.ts'),
  version: () => import('./commands/version.ts'),
  help: () => import('./commands/help.ts'),
  __complete: () => import('./commands/complete.ts'),
}
