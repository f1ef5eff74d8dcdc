import { join } from 'node:path'

export interface Machine {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
}

/** Where Latchkey keeps its files: the folder for programs' data of the system, as Electron names it for the app. */
export function dataFolderOf({ platform, env, home }: Machine): string {
  const chosen = env['LATCHKEY_DATA_FOLDER']
  return chosen ?? join(programData(platform, env, home), 'Latchkey')
}

function programData(platform: NodeJS.Platform, env: Machine['env'], home: string): string {
  if (platform === 'win32') return env['APPDATA'] ?? join(home, 'AppData', 'Roaming')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support')
  const config = env['XDG_CONFIG_HOME']
  // An empty one counts as unset (XDG Base Directory Specification).
  return config !== undefined && config !== '' ? config : join(home, '.config')
}
