/**
 * The tour: the real app on a virtual screen, a real Chromium as the system browser, a real keyring, two practice
 * accounts signed in. Prints the account table and leaves pictures of every screen in dist/tour/.
 */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import * as driver from './app-driver.mjs'
import { buildAll } from './build.mjs'
import { readRuntime } from './setup/electron-runtime.mjs'
import { root } from './setup/places.mjs'
import { run, say } from './setup/progress.mjs'
import { startSession } from './session.mjs'
import { installSystemBrowser } from './system-browser.mjs'

const pictures = path.join(root, 'dist/tour')

const visitors = [
  { email: 'asha.rao@gmail.test', preset: 'Calendar' },
  { email: 'meera@northwind.test', preset: 'Gmail: read' },
]

/** @returns {Promise<void>} */
export async function giveTour() {
  if (process.platform !== 'linux')
    throw new Error('The tour makes its own screen and keyring, which needs Linux.')
  const { version } = readRuntime()
  say(`The tour, on Electron ${version}: a screen, a keyring and a browser of its own.`)
  fs.rmSync(pictures, { recursive: true, force: true })
  fs.mkdirSync(pictures, { recursive: true })
  const session = await startSession({ keyring: 'unlocked', display: true })
  try {
    await walk(session)
  } finally {
    await session.stop()
  }
}

/** @param {import('./session.mjs').Session} session */
async function walk(session) {
  const browser = installSystemBrowser(session)
  const env = { LATCHKEY_DATA_FOLDER: path.join(session.home, 'latchkey') }
  let app = await driver.launchApp(session, env)
  const picture = picturesOf(() => app.window)
  await picture('first-start')
  await driver.openPractice(app.window)
  say('  practice Google is open')
  for (const visitor of visitors) await signIn(app.window, browser, picture, visitor)
  await app.close()
  app = await driver.launchApp(session, env)
  say('  restarted: everything is still there')
  const snapshot = await driver.readSnapshot(app.window)
  await photographRooms(app.window, picture)
  await photographAccess(app.window, picture)
  await photographScenarios(app.window, browser, picture)
  await photographPrograms(app.window, session, picture)
  const death = await photographDeath(app.window, picture)
  await app.close()
  printAccounts(snapshot)
  printAccounts(death)
  say(`Pictures: ${path.relative(process.cwd(), pictures) || '.'}/`)
}

/**
 * @param {import('@playwright/test').Page} window
 * @param {import('./system-browser.mjs').SystemBrowser} browser
 * @param {(name: string) => Promise<void>} picture
 * @param {{ email: string, preset: string }} visitor
 */
async function signIn(window, browser, picture, { email, preset }) {
  const first = browser.opened() === 0
  await driver.chooseAccess(window, preset)
  if (first) await picture('choosing-access')
  await driver.startSignIn(window)
  if (first) await picture('waiting')
  const { page, close } = await browser.next()
  if (first) await photographBrowser(page, 'practice-chooser')
  await driver.consent(page, email, {
    beforeContinue: async () => void (first && (await photographBrowser(page, 'practice-consent'))),
  })
  await driver.waitUntilSignedIn(window, email)
  if (first) await photographBrowser(page, 'reply-page')
  if (first) await picture('signed-in')
  await close()
  say(`  ${email} is signed in`)
}

/**
 * @param {import('@playwright/test').Page} window
 * @param {(name: string) => Promise<void>} picture
 */
async function photographRooms(window, picture) {
  for (const theme of /** @type {const} */ (['Light', 'Dark'])) {
    await driver.chooseTheme(window, theme)
    const look = theme.toLowerCase()
    await picture(`settings-${look}`)
    await driver.openAccount(window, visitors[0]?.email ?? '')
    await picture(`account-${look}`)
    await driver.openRoom(window, 'Clients')
    await picture(`client-${look}`)
  }
}

/**
 * Who can do what, and what a revocation would end. It is looked at and not done.
 *
 * @param {import('@playwright/test').Page} window
 * @param {(name: string) => Promise<void>} picture
 */
async function photographAccess(window, picture) {
  const email = visitors[1]?.email ?? ''
  const { clients } = await driver.readSnapshot(window)
  await driver.chooseTheme(window, 'Light')
  await driver.openRoom(window, 'Scopes')
  await window.getByRole('option').filter({ hasText: 'gmail.readonly' }).first().click()
  await window.getByText(email).first().waitFor()
  await picture('scopes')
  await driver.openRoom(window, 'Folders')
  await picture('folders')
  await driver.openAccount(window, email)
  await driver.choose(window, clients[0]?.label ?? '', 'Inspect access token')
  await window.getByText('Google says what Latchkey believes').waitFor()
  await picture('inspector')
  await window.keyboard.press('Escape')
  await driver.choose(window, clients[0]?.label ?? '', 'Revoke at Google…')
  await window.getByText('known here').first().waitFor()
  await picture('revocation')
  await window.keyboard.press('Escape')
  say('  looked through scopes, and at what a revocation would end')
}

