/** The window in current Chromium in front of the real core: the engine of today's Electron, without Electron. */
import { expect, test } from '@playwright/test'
import type { EventName } from '../../../electron/contract/events.ts'
import { ok } from '../../../electron/contract/outcome.ts'
import { Latchkey } from '../../../electron/core/latchkey.ts'
import { installedFile } from '../../support/client-files.ts'
import { asha } from '../../support/fake-google.ts'
import { startLoopbackHost } from '../../support/loopback-host.ts'
import { testWorld } from '../../support/test-world.ts'
import { rows } from './window.ts'

test('a client is brought, an account signed in, labelled and forgotten, all through the real core', async ({
  page,
}) => {
  const world = await testWorld()
  world.clock.set(Date.now())
  const listeners = new Set<(event: EventName, payload: unknown) => void>()
  const latchkey = new Latchkey(
    {
      about: {
        version: '0.0.0',
        electron: '45.0.0',
        chromium: '156.0.0.0',
        platform: 'linux',
        realSignInAllowed: true,
        dataFolder: '/profile',
      },
      systemLanguage: () => 'en',
      sweepAfterMs: 600_000,
      desktop: world.desktop,
      log: world.log,
      openWorld: () => Promise.resolve(ok({ ports: world, practice: null })),
      send: (event, payload) => {
        for (const listener of listeners) listener(event, payload)
      },
      onSettings: () => undefined,
    },
    'real',
  )
  const faults: unknown[] = []
  const host = await startLoopbackHost({
    handlers: latchkey.handlers,
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onFault: (_command, cause) => faults.push(cause),
    checkResults: true,
  })
  world.browser.whenOpened((url) => {
    const redirectUri = new URL(url).searchParams.get('redirect_uri') ?? ''
    setImmediate(() => void world.listener.call(redirectUri, world.google.consent(url, asha)))
  })

  await page.goto(host.url)
  world.desktop.clipboard = installedFile()
  await page.getByRole('button', { name: 'Paste from clipboard' }).click()
  await page.getByRole('navigation').getByRole('button', { name: 'Accounts' }).click()
  await page.getByRole('button', { name: 'Sign in an account' }).first().click()
  await page.getByRole('button', { name: 'Gmail: read' }).click()
  await page.getByRole('button', { name: 'Open browser' }).click()
  await expect(page.getByRole('heading', { name: `${asha.email} is signed in` })).toBeVisible()

  await page.getByRole('button', { name: 'Show account' }).click()
  await page.getByRole('button', { name: 'Edit label' }).click()
  await page.keyboard.type('Home')
  await page.keyboard.press('Enter')
  await expect(rows(page, { name: /Home/ })).toBeVisible()

  await page.getByRole('button', { name: 'Forget here…' }).click()
  const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog'))
  await dialog.getByRole('checkbox').check()
  await dialog.getByRole('button', { name: 'Forget here' }).click()
  await expect(rows(page)).toHaveCount(0)
  expect(world.secretStore.size).toBe(1)
  expect(faults).toEqual([])
  await host.close()
  await latchkey.close()
})
