/** What Google lets a limited-input device ask for, and nothing else (google-oauth.md 5). */
import { canonicalScope, uniqueScopes } from './scope-sets.ts'

/** In canonical spelling. */
export const deviceScopes: readonly string[] = uniqueScopes([
  'openid',
  'email',
  'profile',
  'https://www.googleapis.com/auth/drive.appdata',
  'https://www.googleapis.com/auth/drive.file',
  'https://www.googleapis.com/auth/youtube',
  'https://www.googleapis.com/auth/youtube.readonly',
])

/** Whether a scope, in any spelling, can be asked for on a device. */
export function allowedOnDevices(scope: string): boolean {
  return deviceScopes.includes(canonicalScope(scope))
}
