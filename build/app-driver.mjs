/**
 * Drives the real app as a person would: everything that a script has to know of the screens' words stands here.
 * The tour uses it, and so do the end-to-end tests.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import readline from 'node:readline'
import { _electron, chromium } from '@playwright/test'
import { electronCommand, electronEnvironment, needsNoSandbox } from './electron-process.mjs'

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('../electron/contract/views.ts').Snapshot} Snapshot */

/**
 * @typedef {object} RunningApp
 * @property {import('@playwright/test').ElectronApplication} electron
 * @property {Page} window
 * @property {() => Promise<void>} close ends it as a person would, and waits until it has ended
 */

/**
 * @param {import('./session.mjs').Session} session
 * @param {Record<string, string>} [env] for the app alone, e.g. `LATCHKEY_DATA_FOLDER`
 * @returns {Promise<RunningApp>}
 */
export async function launchApp(session, env = {}) {
  const { executable, args } = electronCommand()
  const electron = await _electron.launch({
    executablePath: executable,
    args,
    env: electronEnvironment({ ...session.env, ...env }),
    // Left to itself Playwright forces the light theme on every page.
    colorScheme: null,
  })
  const window = await electron.firstWindow()
  await window.locator('main').waitFor()
  return { electron, window, close: () => electron.close() }
}

/**
 * Starts a packaged app. Its fuses keep Node's debugger out of main, so it is driven through Chromium's, which
 * reaches the window alone.
 *
 * @param {string} executable
 * @param {import('./session.mjs').Session} session
 * @param {Record<string, string>} [env]
 * @param {number} [uid] starts it as this user, which only root can; Chromium then keeps its sandbox
 * @returns {Promise<{ window: Page, process: import('node:child_process').ChildProcess, close: () => Promise<void> }>}
 */
