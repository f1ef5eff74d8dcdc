import type { WayKind } from '../../electron/contract/kinds.ts'

/** Where the window is. Plain data, so that anything can go anywhere and a test can say where it is. */
export type Place =
  | { readonly page: 'accounts'; readonly accountId: string | null; readonly ask?: AccountAsk | 'select' }
  | { readonly page: 'week' }
  | { readonly page: 'clients'; readonly clientId: string | null; readonly ask?: ClientAsk }
  /** `folder`: the one that is looked at. */
  | { readonly page: 'folders'; readonly folder?: string; readonly ask?: FolderAsk }
  /** `scope`: the one whose holders are shown; `product`: that of all of a product. */
  | { readonly page: 'scopes'; readonly scope?: string; readonly product?: string }
  /** `leaseId`: the one that is looked at. */
  | { readonly page: 'programs'; readonly leaseId: string | null; readonly ask?: ProgramAsk }
  | { readonly page: 'revocation'; readonly revocationId: string }
  | { readonly page: 'shortcuts' }
  | { readonly page: 'settings' }
  | {
      readonly page: 'sign-in'
      readonly accountId: string | null
      readonly clientId: string | null
      /** What to ask for, unless the person chooses otherwise. */
      readonly scopes?: readonly string[]
      /** Asks for what is held of this grant as well. */
      readonly add?: boolean
      /** How to go about it, unless the person chooses otherwise. */
      readonly way?: WayKind
    }
  /** `paste`: begins by taking the answer from the clipboard. */
  | { readonly page: 'flow'; readonly flowId: string; readonly paste?: boolean }

/** What the detail is asked to begin as soon as it shows, from the palette for instance. */
export type AccountAsk = 'label' | 'forget' | 'revoke' | GrantAsk
/** Something that begins in the block of one grant. */
export interface GrantAsk {
  readonly what: 'forget-grant' | 'revoke' | 'inspect' | 'drop'
  readonly clientId: string
}
/** What begins for `folder`. */
export type FolderAsk = 'add' | 'change' | 'remove' | 'approve'
/** A dialog of the page of programs; `undo` puts the file back that was there before. */
export type ProgramAsk = 'give' | 'take-back' | 'undo' | 'take-all'
export type ClientAsk = 'label' | 'remove'
export type Page = Place['page']

export class Navigation {
  place = $state.raw<Place>({ page: 'accounts', accountId: null })

  go(place: Place): void {
    this.place = place
  }
}
