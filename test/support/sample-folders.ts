/** Builders of folder rules, approvals, declarations and answers to "which account here?". */
import type { AccountView } from '../../electron/contract/views.ts'
import type {
  ApprovalView,
  DeclarationView,
  FolderLook,
  FolderRuleView,
  WhoView,
} from '../../electron/contract/who.ts'
import { dayMs, sampleNow } from './sample-state.ts'

const digest = 'k3v7q2'.padEnd(43, 'A')

export function sampleRule(
  index: number,
  account: Pick<AccountView, 'accountId' | 'email'>,
  change: Partial<FolderRuleView> = {},
): FolderRuleView {
  return {
    ruleId: `rule-${String(index).padStart(8, '0')}`,
    folder: `/home/asha/work/project-${String(index).padStart(3, '0')}`,
    accountId: account.accountId,
    email: account.email,
    clientId: null,
    standing: 'fine',
    ...change,
  }
}

export function sampleDeclaration(
  account: Pick<AccountView, 'accountId' | 'email'>,
  change: Partial<DeclarationView> = {},
): DeclarationView {
  return {
    folder: '/home/asha/src/from-a-stranger',
    digest,
    account: account.email,
    client: null,
    accountId: account.accountId,
    clientId: null,
    standing: 'new',
    error: null,
    ...change,
  }
}

export function sampleApproval(
  account: Pick<AccountView, 'accountId' | 'email'>,
  change: Partial<ApprovalView> = {},
): ApprovalView {
  return {
    folder: '/home/asha/src/from-a-stranger',
    digest,
    accountId: account.accountId,
    email: account.email,
    clientId: null,
    effect: 'check',
    approvedAt: sampleNow - 3 * dayMs,
    standing: 'fine',
    ...change,
  }
}

export function sampleLook(folder: string, change: Partial<FolderLook> = {}): FolderLook {
  return { folder, found: true, declaration: null, ...change }
}

/** An answer for `/home/asha/infra`: the account, by the rule of that folder, unless told otherwise. */
export function sampleWho(account: Pick<AccountView, 'accountId'>, change: Partial<WhoView> = {}): WhoView {
  return {
    folder: '/home/asha/infra',
    outcome: { kind: 'account', accountId: account.accountId, clientId: null, reason: 'folder-rule' },
    decidedIn: '/home/asha/infra',
    declaration: null,
    ...change,
  }
}
