import { ok } from '../contract/outcome.ts'
import type { Desktop } from '../core/ports.ts'

/** Where there is no desktop, the line that somebody pasted last is what the clipboard holds. */
export interface TypedClipboard {
  readonly desktop: Omit<Desktop, 'readSmallFile' | 'machine'>
  /** What was copied is shown instead. */
  onCopy(show: (text: string) => void): void
  hold(text: string): void
}

export function typedClipboard(): TypedClipboard {
  let held = ''
  let show: (text: string) => void = () => undefined
  return {
    desktop: {
      copyText: (text) => show(text),
      // Nothing that is secret is ever printed.
      copySecret: () => undefined,
      readClipboard: () => Promise.resolve(held),
      clearClipboard: () => {
        held = ''
      },
      pickFolder: () => Promise.resolve(null),
      pickFile: () => Promise.resolve(null),
      openLink: () => Promise.resolve(ok()),
    },
    onCopy: (shown) => {
      show = shown
    },
    hold: (text) => {
      held = text
    },
  }
}
