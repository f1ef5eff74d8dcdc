/** Every screen is looked at by axe in both themes; with LATCHKEY_SHOTS, a folder, a person can look too. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import type { Snapshot } from '../../../electron/contract/views.ts'
import type { ContractDouble } from '../../support/contract-double.ts'
import { expect, rows, test } from './window.ts'

export interface Screen {
  readonly name: string
  readonly snapshot: () => Snapshot
  readonly prepare?: (double: ContractDouble) => void
  readonly reach?: (page: Page, double: ContractDouble) => Promise<void>
}

/** Presses a section of the sidebar. */
export const nav = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation').getByRole('button', { name }).click()

const shots = process.env['LATCHKEY_SHOTS']

/** The second theme has other colours and nothing else, so only what is about colours is looked at again. */
const aboutColours = ['color-contrast', 'link-in-text-block']

async function look(page: Page, rules: readonly string[] | null = null): Promise<string[]> {
  // The window has no frames; the other mode opens a second page for each look, which takes longer than looking.
  const axe = new AxeBuilder({ page }).setLegacyMode(true)
  const { violations } = await (rules ? axe.withRules([...rules]) : axe).analyze()
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`)
}

/** One test for each screen. */
export function lookAt(screens: readonly Screen[]): void {
  for (const screen of screens) {
    test(`${screen.name} has nothing for axe to find in either theme`, async ({ page, open }) => {
      const base = screen.snapshot()
      // The failure screen has no settings yet and follows the system; every other one follows its setting.
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
      const double = await open(base, screen.prepare ? { prepare: screen.prepare } : {})
      await screen.reach?.(page, double)
      if (shots) await page.screenshot({ path: `${shots}/${screen.name}-light.png` })
      expect(await look(page)).toEqual([])

      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
      double.change({ settings: { ...base.settings, theme: 'dark' } })
      if (!screen.name.startsWith('could'))
        await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
      if (shots) await page.screenshot({ path: `${shots}/${screen.name}-dark.png` })
      expect(await look(page, aboutColours)).toEqual([])
      if (!shots) return

      double.change({ settings: { ...base.settings, language: 'hi' } })
      if (!screen.name.startsWith('could')) await expect(page.locator('html')).toHaveAttribute('lang', 'hi')
      await page.screenshot({ path: `${shots}/${screen.name}-hi.png` })
      double.change({ settings: base.settings })
      if (!screen.name.startsWith('could')) await expect(page.locator('html')).toHaveAttribute('lang', 'en')
      await page.setViewportSize({ width: 480, height: 800 })
      if (screen.name.startsWith('account-'))
        await rows(page)
          .first()
          .click({ timeout: 1_000 })
          .catch(() => undefined)
      await page.screenshot({ path: `${shots}/${screen.name}-narrow.png` })
    })
  }
}
