/** Opens the built window in front of a contract double and watches that nothing breaks the page's policy. */
import type { Locator, Page } from '@playwright/test'
import { expect, test as base } from '@playwright/test'
import type { Snapshot } from '../../../electron/contract/views.ts'
import type { ContractDouble } from '../../support/contract-double.ts'
import { createContractDouble } from '../../support/contract-double.ts'
import { startLoopbackHost } from '../../support/loopback-host.ts'
import { sampleNow } from '../../support/sample-state.ts'

export interface OpenOptions {
  /** Before the page is loaded: scripted answers. */
  readonly prepare?: (double: ContractDouble) => void
}

interface Fixtures {
  open: (snapshot: Snapshot, options?: OpenOptions) => Promise<ContractDouble>
}

/** What a page must never say: a refused script or style, or an error nobody caught. */
function watch(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('Content Security Policy'))
      complaints.push(message.text())
  })
}

export const test = base.extend<Fixtures>({
  open: async ({ page }, use) => {
    const complaints: string[] = []
    const closers: (() => Promise<void>)[] = []
    watch(page, complaints)
    await use(async (snapshot, options = {}) => {
      const double = createContractDouble(snapshot)
      options.prepare?.(double)
      const host = await startLoopbackHost({
        handlers: double.handlers,
        listen: (listener) => double.listen(listener),
        onFault: (command, cause) => complaints.push(`${command}: ${String(cause)}`),
        checkResults: true,
      })
      closers.push(() => host.close())
      await page.clock.setFixedTime(sampleNow)
      await page.goto(host.url)
      await expect(page.locator('aside, .failure')).toBeVisible()
      return double
    })
    for (const close of closers) await close()
    expect(complaints).toEqual([])
  },
})

/** Rows of the window's own list boxes; a `select` has options too. */
export function rows(
  page: Page,
  named: { readonly name?: RegExp; readonly selected?: boolean } = {},
): Locator {
  return page.locator('div[role=listbox]').getByRole('option', named)
}

export { expect }
