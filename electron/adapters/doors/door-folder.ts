/**
 * Where the sockets of a profile lie and what is announced about them. Used by the owner of the profile, who makes the
 * folder, and by the command line, which only looks; so nothing of Electron, and little else, is loaded here.
 */
import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { isMine } from '../is-mine.ts'
import type { ProfileName } from '../../contract/views.ts'
import type { Machine } from '../data-folder.ts'
import { usualDoorFolder } from './door-paths.ts'

export interface DoorFolderPlace extends Machine {
  readonly dataFolder: string
  readonly profile: ProfileName
  /** Whose folder it is; this process's user where it is left out. */
  readonly uid?: number
}

/**
 * The folder of a profile's sockets: `run` in the profile's own, unless their paths would be too long there; then one
 * in the folder for temporary files, named after this user and the profile's path. Touches nothing.
 */
export function doorFolderOf(place: DoorFolderPlace): string {
  const { dataFolder, profile, uid } = place
  const usual = usualDoorFolder(place)
  if (usual !== null) return usual
  const digest = createHash('sha256')
    .update(join(dataFolder, 'profiles', profile))
    .digest('hex')
  const user = uid ?? process.getuid?.() ?? 0
  return posix.join(temporary(place), `latchkey-${String(user)}`, digest.slice(0, 16))
}

/**
 * The same for the owner and for the command, whose environments may differ: a session of systemd, a shell and a
 * container name other folders. Only macOS gives each person one that all their programs are told of.
 */
function temporary({ platform, env }: Machine): string {
  const named = platform === 'darwin' ? (env['TMPDIR'] ?? '') : ''
  return named === '' ? '/tmp' : named.replace(/(?!^)\/+$/, '')
}

/** The folder and those of ours above it, outermost first, each of which has to be closed to others. */
function closedFolders(folder: string): readonly string[] {
  const parent = join(folder, '..')
  return /[\\/]latchkey-\d+$/.test(parent) ? [parent, folder] : [folder]
}

/**
 * Whether a folder of sockets can be trusted: a folder and no link, this user's, and closed to everybody else. Windows
 * tells no owner; there a folder counts that lies in the person's own.
 */
export async function doorFolderState(folder: string): Promise<'ours' | 'missing' | 'not-ours'> {
  for (const path of closedFolders(folder)) {
    const seen = await lstat(path).catch((cause: unknown) => (isAbsent(cause) ? null : undefined))
    if (seen === null) return 'missing'
    if (!seen?.isDirectory() || !isMine(seen.uid)) return 'not-ours'
    if (process.platform !== 'win32' && (seen.mode & 0o077) !== 0) return 'not-ours'
  }
  return 'ours'
}

/**
 * Makes the folder where it is not there yet, and closes it to others where it is ours and was open. Answers false
 * where somebody else's folder, a link or a file is in its place; nothing of it is touched then. Throws the system's error
 * where it cannot be made.
 */
export async function makeDoorFolder(folder: string): Promise<boolean> {
  for (const path of closedFolders(folder)) {
    await mkdir(path, { mode: 0o700 }).catch((cause: unknown) => {
      if (codeOf(cause) !== 'EEXIST') throw cause
    })
    const seen = await lstat(path)
    if (!seen.isDirectory() || !isMine(seen.uid)) return false
    // Ours: nobody else can put a link in its place, since they may not write above it or it stays ours (sticky).
    if (process.platform !== 'win32' && (seen.mode & 0o777) !== 0o700) await chmod(path, 0o700)
  }
  return (await doorFolderState(folder)) === 'ours'
}

function isAbsent(cause: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(cause))
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException | null)?.code ?? ''
}
