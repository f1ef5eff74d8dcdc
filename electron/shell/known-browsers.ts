/** Finds browsers by the places where their installers put them. Looks only at files; starts nothing. */
import { constants, promises as fs } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

export interface InstalledBrowser {
  /** Stable between starts: `browser-` and the product's short name. */
  readonly id: string
  readonly name: string
  readonly path: string
}

export interface Machine {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
}

interface KnownBrowser {
  readonly id: string
  readonly name: string
  /** File names on PATH, in order of preference. */
  readonly linux: readonly string[]
  readonly darwin: string
  /** Below Program Files or the local application data. */
  readonly win32: string
}

const known: readonly KnownBrowser[] = [
  {
    id: 'browser-chrome',
    name: 'Google Chrome',
    linux: ['google-chrome-stable', 'google-chrome', 'com.google.Chrome'],
    darwin: 'Google Chrome.app',
    win32: 'Google\\Chrome\\Application\\chrome.exe',
  },
  {
    id: 'browser-firefox',
    name: 'Firefox',
    linux: ['firefox', 'firefox-esr', 'org.mozilla.firefox'],
    darwin: 'Firefox.app',
    win32: 'Mozilla Firefox\\firefox.exe',
  },
  {
    id: 'browser-chromium',
    name: 'Chromium',
    linux: ['chromium', 'chromium-browser', 'org.chromium.Chromium'],
    darwin: 'Chromium.app',
    win32: 'Chromium\\Application\\chrome.exe',
  },
  {
    id: 'browser-edge',
    name: 'Microsoft Edge',
    linux: ['microsoft-edge-stable', 'microsoft-edge', 'com.microsoft.Edge'],
    darwin: 'Microsoft Edge.app',
    win32: 'Microsoft\\Edge\\Application\\msedge.exe',
  },
  {
    id: 'browser-brave',
    name: 'Brave',
    linux: ['brave-browser-stable', 'brave-browser', 'brave', 'com.brave.Browser'],
    darwin: 'Brave Browser.app',
    win32: 'BraveSoftware\\Brave-Browser\\Application\\brave.exe',
  },
  {
    id: 'browser-vivaldi',
    name: 'Vivaldi',
    linux: ['vivaldi-stable', 'vivaldi', 'com.vivaldi.Vivaldi'],
    darwin: 'Vivaldi.app',
    win32: 'Vivaldi\\Application\\vivaldi.exe',
  },
  {
    id: 'browser-opera',
    name: 'Opera',
    linux: ['opera', 'opera-stable'],
    darwin: 'Opera.app',
    win32: 'Programs\\Opera\\opera.exe',
  },
  { id: 'browser-safari', name: 'Safari', linux: [], darwin: 'Safari.app', win32: '' },
]

/** Flatpak puts its launchers here, which is not on the PATH of every session. */
const flatpakFolders = ['/var/lib/flatpak/exports/bin', '.local/share/flatpak/exports/bin']

/** The known browsers that are on this machine, in a fixed order; each at most once. */
export async function findBrowsers(machine: Machine): Promise<readonly InstalledBrowser[]> {
  const found = await Promise.all(known.map((browser) => findBrowser(browser, machine)))
  return found.filter((browser) => browser !== null)
}

async function findBrowser(browser: KnownBrowser, machine: Machine): Promise<InstalledBrowser | null> {
  for (const path of candidates(browser, machine)) {
    if (await isProgram(path, machine.platform)) return { id: browser.id, name: browser.name, path }
  }
  return null
}

function candidates(browser: KnownBrowser, machine: Machine): readonly string[] {
  if (machine.platform === 'darwin') {
    return ['/Applications', join(machine.home, 'Applications')].map((folder) => join(folder, browser.darwin))
  }
  if (machine.platform === 'win32') {
    if (browser.win32 === '') return []
    const folders = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].map(
      (name) => machine.env[name] ?? '',
    )
    return folders.filter((folder) => folder !== '').map((folder) => `${folder}\\${browser.win32}`)
  }
  return browser.linux.flatMap((name) => linuxFolders(machine).map((folder) => join(folder, name)))
}

function linuxFolders(machine: Machine): readonly string[] {
  const onPath = (machine.env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder))
  return [
    ...onPath,
    ...flatpakFolders.map((folder) => (isAbsolute(folder) ? folder : join(machine.home, folder))),
  ]
}

/** True for what can be started: an executable file, or on macOS an application folder. */
export async function isProgram(path: string, platform: NodeJS.Platform): Promise<boolean> {
  try {
    const stat = await fs.stat(path)
    if (platform === 'darwin' && path.endsWith('.app')) return stat.isDirectory()
    if (!stat.isFile()) return false
    await fs.access(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
