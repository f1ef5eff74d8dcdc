import type { Page } from '@playwright/test'
import { ok } from '../../../electron/contract/outcome.ts'
import type { SignInPreview } from '../../../electron/contract/views.ts'
import { sampleSnapshot } from '../../support/sample-state.ts'
import type { Screen } from './looks.ts'
import { lookAt } from './looks.ts'
import {
  answerLives,
  checkedGrants,
  deadTokens,
  livingTokens,
  previews,
  withTokens,
} from './token-screens.ts'
import { expect } from './window.ts'

async function picturesShown(page: Page): Promise<void> {
  await expect(page.getByRole('img', { name: /^Life of this token/ }).first()).toBeVisible()
}

const costs = Object.entries(previews).map(([name, cost]: [string, SignInPreview]): Screen => ({
  name: `sign-in-cost-${name}`,
  snapshot: () => sampleSnapshot(3),
  prepare: (double) => double.answerWith({ 'signIn.preview': () => ok(cost) }),
  reach: async (page) => {
    await page.getByRole('button', { name: 'Sign in again' }).click()
    await expect(page.getByRole('heading', { level: 1, name: /^Sign in asha/ })).toBeVisible()
  },
}))

lookAt([
  {
    name: 'account-lives',
    snapshot: () => withTokens(livingTokens()),
    prepare: answerLives,
    reach: async (page) => {
      await picturesShown(page)
      await page
        .getByText(/^All that can end it/)
        .first()
        .click()
      await expect(page.getByRole('cell', { name: 'Seven days of a client in Testing' })).toBeVisible()
    },
  },
  {
    name: 'account-deaths',
    snapshot: () => withTokens(deadTokens()),
    prepare: answerLives,
    reach: picturesShown,
  },
  { name: 'account-checks', snapshot: checkedGrants, prepare: answerLives, reach: picturesShown },
  {
    name: 'account-cause-menu',
    snapshot: () => withTokens(deadTokens()),
    prepare: answerLives,
    reach: async (page) => {
      await page.getByRole('button', { name: 'I know what it was' }).first().click()
      await expect(page.getByRole('menuitem').first()).toBeVisible()
    },
  },
  ...costs,
])
