/**
 * One owner a folder, also when two processes start at the same moment and when an owner was killed.
 *
 * Each candidate first announces itself with a file of its own, named after its process, and then looks for
 * others. Of two candidates the one that announced itself later sees the earlier one, so both can never go on;
 * at worst both step back and try again. Files of processes that are gone are only removed, never taken over,
 * so there is no moment at which removing one could hit a living owner.
 */
import { execFile } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { open, readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'

export interface OwnerLock {
  release(): Promise<void>
}

/** More than enough for starts that get in each other's way for a moment. */
const tries = 6

/** Takes the lock, or answers null while a living process has it. Throws the system's error if it cannot write. */
export async function takeOwnerLock(folder: string): Promise<OwnerLock | null> {
  const own = `.owner-${String(process.pid)}-${await startStamp(process.pid)}-${randomBytes(6).toString('hex')}`
  const path = join(folder, own)
  for (let left = tries; left > 0; left -= 1) {
    await (await open(path, 'wx', 0o600)).close()
    if (!(await livingOther(folder, own))) return { release: () => removeIfThere(path) }
    await removeIfThere(path)
    if (left > 1) await pause(randomInt(10, 60))
  }
  return null
}

/** Whether another living process has announced itself; what dead ones left is cleared away. */
async function livingOther(folder: string, own: string): Promise<boolean> {
  let found = false
  for (const name of await readdir(folder)) {
    const match = /^\.owner-(\d+)-([0-9a-z]+)-[0-9a-f]+$/.exec(name)
    if (!match || name === own) continue
    const [, pid = '', stamp = ''] = match
    if ((await startStamp(Number(pid))) === stamp) found = true
    else await removeIfThere(join(folder, name))
  }
  return found
}

/**
 * What tells a process from a later one with the same number: when it started, and in which run of the system.
 * `gone` when there is no such process. Windows gives no cheap way to ask; there, any process with that number
 * counts as the owner.
 */
async function startStamp(pid: number): Promise<string> {
  if (process.platform === 'linux') return linuxStamp(pid)
  if (process.platform === 'darwin') return darwinStamp(pid)
  return isThere(pid) ? 'there' : 'gone'
}

async function linuxStamp(pid: number): Promise<string> {
  try {
    const line = await readFile(`/proc/${String(pid)}/stat`, 'utf8')
    // Field 22, counted behind the name, which may itself hold blanks and brackets (proc(5)).
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return 'gone'
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    return `${fields[19] ?? '0'}x${boot.slice(0, 8)}`
  } catch {
    return 'gone'
  }
}

function darwinStamp(pid: number): Promise<string> {
  return new Promise((resolve) => {
    execFile('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { env: { LC_ALL: 'C' } }, (error, stdout) => {
      const started = stdout.replace(/[^0-9A-Za-z]/g, '').toLowerCase()
      resolve(error || started === '' ? 'gone' : started)
    })
  })
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
