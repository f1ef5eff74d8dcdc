/** Names and usual place of a profile's sockets. In a file of its own, because each run of the command begins with it. */
import { join } from 'node:path'
import type { ProfileName } from '../../contract/views.ts'

/** Names in the folder. On Windows only the announcement is a file. */
export const doorFiles = { door: 'door.sock', remote: 'remote.sock', announcement: 'door.json' } as const

/** Addresses of sockets hold 104 bytes on macOS and 108 on Linux, with the zero at the end. */
const longestSocketPath = 100

/** `run` in the profile's own folder; null where the paths of sockets would be too long there. */
export function usualDoorFolder(place: {
  readonly platform: NodeJS.Platform
  readonly dataFolder: string
  readonly profile: ProfileName
}): string | null {
  const run = join(place.dataFolder, 'profiles', place.profile, 'run')
  const fits = Buffer.byteLength(join(run, doorFiles.remote)) <= longestSocketPath
  return fits || place.platform === 'win32' ? run : null
}