/**
 * Google's other scenarios: a code for a device, access without a refresh token, an address pasted back, a key.
 *
 * @param {import('@playwright/test').Page} window
 * @param {import('./system-browser.mjs').SystemBrowser} browser
 * @param {(name: string) => Promise<void>} picture
 */
async function photographScenarios(window, browser, picture) {
  const email = visitors[0]?.email ?? ''
  await driver.cause(window, null, 'Add a client for devices', 'Add a web client', 'Add a service account')
  const { clients, accounts } = await driver.readSnapshot(window)
  const labelOf = (/** @type {string} */ type) => clients.find((client) => client.type === type)?.label ?? ''
  const press = (/** @type {string} */ name) => window.getByRole('button', { name, exact: true }).click()

  await driver.chooseUnder(window, labelOf('device'))
  await press('Get a code')
  await window.getByRole('img', { name: /QR code/ }).waitFor()
  await picture('device-code')
  await press('Cancel sign-in')

  await driver.chooseUnder(window, labelOf('web'), 'Paste the address back')
  await press('Open browser')
  await (await browser.next()).close()
  await window.getByRole('button', { name: /Paste the address/ }).waitFor()
  await picture('web-paste')
  await press('Cancel sign-in')

  await driver.chooseUnder(window, labelOf('web'), 'Client-side, without refresh token')
  await press('Open browser')
  const { page, close } = await browser.next()
  // What is asked was consented to before, so that choosing the account is all there is to do.
  await page.getByRole('button', { name: email }).click()
  await driver.waitUntilSignedIn(window, email)
  await close()
  await driver.openAccount(window, email)
  await window.getByRole('region', { name: labelOf('web'), exact: true }).scrollIntoViewIfNeeded()
  await picture('client-side')

  await driver.openAccount(window, accounts.find(({ service }) => service !== null)?.email ?? '')
  await driver.configureService(window, 'Calendar', visitors[1]?.email ?? null)
  await window.getByRole('region', { name: 'What its tokens may do' }).scrollIntoViewIfNeeded()
  await picture('service-account')
  say('  a code for a device, access without a refresh token, an address pasted back, a service account')
}

/**
 * Programs of this machine: one asks in a terminal and is answered in the window, Google's libraries get a file without a
 * secret.
 *
 * @param {import('@playwright/test').Page} window
 * @param {import('./session.mjs').Session} session
 * @param {(name: string) => Promise<void>} picture
 */
async function photographPrograms(window, session, picture) {
  const email = visitors[0]?.email ?? ''
  const script = path.join(session.home, 'nightly-report.sh')
  fs.writeFileSync(script, '#!/bin/sh\n"$@"\n', { mode: 0o700 })
  const latchkey = [process.execPath, path.join(root, 'dist/electron/latchkey.cjs')]
  const env = { ...session.env, LATCHKEY_DATA_FOLDER: path.join(session.home, 'latchkey') }
  const work = path.join(session.home, 'reports')
  fs.mkdirSync(work, { recursive: true })
  /** @param {string[]} words */
  const ask = (...words) => run(script, [...latchkey, ...words, '--practice'], { env, cwd: work })

  await driver.chooseTheme(window, 'Light')
  const asked = ask('token', '--account', email, '--scopes', 'calendar')
  await window.getByText('nightly-report.sh asks for access').waitFor()
  // A question takes no answer in its first moment.
  await window.getByRole('button', { name: 'Always' }).and(window.locator(':enabled')).waitFor()
  await picture('question')
  await window.getByRole('button', { name: 'Always' }).click()
  await asked
  await ask('adc', 'write', '--account', email, '--label', 'Python notebooks')
  await driver.openRoom(window, 'Programs')
  await window.locator('main').getByText('nightly-report.sh').first().click()
  await window.getByText('Used once').waitFor()
  await picture('programs')
  say(
    '  a program asked in a terminal and was answered in the window; a credentials file without a secret was written',
  )
}

/**
 * What the app is for: a token dies somewhere else, and the app finds out, says why, and offers to renew it.
 *
 * @param {import('@playwright/test').Page} window
 * @param {(name: string) => Promise<void>} picture
 */
