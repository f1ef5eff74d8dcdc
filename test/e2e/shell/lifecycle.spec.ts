/** The life of the app around its window, on the real Electron. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { FixtureFolder, StartedFixture, StartOptions } from './fixture-app.ts'
import { buildFixture, startFixture, startPlainly } from './fixture-app.ts'
import type { Fixture } from './fixture-main.ts'

let folder: FixtureFolder
let running: StartedFixture[] = []
let starts = 0

test.beforeAll(async () => {
  folder = await buildFixture()
})
test.afterAll(() => folder.remove())
test.afterEach(async () => {
  await Promise.all(running.map((app) => app.close().catch(() => undefined)))
  running = []
})

/** Each test has a data folder of its own: one app is one data folder. */
function newDataFolder(): string {
  starts += 1
  return join(folder.path, `data-${starts}`)
}

async function start(options: StartOptions = {}): Promise<StartedFixture> {
  const app = await startFixture(folder, { dataFolder: newDataFolder(), ...options })
  running.push(app)
  return app
}

test('a second start brings the window of the first forward and ends by itself', async () => {
  const first = await start()
  const visible = (): Promise<boolean | undefined> =>
    first.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible())
  // Hidden before it was ever shown, it would come up by itself.
  await expect.poll(visible).toBe(true)
  await first.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide())
  expect(await visible()).toBe(false)
  const second = await startPlainly(folder, { dataFolder: first.dataFolder }).ended
  expect(second).toEqual({ code: 0, output: '' })
  await expect.poll(visible).toBe(true)
  expect(await first.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
})

test('the app of another data folder is another app', async () => {
  await start()
  const other = startPlainly(folder, { dataFolder: newDataFolder() })
  await expect.poll(() => other.output(), { timeout: 10_000 }).toContain('shown')
  other.kill('SIGTERM')
  expect((await other.ended).output).toContain('closed the ledger')
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`the ledger is closed before the app ends by ${signal}`, async () => {
    const app = startPlainly(folder, { dataFolder: newDataFolder(), quitDelayMs: 200 })
    await expect.poll(() => app.output(), { timeout: 10_000 }).toContain('shown')
    app.kill(signal)
    expect(await app.ended).toEqual({ code: 0, output: 'shown\nclosed the ledger\n' })
  })
}

test('the ledger is closed when the person closes the window', async () => {
  test.skip(process.platform === 'darwin', 'an app without windows goes on there')
  const app = startPlainly(folder, { dataFolder: newDataFolder(), quitDelayMs: 200, closeWhenShown: true })
  expect(await app.ended).toEqual({ code: 0, output: 'shown\nclosed the ledger\n' })
})

test('the window opens where it was', async () => {
  const bounds = { x: 40, y: 30, width: 700, height: 600 }
  const app = await start({ windowState: { bounds, maximized: false } })
  const now = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.getBounds(),
  )
  expect(now).toEqual(bounds)
})

test('the window opens on a screen that is there when its own is gone', async () => {
  const app = await start({
    windowState: { bounds: { x: 9_000, y: 9_000, width: 700, height: 600 }, maximized: false },
  })
  const [window, area] = await app.electron.evaluate(({ BrowserWindow, screen }) => [
    BrowserWindow.getAllWindows()[0]?.getBounds(),
    screen.getPrimaryDisplay().workArea,
  ])
  if (window === undefined || area === undefined) throw new Error('no window')
  expect(window.x).toBeGreaterThanOrEqual(area.x)
  expect(window.y).toBeGreaterThanOrEqual(area.y)
  expect(window.x + window.width).toBeLessThanOrEqual(area.x + area.width)
  expect(window.y + window.height).toBeLessThanOrEqual(area.y + area.height)
})

test('a moved window is remembered once it rests', async () => {
  const app = await start()
  const bounds = { x: 20, y: 20, width: 640, height: 560 }
  await app.electron.evaluate(
    ({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to),
    bounds,
  )
  const saved = (): Promise<unknown> =>
    app.electron.evaluate(() => (globalThis as unknown as { fixture: Fixture }).fixture.savedStates.at(-1))
  await expect.poll(saved).toEqual({ bounds, maximized: false })
})

test('the window cannot become too small to use', async () => {
  const app = await start()
  expect(
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getMinimumSize()),
  ).toEqual([480, 480])
})

for (const [theme, color] of [
  ['light', '#FFFFFF'],
  ['dark', '#15171A'],
] as const) {
  test(`the window has the ${theme} colour before it paints, and follows the setting`, async () => {
    const app = await start({ theme })
    const look = (): Promise<[string | undefined, string]> =>
      app.electron.evaluate(({ BrowserWindow, nativeTheme }) => [
        BrowserWindow.getAllWindows()[0]?.getBackgroundColor(),
        nativeTheme.themeSource,
      ])
    expect(await look()).toEqual([color, theme])
    expect(await app.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(
      theme === 'dark',
    )
    const other: 'light' | 'dark' = theme === 'dark' ? 'light' : 'dark'
    await app.electron.evaluate(
      (_electron, to: 'light' | 'dark') =>
        (globalThis as unknown as { fixture: Fixture }).fixture.shell?.applySettings({
          theme: to,
          language: 'en',
        }),
      other,
    )
    await expect.poll(look).toEqual([color === '#FFFFFF' ? '#15171A' : '#FFFFFF', other])
  })
}

test('the title is the name of the app, whatever the page calls itself', async () => {
  const app = await start()
  await app.page.evaluate(() => {
    document.title = 'Google Chrome'
  })
  await app.page.waitForTimeout(200)
  expect(
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle()),
  ).toBe('Latchkey')
})

test('a page whose process dies comes back', async () => {
  const app = await start()
  const crash = (): Promise<void> =>
    app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    )
  const alive = (): Promise<boolean> =>
    app.electron.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      return (
        contents !== undefined &&
        !contents.isCrashed() &&
        !contents.isLoading() &&
        contents.getURL().startsWith('app://')
      )
    })
  const deaths = (): Promise<number> =>
    app.electron.evaluate(() => {
      const { faults } = (globalThis as unknown as { fixture: Fixture }).fixture
      return faults.filter((fault) => fault.startsWith('window.process')).length
    })
  await crash()
  // First that it was noticed: until then the page counts as alive.
  await expect.poll(deaths, { timeout: 10_000 }).toBe(1)
  await expect.poll(alive, { timeout: 10_000 }).toBe(true)
})

test("a developer's window reloads when its files change", async () => {
  const app = await start({ env: { LATCHKEY_DEV: '1' } })
  await app.page.evaluate(() => Object.assign(globalThis, { before: true }))
  await writeFile(join(folder.pages, 'assets/new.css'), 'h1 { color: red }')
  await expect.poll(() => app.page.evaluate(() => 'before' in globalThis), { timeout: 5_000 }).toBe(false)
})

test('without being asked for, no file watching goes on', async () => {
  const app = await start()
  await app.page.evaluate(() => Object.assign(globalThis, { before: true }))
  await writeFile(join(folder.pages, 'assets/other.css'), 'h1 { color: red }')
  await app.page.waitForTimeout(600)
  expect(await app.page.evaluate(() => 'before' in globalThis)).toBe(true)
})
