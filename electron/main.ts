/** Composition root of the app: builds the adapters, hands them to core, starts the shell. Nothing else. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { app } from 'electron'
import { openAppState } from './adapters/app-state.ts'
import { takeAppSeat } from './adapters/doors/seat.ts'
import { createKeychain } from './adapters/keychain.ts'
import { createLog } from './adapters/log.ts'
import { createLoopbackListener } from './adapters/loopback-listener.ts'
import { systemRandom } from './adapters/random.ts'
import { readSmallFile } from './adapters/small-file.ts'
import { thisMachine } from './adapters/this-machine.ts'
import { VaultKey } from './adapters/vault/vault-key.ts'
import type { About } from './contract/views.ts'
import { Latchkey } from './core/latchkey.ts'
import { isPracticeIssuer } from './core/clients/issuer.ts'
import { startShell } from './shell/shell.ts'
import { openWorld } from './worlds.ts'

/** Electron supports its latest three majors; the release build has 45. The one place that looks at the version. */
const oldestSafeElectron = 43
/** Ledger and keychain are compared once, this long after the start, ms: long after the window is usable. */
const sweepAfterMs = 15_000

const { env, versions } = process
const dataFolder = env['LATCHKEY_DATA_FOLDER'] ?? join(app.getPath('appData'), 'Latchkey')
const log = createLog({ folder: dataFolder, home: homedir() })
const onFault = (what: string, cause: unknown): void => log.error(what, cause)
const appState = openAppState(dataFolder, onFault)

let started: Latchkey | null = null

const shell = startShell({
  rendererRoot: join(__dirname, '../renderer'),
  preload: join(__dirname, 'preload.cjs'),
  dataFolder,
  handlers: () => latchkey().handlers,
  profile: () => appState.current().profile,
  settings: () => appState.current(),
  loadWindowState: () => appState.current().window,
  saveWindowState: (window) => appState.change({ window }),
  beforeQuit: async () => {
    await latchkey().close()
    await shell?.desktop.clearSecret()
    await appState.settled()
  },
  onFault,
  onRefusal: (refusal) => log.warn('request-refused', { ...refusal }),
  checkResults: !app.isPackaged,
})

/** Made at once when this process is the one that runs, so that the ledger is read while the window comes up. */
function latchkey(): Latchkey {
  if (started !== null) return started
  if (shell === null) throw new Error('another start of the app owns this data folder')
  const desktop = { ...shell.desktop, readSmallFile, machine: () => thisMachine(process.env) }
  const listener = createLoopbackListener({ random: systemRandom })
  const secretStore = createKeychain()
  const issuer = env['LATCHKEY_PRACTICE_ISSUER'] ?? ''
  const practiceIssuer = isPracticeIssuer(issuer) ? issuer : null
  const { browser, wakes, systemProxy } = shell
  const outside = { secretStore, listener, browser, desktop, wakes, systemProxy, log }
  const seat = { takeSeat: takeAppSeat, version: app.getVersion() }
  const vaultKey = new VaultKey({ dataFolder })
  const parts = { dataFolder, vaultKey, ...outside, practiceIssuer, ...seat }
  started = new Latchkey(
    {
      about: about(),
      systemLanguage: () => (app.getLocale().startsWith('hi') ? 'hi' : 'en'),
      sweepAfterMs,
      desktop,
      log,
      doors: { owner: { kind: 'app', pid: process.pid } },
      openWorld: (profile) => openWorld(profile, parts),
      send: (event, payload) => shell.send(event, payload),
      onSettings: (profile, { theme, language }) => {
        appState.change({ profile, theme, language })
        shell.applySettings({ theme, language })
      },
    },
    appState.current().profile,
  )
  return started
}

function about(): About {
  const electron = versions['electron'] ?? ''
  const supported = Number.parseInt(electron, 10) >= oldestSafeElectron
  return {
    version: app.getVersion(),
    electron,
    chromium: versions['chrome'] ?? '',
    platform: process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux',
    realSignInAllowed: supported || env['LATCHKEY_ALLOW_OLD_RUNTIME'] === '1',
    dataFolder,
  }
}

if (shell !== null) latchkey()
