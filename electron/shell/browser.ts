/** Opens the pages to sign in, for a device code and of an account's connections, in the system browser or another. */
import { spawn } from 'node:child_process'
import { isAbsolute } from 'node:path'
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'
import type { BrowserChoice, ProfileName } from '../contract/views.ts'
import type { Browser } from '../core/ports.ts'
import type { ExternalLinks } from './external-links.ts'
import type { ExternalUrl } from './external-url.ts'
import { checkedAuthorizationUrl, checkedConnectionsUrl, checkedDevicePage } from './external-url.ts'
import type { Machine } from './known-browsers.ts'
import { findBrowsers, isProgram } from './known-browsers.ts'

export interface BrowserOptions {
  readonly links: ExternalLinks
  /** Which issuer may be opened right now. */
  readonly profile: () => ProfileName
  readonly machine: Machine
}

/**
 * The port `Browser`. `open` takes the authorization URL or the connections page that main built, or the page for a
 * device code that the issuer named, and checks it once more; it answers `browser-not-opened` (also for any other
 * address) or `browser-missing`.
 */
export function systemBrowser(options: BrowserOptions): Browser {
  return {
    async open(url, choice) {
      const profile = options.profile()
      const checked =
        checkedAuthorizationUrl(url, profile) ??
        checkedConnectionsUrl(url, profile) ??
        checkedDevicePage(url, profile)
      if (checked === null) return fail('browser-not-opened')
      return choice.kind === 'system'
        ? options.links.open(checked)
        : startProgram(checked, choice, options.machine)
    },
    installed: () => findBrowsers(options.machine),
  }
}

async function startProgram(
  url: ExternalUrl,
  choice: Extract<BrowserChoice, { kind: 'program' }>,
  machine: Machine,
): Promise<Outcome<null>> {
  if (!isAbsolute(choice.path) || !(await isProgram(choice.path, machine.platform)))
    return fail('browser-missing')
  const isBundle = machine.platform === 'darwin' && choice.path.endsWith('.app')
  return isBundle
    ? start('/usr/bin/open', ['-a', choice.path, url], machine)
    : start(choice.path, [url], machine)
}

/** Starts without a shell, so that nothing in the address is ever read as a command. Lives on after us. */
function start(program: string, args: readonly string[], machine: Machine): Promise<Outcome<null>> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      shell: false,
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
      env: environmentFor(machine),
    })
    child.once('spawn', () => {
      child.unref()
      resolve(ok())
    })
    child.once('error', () => resolve(fail('browser-not-opened')))
  })
}

/** Our own environment without what would turn an Electron- or Node-based browser into something else. */
function environmentFor(machine: Machine): NodeJS.ProcessEnv {
  const { ELECTRON_RUN_AS_NODE: _asNode, NODE_OPTIONS: _options, ...rest } = machine.env
  return rest
}
