import { mkdir, mkdtemp, realpath, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  doorFolderOf,
  doorFolderState,
  makeDoorFolder,
} from '../../../../electron/adapters/doors/door-folder.ts'

const machine = { platform: 'linux', env: {}, home: '/home/ada', profile: 'real', uid: 1000 } as const
const long = `/home/ada/${'x'.repeat(80)}`

describe('where the sockets of a profile lie', () => {
  it('is in the profile’s own folder where their paths are short enough', () => {
    expect(doorFolderOf({ ...machine, dataFolder: '/home/ada/.config/Latchkey' })).toBe(
      '/home/ada/.config/Latchkey/profiles/real/run',
    )
  })
  it('is in one of this user elsewhere where they are too long, another for each profile', () => {
    const [real, practice] = [
      doorFolderOf({ ...machine, dataFolder: long }),
      doorFolderOf({ ...machine, dataFolder: long, profile: 'practice' }),
    ]
    expect(real).toMatch(/^\/tmp\/latchkey-1000\/[0-9a-f]{16}$/)
    expect(practice).not.toBe(real)
  })
  it('is the same for two programs that are told of other folders for temporary files', () => {
    const place = { ...machine, dataFolder: long }
    const [owner, command] = [
      doorFolderOf({ ...place, env: { TMPDIR: '/run/user/1000/tmp/', TMP: '/a' } }),
      doorFolderOf(place),
    ]
    expect(owner).toBe(command)
  })
  it('is in the person’s own folder for temporary files on macOS', () => {
    const env = { TMPDIR: '/var/folders/ab/T/' }
    expect(doorFolderOf({ ...machine, platform: 'darwin', dataFolder: long, env })).toMatch(
      /^\/var\/folders\/ab\/T\/latchkey-1000\//,
    )
  })
  it('counts bytes, not letters', () => {
    const room = 100 - '/profiles/real/run/remote.sock'.length
    const name = (letter: string, bytes: number): string =>
      `/${letter.repeat((bytes - 1) / Buffer.byteLength(letter))}`
    expect(doorFolderOf({ ...machine, dataFolder: name('a', room) })).toMatch(/run$/)
    expect(doorFolderOf({ ...machine, dataFolder: name('a', room + 1) })).toMatch(/^\/tmp/)
    expect(doorFolderOf({ ...machine, dataFolder: name('é', room + 1) })).toMatch(/^\/tmp/)
  })
  it('is the profile’s own on Windows, whatever its length', () => {
    expect(doorFolderOf({ ...machine, platform: 'win32', dataFolder: long })).toMatch(/run$/)
  })
})

describe.skipIf(process.platform === 'win32')('the folder of the sockets', () => {
  let root: string
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'folder-')))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))
  const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

  it('is made for this user alone, with the one above it where that is ours', async () => {
    const folder = join(root, 'latchkey-1000', '0123456789abcdef')
    expect(await doorFolderState(folder)).toBe('missing')
    expect(await makeDoorFolder(folder)).toBe(true)
    expect([await modeOf(folder), await modeOf(join(root, 'latchkey-1000'))]).toEqual([0o700, 0o700])
    expect(await doorFolderState(folder)).toBe('ours')
    expect(await makeDoorFolder(folder)).toBe(true)
  })
  it('is not trusted while others may look in, nor when it is a link', async () => {
    const [open, link] = [join(root, 'open'), join(root, 'link')]
    await mkdir(open, { mode: 0o755 })
    await symlink(open, link)
    expect(await doorFolderState(open)).toBe('not-ours')
    expect(await doorFolderState(link)).toBe('not-ours')
    expect(await makeDoorFolder(link)).toBe(false)
    expect(await modeOf(open)).toBe(0o755)
  })
  it('is not trusted below a folder that somebody may have put there', async () => {
    const elsewhere = join(root, 'elsewhere')
    await mkdir(join(elsewhere, '0123456789abcdef'), { recursive: true, mode: 0o700 })
    await symlink(elsewhere, join(root, 'latchkey-1000'))
    const folder = join(root, 'latchkey-1000', '0123456789abcdef')
    expect(await doorFolderState(folder)).toBe('not-ours')
    expect(await makeDoorFolder(folder)).toBe(false)
  })
})
