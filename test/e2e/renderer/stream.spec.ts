import { sampleAccount, sampleClient, sampleFlow, sampleSnapshot } from '../../support/sample-state.ts'
import type { ContractDouble } from '../../support/contract-double.ts'
import { expect, rows, test } from './window.ts'

function relabel(double: ContractDouble, number: number): void {
  const account = sampleAccount(0, [sampleClient()], { label: `Label ${number}` })
  double.change({ accounts: { upsert: [account], remove: [] } })
}

test('a stream of changes is drawn in few pictures, and the last one shows the newest', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(1))
  const row = rows(page).first()
  await row.evaluate((element) => {
    const seen = new Set([element.textContent])
    const observer = new MutationObserver(() => {
      seen.add(element.textContent)
      element.closest('main')?.setAttribute('data-pictures', String(seen.size))
    })
    observer.observe(element, { characterData: true, childList: true, subtree: true })
  })
  for (let number = 1; number <= 80; number += 1) {
    relabel(double, number)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await expect(row).toContainText('Label 80')
  const pictures = Number(await page.locator('main').getAttribute('data-pictures'))
  expect(pictures).toBeGreaterThan(2)
  expect(pictures).toBeLessThan(40)
})

test('a sign-in that moves on in the middle of a stream brings everything before it along', async ({
  page,
  open,
}) => {
  const double = await open(sampleSnapshot(1))
  relabel(double, 1)
  relabel(double, 2)
  double.change({ flows: { upsert: [sampleFlow({ kind: 'waiting', notice: null })], remove: [] } })
  relabel(double, 3)
  await expect(page.getByRole('list', { name: 'Sign-ins' })).toBeVisible()
  await expect(rows(page).first()).toContainText('Label 3')
  expect(double.callsOf('app.snapshot').length).toBe(1)
})
