import type { Fold } from '../../electron/core/ledger/ledger.ts'

export interface Noted {
  readonly type: 'noted'
  readonly data: { readonly text: string }
}
export interface Notes {
  texts: string[]
}

/** The smallest fold: it remembers texts. For tests of the ledger itself. */
export const noteFold: Fold<Notes, Noted> = {
  version: 1,
  initial: () => ({ texts: [] }),
  apply: (state, { event }) => {
    state.texts.push(event.data.text)
  },
  encode: (state) => state,
  decode: (json) => json as Notes,
  check(type, data) {
    const text = (data as { text?: unknown }).text
    return type === 'noted' && typeof text === 'string' ? { type, data: { text } } : null
  },
}

export const note = (text: string): Noted => ({ type: 'noted', data: { text } })
