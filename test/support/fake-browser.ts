import type { ErrorCode } from '../../electron/contract/errors.ts'
import { fail, ok } from '../../electron/contract/outcome.ts'
import type { BrowserChoice } from '../../electron/contract/views.ts'
import type { Browser } from '../../electron/core/ports.ts'

export interface FakeBrowser extends Browser {
  readonly opened: readonly { readonly url: string; readonly choice: BrowserChoice }[]
  failNext(code: ErrorCode): void
  /** What the person does with the page: called with each URL that opens. */
  whenOpened(visit: (url: string) => void): void
  install(browser: { id: string; name: string; path: string }): void
}

export function fakeBrowser(): FakeBrowser {
  const opened: { url: string; choice: BrowserChoice }[] = []
  const installed: { id: string; name: string; path: string }[] = []
  let failure: ErrorCode | null = null
  let visit: (url: string) => void = () => undefined
  return {
    open(url, choice) {
      const code = failure
      failure = null
      if (code) return Promise.resolve(fail(code))
      opened.push({ url, choice })
      visit(url)
      return Promise.resolve(ok())
    },
    installed: () => Promise.resolve([...installed]),
    opened,
    failNext(code) {
      failure = code
    },
    whenOpened(run) {
      visit = run
    },
    install(browser) {
      installed.push(browser)
    },
  }
}
