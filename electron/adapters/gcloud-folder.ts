import { isAbsolute, join } from 'node:path'

/** Of whose machine. */
export interface UserPlaces {
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
}

/** Where gcloud keeps its credentials, and Google's libraries look for them (google-oauth.md 8.1); null where nothing says. */
export function gcloudFolderOf({ home, environment, platform }: UserPlaces): string | null {
  const chosen = environment['CLOUDSDK_CONFIG'] ?? ''
  if (isAbsolute(chosen)) return chosen
  if (platform !== 'win32') return join(home, '.config', 'gcloud')
  const roaming = environment['APPDATA'] ?? ''
  return isAbsolute(roaming) ? join(roaming, 'gcloud') : null
}
