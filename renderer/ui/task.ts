/** Something that takes a while, for the list in the sidebar. */
export interface Task {
  readonly id: string
  readonly title: string
  /** How it stands, in a few words. */
  readonly text: string
  readonly state: 'busy' | 'fine' | 'dead'
  /** What its button to wave it away is called; null while it cannot be. */
  readonly dismissText: string | null
}
