/**
 * A real Chromium as the system browser of a private session (`session.mjs`): the app opens an address the ordinary
 * way, through the desktop, and a script finds the browser that came up and clicks in it.
 */
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import { root } from './setup/places.mjs'

const script = path.join(root, 'build/system-browser.sh')
const entry = 'latchkey-test-browser.desktop'

/**
 * @typedef {object} SystemBrowser
 * @property {(limitMs?: number) => Promise<OpenedBrowser>} next the next browser window that the app opened; each is
 *   given once. Rejects when none comes within the limit (20 s)
 * @property {() => number} opened how many were opened so far
 */

/**
 * @typedef {object} OpenedBrowser
 * @property {import('@playwright/test').Page} page
 * @property {() => Promise<void>} close
 */

/**
 * Makes the session's default browser one that can be driven. Changes `session.env`, so call it before the app
 * starts. What is still open when the session ends is ended with it.
 *
 * @param {import('./session.mjs').Session} session
 * @returns {SystemBrowser}
 */
export function installSystemBrowser(session) {
  const folder = path.join(session.home, 'browsers')
  fs.mkdirSync(folder, { mode: 0o700 })
  makeDefault(session)
  Object.assign(session.env, { BROWSER: script, LATCHKEY_BROWSER_ROOT: folder })
  const open = () => fs.readdirSync(folder).filter((name) => fs.existsSync(path.join(folder, name, 'pid')))
  session.onEnd(() => {
    for (const name of open()) end(path.join(folder, name))
  })
  /** @type {Set<string>} */
  const given = new Set()
  return {
    opened: () => open().length,
    next: async (limitMs = 20_000) => {
      const until = Date.now() + limitMs
      for (;;) {
        const fresh = open().find((name) => !given.has(name))
        if (fresh) {
          given.add(fresh)
          return connect(path.join(folder, fresh), until)
        }
        if (Date.now() > until) throw new Error(`no browser was opened within ${limitMs} ms`)
        await wait(50)
      }
    },
  }
}

/**
 * xdg-open looks for the desktop's default browser first and for $BROWSER after that; both lead to our script.
 *
 * @param {import('./session.mjs').Session} session
 */
function makeDefault({ env }) {
  const applications = path.join(env['XDG_DATA_HOME'] ?? '', 'applications')
  fs.mkdirSync(applications, { recursive: true })
  const types = 'x-scheme-handler/http;x-scheme-handler/https;text/html;'
  const facts = ['Type=Application', 'Name=Test browser', `Exec=${script} %u`, `MimeType=${types}`]
  fs.writeFileSync(path.join(applications, entry), `[Desktop Entry]\n${facts.join('\n')}\n`)
  const defaults = ['x-scheme-handler/http', 'x-scheme-handler/https', 'text/html'].map(
    (type) => `${type}=${entry}`,
  )
  fs.writeFileSync(
    path.join(env['XDG_CONFIG_HOME'] ?? '', 'mimeapps.list'),
    `[Default Applications]\n${defaults.join('\n')}\n`,
  )
}

/**
 * @param {string} folder
 * @param {number} until
 * @returns {Promise<OpenedBrowser>}
 */
async function connect(folder, until) {
  const portFile = path.join(folder, 'profile/DevToolsActivePort')
  // The file is there before its second line is.
  while (!(fs.existsSync(portFile) && fs.readFileSync(portFile, 'utf8').includes('\n'))) {
    if (Date.now() > until)
      throw new Error(`the browser did not come up: ${fs.readFileSync(path.join(folder, 'log'), 'utf8')}`)
    await wait(50)
  }
  const [port, endpoint] = fs.readFileSync(portFile, 'utf8').split('\n')
  const browser = await connectWithPatience(`ws://127.0.0.1:${port}${endpoint}`, until)
  const [context] = browser.contexts()
  if (!context) throw new Error('the browser has no window')
  const page = context.pages()[0] ?? (await context.waitForEvent('page'))
  await page.waitForLoadState()
  return {
    page,
    close: async () => {
      await browser.close()
      end(folder)
    },
  }
}

/**
 * A browser that has just come up sometimes takes the connection and never answers on it; the next one it answers.
 *
 * @param {string} address
 * @param {number} until
 */
async function connectWithPatience(address, until) {
  for (;;) {
    try {
      return await chromium.connectOverCDP(address, { timeout: 4000 })
    } catch (error) {
      if (Date.now() > until) throw error
    }
  }
}

/** @param {string} folder */
function end(folder) {
  const pid = Number(fs.readFileSync(path.join(folder, 'pid'), 'utf8'))
  // The script starts it as the leader of a group of its own: helpers included.
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
}