async function photographDeath(window, picture) {
  const email = visitors[1]?.email ?? ''
  await driver.chooseTheme(window, 'Light')
  await driver.openAccount(window, email)
  await driver.cause(window, email, 'Change the password')
  await driver.checkNow(window)
  await window.getByText('causes fit alike').first().waitFor()
  say(`  the password of ${email} was changed at practice Google: a check found its token dead`)
  await picture('death')
  await driver.openRoom(window, 'This week')
  await picture('week')
  return driver.readSnapshot(window)
}

/**
 * @param {() => import('@playwright/test').Page} window
 * @returns {(name: string) => Promise<void>}
 */
function picturesOf(window) {
  let number = 0
  return async (name) => {
    number += 1
    const file = `${String(number).padStart(2, '0')}-${name}.png`
    await window().screenshot({ path: path.join(pictures, file), animations: 'disabled' })
  }
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {string} name
 */
async function photographBrowser(page, name) {
  await page.screenshot({ path: path.join(pictures, `browser-${name}.png`) })
}

/** @param {import('../electron/contract/views.ts').Snapshot} snapshot */
function printAccounts({ accounts, clients, clockOffsetMs }) {
  const now = Date.now() + clockOffsetMs
  const label = (/** @type {string} */ id) => clients.find(({ clientId }) => clientId === id)?.label ?? id
  const rows = accounts.flatMap((account) => {
    const { email, active, health, grants, service } = account
    const common = {
      account: active ? `${email} *` : email,
      health: health.reason === 'ready' ? health.level : `${health.level}: ${health.reason}`,
    }
    const held = grants.map((grant) => ({ client: label(grant.clientId), ...grantCells(grant, now) }))
    return [...held, ...(service ? [serviceCells(service, now)] : [])].map((cells) => ({
      ...common,
      ...cells,
    }))
  })
  say(tableText(rows))
}

/**
 * @param {import('../electron/contract/views.ts').GrantView} grant
 * @param {number} now
 */
function grantCells({ granted, tokens, access, liveAtLeast, limit }, now) {
  const [newest] = tokens
  const next = newest?.next
  const ends = access ? `in ${ageText(access.expiresAt - now)}: access ends` : '–'
  return {
    scopes: granted.map(shortScope).join(' '),
    'token age': newest ? ageText(now - newest.mintedAt) : 'no refresh token',
    'live at least': newest ? `${liveAtLeast} of ${limit}` : '–',
    'next deadline': next?.at ? `in ${ageText(next.at - now)}: ${next.kind}` : ends,
  }
}

/**
 * @param {import('../electron/contract/service.ts').ServiceView} service
 * @param {number} now
 */
function serviceCells({ scopes, keys }, now) {
  const [newest] = keys
  return {
    client: 'service account',
    scopes: scopes.map(shortScope).join(' '),
    'token age': newest ? `key ${ageText(now - (newest.createdAt ?? newest.addedAt))}` : 'no key',
    'live at least': '–',
    'next deadline': newest ? `in ${ageText(newest.oldAt - now)}: key old` : '–',
  }
}

/** @param {string} scope */
function shortScope(scope) {
  return scope.replace('https://www.googleapis.com/auth/', '')
}

/** @param {number} ms */
function ageText(ms) {
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`
  return ms < 48 * 3_600_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`
}

/** @param {Array<Record<string, string>>} rows */
function tableText(rows) {
  const names = Object.keys(rows[0] ?? {})
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => (row[name] ?? '').length)))
  const line = (/** @type {string[]} */ cells) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width))
  return [
    '',
    line(names),
    line(rule),
    ...rows.map((row) => line(names.map((name) => row[name] ?? ''))),
    '',
  ].join('\n')
}

const readmePictures = [
  'first-start',
  'choosing-access',
  'account-light',
  'account-dark',
  'death',
  'week',
  'scopes',
  'revocation',
  'device-code',
  'web-paste',
  'client-side',
  'service-account',
  'question',
  'programs',
]

/** The pictures of the README are those of a tour, so that they never show what is not there. */
function keepForReadme() {
  const kept = path.join(root, 'build/pictures')
  fs.mkdirSync(kept, { recursive: true })
  for (const name of readmePictures) {
    const file = fs.readdirSync(pictures).find((found) => found.endsWith(`-${name}.png`))
    if (file) fs.copyFileSync(path.join(pictures, file), path.join(kept, `${name}.png`))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildAll()
  await giveTour()
  if (process.argv.includes('--readme')) keepForReadme()
}
