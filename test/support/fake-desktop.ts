import { fail, ok } from '../../electron/contract/outcome.ts'
import type { Desktop } from '../../electron/core/ports.ts'

export interface FakeDesktop extends Desktop {
  /** The clipboard as it is now; tests may set it. */
  clipboard: string
  /** Whether what lies there was copied as a secret. */
  clipboardIsSecret: boolean
  /** What the person picks next, one a call; nothing left means that they close the dialog. */
  readonly picks: string[]
  readonly links: string[]
  /** What lies on the disk, by path. */
  readonly files: Map<string, Uint8Array>
}

export function fakeDesktop(): FakeDesktop {
  const picks: string[] = []
  const links: string[] = []
  const files = new Map<string, Uint8Array>()
  return {
    clipboard: '',
    clipboardIsSecret: false,
    picks,
    links,
    files,
    copyText(text) {
      this.clipboard = text
      this.clipboardIsSecret = false
    },
    copySecret(secret) {
      this.clipboard = secret.reveal()
      this.clipboardIsSecret = true
    },
    readClipboard() {
      return Promise.resolve(this.clipboard)
    },
    clearClipboard() {
      this.clipboard = ''
    },
    machine: () => ({ user: 'asha', host: 'server.example' }),
    pickFolder: () => Promise.resolve(picks.shift() ?? null),
    pickFile: () => Promise.resolve(picks.shift() ?? null),
    openLink(url) {
      links.push(url)
      return Promise.resolve(ok())
    },
    readSmallFile(path) {
      const bytes = files.get(path)
      return Promise.resolve(bytes ? ok(bytes.subarray(0, 64 * 1024 + 1)) : fail('file-unreadable'))
    },
  }
}
