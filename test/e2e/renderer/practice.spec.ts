/** What the practice strip offers about further clients and about revocations that go wrong. */
import { fail } from '../../../electron/contract/outcome.ts'
import { samplePractice, sampleSnapshot } from '../../support/sample-state.ts'
import { expect, test } from './window.ts'

const inPractice = () => sampleSnapshot(1, { profile: 'practice', practice: samplePractice() })

test('further clients are added from the dialog, which says so', async ({ page, open }) => {
  const double = await open(inPractice())
  await page.getByRole('button', { name: 'Cause…' }).click()
  const dialog = page.getByRole('dialog', { name: 'What happens at practice Google' })
  const further = dialog.getByRole('group', { name: 'Further clients' })
  await further.getByRole('button', { name: 'Add one of the same project' }).click()
  await expect(dialog.getByRole('status')).toHaveText('It is among your clients now, with a fresh secret.')
  await further.getByRole('button', { name: 'Add one of another project' }).click()
  await further.getByRole('button', { name: 'Add a web client' }).click()
  await further.getByRole('button', { name: 'Add a client for devices' }).click()
  await expect
    .poll(() => double.callsOf('practice.act'))
    .toEqual([
      { act: 'add-client', project: 'same' },
      { act: 'add-client', project: 'other' },
      { act: 'add-client', project: 'same', kind: 'web' },
      { act: 'add-client', project: 'same', kind: 'device' },
    ])
})

test('an addition that fails is not said to be done', async ({ page, open }) => {
  const double = await open(inPractice())
  double.answerWith({ 'practice.act': () => fail('practice-failed') })
  await page.getByRole('button', { name: 'Cause…' }).click()
  const dialog = page.getByRole('dialog', { name: 'What happens at practice Google' })
  await dialog.getByRole('button', { name: 'Add one of the same project' }).click()
  await expect.poll(() => double.callsOf('practice.act').length).toBe(1)
  await expect(dialog.getByRole('status')).toHaveText('')
})

test('the palette adds clients and lets revocations go wrong, in the same words', async ({ page, open }) => {
  const double = await open(inPractice())
  for (const text of [
    'Further clients: Add one of another project',
    'What goes wrong: A revocation takes effect 5 seconds later',
    'What goes wrong: A revocation is done, its answer is lost',
  ]) {
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('combobox', { name: 'What do you want to do?' })).toBeFocused()
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
  }
  await expect
    .poll(() => double.callsOf('practice.act'))
    .toEqual([
      { act: 'add-client', project: 'other' },
      { act: 'set-fault', fault: 'revoke-lag' },
      { act: 'set-fault', fault: 'revoke-lost' },
    ])
})

for (const [fault, words] of [
  ['revoke-lost', 'Fault: lost'],
  ['revoke-lag', 'Fault: lag'],
] as const) {
  test(`the strip says ${fault} and stays one line in a window of 1000 pixels`, async ({ page, open }) => {
    await page.setViewportSize({ width: 1000, height: 700 })
    await open(sampleSnapshot(1, { profile: 'practice', practice: samplePractice({ fault }) }))
    await expect(page.getByRole('button', { name: words })).toBeVisible()
    const box = await page.getByRole('region', { name: 'Practice profile' }).boundingBox()
    expect(box?.height).toBeLessThan(44)
  })
}