export async function launchPackaged(executable, session, env = {}, uid = undefined) {
  const args = ['--remote-debugging-port=0']
  if (needsNoSandbox && uid === undefined) args.push('--no-sandbox')
  const child = spawn(executable, args, {
    env: electronEnvironment({ ...session.env, ...env }),
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  session.onEnd(() => child.kill('SIGKILL'))
  const browser = await chromium.connectOverCDP(await debuggerAddress(child.stderr), { noDefaults: true })
  const context = browser.contexts()[0]
  if (!context) throw new Error('the packaged app has no window')
  const window = context.pages()[0] ?? (await context.waitForEvent('page'))
  await window.locator('main').waitFor()
  const close = async () => {
    const ended = once(child, 'exit')
    await window.close()
    await ended
  }
  return { window, process: child, close }
}

/**
 * @param {import('node:stream').Readable} output what Chromium writes to its error stream
 * @returns {Promise<string>}
 */
async function debuggerAddress(output) {
  const lines = readline.createInterface({ input: output })
  for await (const line of lines) {
    const found = /^DevTools listening on (ws:\S+)$/.exec(line)?.[1]
    if (!found) continue
    // What follows is read and dropped: a full pipe would stop the app.
    output.resume()
    return found
  }
  throw new Error('the packaged app ended before its window could be reached')
}

/**
 * What the window knows, through the same bridge that the window uses.
 *
 * @param {Page} window
 * @returns {Promise<Snapshot>}
 */
export async function readSnapshot(window) {
  const outcome = await window.evaluate(() => {
    const bridge = /** @type {import('../electron/contract/bridge.ts').Bridge} */ (
      Reflect.get(globalThis, 'latchkey')
    )
    return bridge.app.snapshot({})
  })
  if (!outcome.ok) throw new Error(`the app answers ${outcome.error.code}: ${outcome.error.message}`)
  return outcome.value
}

const button = (/** @type {Page | import('@playwright/test').Locator} */ place, /** @type {string} */ name) =>
  place.getByRole('button', { name, exact: true })

/**
 * From the first start into practice Google.
 *
 * @param {Page} window
 */
export async function openPractice(window) {
  await button(window, 'Try practice Google').click()
  await window.getByRole('region', { name: 'Practice profile' }).waitFor()
}

/**
 * @param {Page} window
 * @param {'Accounts' | 'This week' | 'Clients' | 'Scopes' | 'Folders' | 'Programs' | 'Settings'} name
 */
export async function openRoom(window, name) {
  await window.getByRole('navigation', { name: 'Sections' }).getByRole('button', { name }).click()
}

/**
 * Opens the page where access is chosen.
 *
 * @param {Page} window
 * @param {...string} presets e.g. `Calendar`
 */
export async function chooseAccess(window, ...presets) {
  await openRoom(window, 'Accounts')
  // An empty list offers it a second time.
  await button(window, 'Sign in an account').first().click()
  const choices = window.getByRole('group', { name: 'Common choices' })
  for (const preset of presets) await button(choices, preset).click()
}

/**
 * Opens the page where a sign-in under one client is chosen.
 *
 * @param {Page} window
 * @param {string} client its label
 * @param {string} [way] as the choice says it, e.g. `Client-side, without refresh token`; its usual one without
 */
export async function chooseUnder(window, client, way) {
  await openRoom(window, 'Clients')
  await window
    .getByRole('option')
    .filter({ has: window.getByText(client, { exact: true }) })
    .click()
  await button(window, 'Sign in an account').first().click()
  if (way !== undefined) await window.getByRole('radio', { name: way }).check()
}

/**
 * Chooses what the tokens of the service account whose page is open may do.
 *
 * @param {Page} window
 * @param {string} preset e.g. `Calendar`
 * @param {string | null} [actAs] whom they act for
 */
export async function configureService(window, preset, actAs = null) {
  const change = button(window, 'Change…')
  if ((await change.count()) > 0) await change.click()
  else await button(window.getByRole('group', { name: 'Common choices' }), preset).click()
  if (actAs !== null) await window.getByLabel('Act as').fill(actAs)
  await button(window, 'Save').click()
  await change.waitFor()
}

/**
 * Sends the sign-in to the browser and waits for the waiting screen.
 *
 * @param {Page} window
 */
export async function startSignIn(window) {
  await button(window, 'Open browser').click()
  await window.getByRole('heading', { name: 'Waiting for the browser' }).waitFor()
}

/**
 * The person at practice Google: chooses the account, ticks everything or only some scopes, continues.
 *
 * @param {Page} page
 * @param {string} email
 * @param {{ only?: readonly string[], beforeContinue?: (page: Page) => Promise<void> }} [options]
 */
export async function consent(page, email, options = {}) {
  await button(page, email).click()
  await button(page, 'Continue').waitFor()
  if (options.only) {
    for (const scope of options.only) await page.locator(`input[value="${scope}"]`).check()
  } else {
    const selectAll = button(page, 'Select all')
    if ((await selectAll.count()) > 0) await selectAll.click()
  }
  await options.beforeContinue?.(page)
  await button(page, 'Continue').click()
  await page.waitForLoadState()
}

/**
 * @param {Page} window
 * @param {string} email
 */
export async function waitUntilSignedIn(window, email) {
  await window.getByRole('heading', { name: `${email} is signed in` }).waitFor()
}

/**
 * @param {Page} window
 * @param {string} email
 */
export async function openAccount(window, email) {
  await openRoom(window, 'Accounts')
  await window.getByRole('option').filter({ hasText: email }).first().click()
  await window.getByRole('heading', { name: email }).first().waitFor()
}

/**
 * @param {Page} window
 * @param {'Light' | 'Dark'} theme
 */
export async function chooseTheme(window, theme) {
  await openRoom(window, 'Settings')
  await window.getByLabel('Theme').selectOption({ label: theme })
}

/**
 * Has something happen at practice Google, through the dialog of its strip.
 *
 * @param {Page} window
 * @param {string | null} email the person whom it concerns; null for what concerns everybody
 * @param {...string} buttons e.g. `Change the password`
 */
export async function cause(window, email, ...buttons) {
  await button(window, 'Cause…').click()
  const dialog = window.getByRole('dialog', { name: 'What happens at practice Google' })
  if (email !== null) await dialog.getByLabel('Account', { exact: true }).selectOption({ label: email })
  for (const name of buttons) {
    await button(dialog, name).click()
    await dialog.getByRole('status').filter({ hasText: /\S/ }).waitFor()
  }
  await window.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
}

/**
 * Presses an entry of the menu of one grant of the account whose page is open.
 *
 * @param {Page} window
 * @param {string} client its label
 * @param {string} entry e.g. `Revoke at Google…`
 */
export async function choose(window, client, entry) {
  const grant = window.getByRole('region', { name: client, exact: true })
  await button(grant, `More for ${client}`).click()
  await window.getByRole('menuitem', { name: entry, exact: true }).click()
}

/**
 * Checks the account whose page is open, and waits until Google has answered.
 *
 * @param {Page} window
 */
export async function checkNow(window) {
  await button(window, 'Check now').click()
  await button(window, 'Checking…').waitFor({ state: 'detached' })
}

/**
 * Has something go wrong at practice Google until it is taken away again, through the dialog of its strip.
 *
 * @param {Page} window
 * @param {string} fault as the choice says it, e.g. `A revocation takes effect 5 seconds later`; `Nothing` ends it
 */
export async function setFault(window, fault) {
  const section = window.getByRole('region', { name: 'Practice profile' })
  await section.getByRole('button', { name: /^(Cause…|Fault: .+)$/ }).click()
  const dialog = window.getByRole('dialog', { name: 'What happens at practice Google' })
  await dialog.getByLabel('What goes wrong').selectOption({ label: fault })
  await window.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  const expected = fault === 'Nothing' ? /^Cause…$/ : /^Fault: .+$/
  await section.getByRole('button', { name: expected }).waitFor()
}

/**
 * The person at practice Google's page of connections: ends the access of one app.
 *
 * @param {Page} page shows the connections of the account already
 * @param {string} app as the page calls it, e.g. `Latchkey practice client`
 */
export async function removeAccess(page, app) {
  await button(page.getByRole('region', { name: app }), 'Remove access').click()
  await page.getByRole('status').filter({ hasText: app }).waitFor()
}
