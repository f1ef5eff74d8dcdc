/** What the page of folders lists: plain data out of the snapshot and of how the folders lie on the disk. */
import type {
  ApprovalView,
  DeclarationView,
  FolderLook,
  FolderRuleView,
} from '../../../electron/contract/who.ts'

export interface RuleRow {
  readonly rule: FolderRuleView
  /** Null while nobody has looked. */
  readonly found: boolean | null
}

export interface DeclarationRow {
  readonly folder: string
  readonly approval: ApprovalView | null
  /** As it lies there now; null where there is none, or nobody has looked. */
  readonly declaration: DeclarationView | null
  /** `folder-gone` and `file-gone`: there is an approval for something that is not there. */
  readonly standing: 'approved' | 'new' | 'changed' | 'unusable' | 'file-gone' | 'folder-gone' | 'unknown'
}

const byFolder = (a: { readonly folder: string }, b: { readonly folder: string }): number =>
  a.folder < b.folder ? -1 : a.folder > b.folder ? 1 : 0

/** Rules by folder, so that a folder stands above those in it; those that hold every word of `query`. */
export function ruleRows(
  rules: readonly FolderRuleView[],
  looks: readonly FolderLook[],
  query: string,
  wordsOf: (rule: FolderRuleView) => string,
): RuleRow[] {
  const found = new Map(looks.map((look) => [look.folder, look.found]))
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean)
  return rules
    .filter((rule) => {
      const text = `${rule.folder} ${rule.email} ${wordsOf(rule)}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
    .sort(byFolder)
    .map((rule) => ({ rule, found: found.get(rule.folder) ?? null }))
}

function standingOf(approval: ApprovalView | null, look: FolderLook | undefined): DeclarationRow['standing'] {
  if (!look) return 'unknown'
  if (!look.found) return 'folder-gone'
  if (!look.declaration) return approval ? 'file-gone' : 'unknown'
  return look.declaration.standing
}

/** Approved declarations, and those found beside rules that nobody has approved. */
export function declarationRows(
  approvals: readonly ApprovalView[],
  looks: readonly FolderLook[],
): DeclarationRow[] {
  const lookAt = new Map(looks.map((look) => [look.folder, look]))
  const approved = new Set(approvals.map((approval) => approval.folder))
  const rows = approvals.map((approval) => {
    const look = lookAt.get(approval.folder)
    return {
      folder: approval.folder,
      approval,
      declaration: look?.declaration ?? null,
      standing: standingOf(approval, look),
    }
  })
  const others = looks.flatMap((look) =>
    look.declaration && !approved.has(look.declaration.folder)
      ? [
          {
            folder: look.declaration.folder,
            approval: null,
            declaration: look.declaration,
            standing: look.declaration.standing,
          },
        ]
      : [],
  )
  return [...rows, ...others].sort(byFolder)
}
