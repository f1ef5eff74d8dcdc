import type { AppError } from '../../contract/outcome.ts'
import type { SettingsView } from '../../contract/views.ts'
import type { Desktop, HttpRoute } from '../ports.ts'
import { readCaFile } from './ca-file.ts'

export interface NetworkRoute extends HttpRoute {
  /** Why the chosen CA file could not be used; null when it could, or when none is chosen. */
  readonly caError: AppError | null
}

/**
 * The way that the settings ask requests to go. A CA file that has gone or changed into something else does not
 * stand in the way: requests go on with the roots that come with the app, which trust less, never more.
 */
export async function networkRoute(
  { proxy, caFile }: Pick<SettingsView, 'proxy' | 'caFile'>,
  desktop: Desktop,
): Promise<NetworkRoute> {
  if (caFile === null) return { proxy, caPem: null, caError: null }
  const read = await readCaFile(desktop, caFile)
  return read.ok ? { proxy, caPem: read.value, caError: null } : { proxy, caPem: null, caError: read.error }
}
