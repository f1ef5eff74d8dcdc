/** The people of practice Google. Their `sub` never changes, so an account is the same one after every start. */
export interface PracticeAccount {
  readonly sub: string
  readonly email: string
  readonly name: string
  readonly givenName: string
  readonly familyName: string
  /** The Workspace domain; null for a consumer account. */
  readonly hostedDomain: string | null
}

export const practiceAccounts: readonly PracticeAccount[] = [
  {
    sub: '104512907736418250017',
    email: 'asha.rao@gmail.test',
    name: 'Asha Rao',
    givenName: 'Asha',
    familyName: 'Rao',
    hostedDomain: null,
  },
  {
    sub: '109384620175539061428',
    email: 'sam.field@gmail.test',
    name: 'Sam Field',
    givenName: 'Sam',
    familyName: 'Field',
    hostedDomain: null,
  },
  {
    sub: '117260493858201743395',
    email: 'meera@northwind.test',
    name: 'Meera Iyer',
    givenName: 'Meera',
    familyName: 'Iyer',
    hostedDomain: 'northwind.test',
  },
]

export function accountBySub(sub: string): PracticeAccount | null {
  return practiceAccounts.find((account) => account.sub === sub) ?? null
}

/** A `login_hint` is an e-mail address or a `sub` (google-oauth.md 1.2). */
export function accountByHint(hint: string | null): PracticeAccount | null {
  if (hint === null) return null
  const email = hint.toLowerCase()
  return practiceAccounts.find((account) => account.sub === hint || account.email === email) ?? null
}

/** The `hd` parameter only narrows what the chooser offers; `*` means any Workspace (google-oauth.md 1.2). */
export function accountsForDomain(hd: string | null): readonly PracticeAccount[] {
  if (hd === null) return practiceAccounts
  return practiceAccounts.filter((account) =>
    hd === '*' ? account.hostedDomain !== null : account.hostedDomain === hd.toLowerCase(),
  )
}
