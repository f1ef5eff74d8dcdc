/** A state with a few accounts, clients, rules and approvals, for asking who is meant. */
import type { AccountRecord, Approval, FolderRule, State } from '../../electron/core/state/state.ts'
import type { Place } from '../../electron/core/who/resolve-account.ts'
import { testStart } from './fake-clock.ts'
import {
  mailClientId,
  otherClientId,
  recordedAccount,
  recordedClient,
  recordedState,
  recordedToken,
} from './sample-records.ts'

export const ids = { asha: 'account-asha', ben: 'account-ben0', carla: 'account-carla' } as const

/** Three accounts: Asha under the mail client, Ben under the other one, Carla under both. */
export function threeAccounts(change: Partial<Record<keyof typeof ids, Partial<AccountRecord>>> = {}): State {
  let number = 0
  const account = (who: keyof typeof ids, clientIds: readonly string[]): AccountRecord =>
    recordedAccount(
      clientIds.map((clientId) => recordedToken((number += 1), { clientId })),
      { accountId: ids[who], email: `${who}@example.org`, ...change[who] },
    )
  return recordedState(
    [
      account('asha', [mailClientId]),
      account('ben', [otherClientId]),
      account('carla', [mailClientId, otherClientId]),
    ],
    [recordedClient(mailClientId, { label: 'Mail' }), recordedClient(otherClientId, { label: 'Backup' })],
  )
}

export function folderRule(folder: string, accountId: string, change: Partial<FolderRule> = {}): FolderRule {
  return { ruleId: `rule-of-${folder}`, folder, key: folder, accountId, clientId: null, ...change }
}

export function approvedIn(folder: string, accountId: string, change: Partial<Approval> = {}): Approval {
  return {
    ...{ folder, key: folder, digest: `digest of ${folder}`, accountId },
    ...{ clientId: null, effect: 'check', at: testStart },
    ...change,
  }
}

export function withFolders(
  state: State,
  rules: readonly FolderRule[],
  approvals: readonly Approval[] = [],
): State {
  for (const rule of rules) state.folderRules.set(rule.ruleId, rule)
  for (const approval of approvals) state.approvals.set(approval.key, approval)
  return state
}

/** A folder and all above it; those in `files` hold a `.latchkey.json` with that digest. */
export function placesOf(folder: string, files: Readonly<Record<string, string>> = {}): readonly Place[] {
  const parts = folder.split('/').filter((part) => part !== '')
  return Array.from({ length: parts.length + 1 }, (_, up) => {
    const path = `/${parts.slice(0, parts.length - up).join('/')}`
    return { folder: path, key: path, digest: files[path] ?? null }
  })
}
