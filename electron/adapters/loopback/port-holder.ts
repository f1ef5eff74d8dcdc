/**
 * Which program listens on a port of this machine, so that a person knows what to end. Asks the system, never the
 * port; whatever cannot be found out, e.g. of another user, stays unknown.
 */
import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename, win32 } from 'node:path'

/** Nobody waits longer than this for a name, ms. */
const patienceMs = 2000
const longestName = 60

/** The name of the program that listens on `port`, or null where it cannot be known within two seconds. */
export async function portHolder(port: number, platform = process.platform): Promise<string | null> {
  const over = Date.now() + patienceMs
  try {
    const name = await finders[platform]?.(port, over)
    return name === undefined || name === null ? null : shown(name)
  } catch {
    return null
  }
}

type Finder = (port: number, over: number) => Promise<string | null>
const finders: Partial<Record<NodeJS.Platform, Finder>> = {
  linux: onLinux,
  darwin: onMac,
  win32: onWindows,
}

async function onLinux(port: number, over: number): Promise<string | null> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'latin1').catch(() => '')),
  )
  const sockets = new Set(
    tables.flatMap((table) => listeningInodes(table, port)).map((id) => `socket:[${id}]`),
  )
  if (sockets.size === 0) return null
  const pid = await processHolding(sockets, over)
  if (pid === null) return null
  return pid === process.pid ? 'Latchkey' : linuxName(String(pid))
}

/**
 * The process that has one of these sockets (`socket:[INODE]`) open, or null where none of those that may be looked at
 * does, or none was found until `over` (epoch ms). Linux only.
 */
export async function processHolding(sockets: ReadonlySet<string>, over: number): Promise<number | null> {
  // Young processes have high numbers, and who has just connected is often one of them.
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).reverse()
  for (const pid of pids) {
    if (Date.now() > over) return null
    if (await holdsOne(pid, sockets)) return Number(pid)
  }
  return null
}

/** Of its file: what a process calls itself can be the name of its main thread, as with Node. */
async function linuxName(pid: string): Promise<string> {
  const file = await readlink(`/proc/${pid}/exe`).catch(() => '')
  const name = basename(file.replace(/ \(deleted\)$/, ''))
  return name === '' ? (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() : name
}

async function holdsOne(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  // Of another user's programs nothing can be read; they are passed over.
  const files = await readdir(folder).catch(() => [])
  for (const file of files) {
    if (sockets.has(await readlink(`${folder}/${file}`).catch(() => ''))) return true
  }
  return false
}

/** The inodes of the sockets that listen on a port, from a table of `/proc/net`. */
export function listeningInodes(table: string, port: number): readonly string[] {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    return state === '0A' && local.endsWith(ending) && inode !== undefined && inode !== '0' ? [inode] : []
  })
}

async function onMac(port: number): Promise<string | null> {
  const text = await output('/usr/sbin/lsof', ['-nP', `-iTCP:${String(port)}`, '-sTCP:LISTEN', '-Fcp'])
  return lsofName(text)
}

/** The first command name in the fields that `lsof -F` writes. */
export function lsofName(text: string): string | null {
  return /^c(.+)$/m.exec(text)?.[1] ?? null
}

async function onWindows(port: number): Promise<string | null> {
  const pid = netstatPid(await output(systemProgram('netstat.exe'), ['-ano', '-p', 'TCP']), port)
  if (pid === null) return null
  if (Number(pid) === process.pid) return 'Latchkey'
  return tasklistName(
    await output(systemProgram('tasklist.exe'), ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']),
  )
}

/** Where Windows keeps a program of its own: by the name alone, one in the current folder would be started. */
export function systemProgram(
  name: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const root = env['SystemRoot'] ?? ''
  return win32.join(win32.isAbsolute(root) ? root : 'C:\\Windows', 'System32', name)
}

/** The process that listens on a port. What listens is told by the empty other side: the word for it is translated. */
export function netstatPid(text: string, port: number): string | null {
  const line = new RegExp(`^\\s*TCP\\s+\\S+:${String(port)}\\s+\\S+:0\\s+\\S+\\s+(\\d+)\\s*$`, 'm')
  return line.exec(text)?.[1] ?? null
}

/** The name in a row of `tasklist`; without such a process it writes a sentence instead. */
export function tasklistName(text: string): string | null {
  return /^"([^"]+)","\d+"/m.exec(text)?.[1] ?? null
}

function output(program: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, [...words], { timeout: patienceMs / 2, windowsHide: true }, (failure, text) => {
      // What it wrote counts, also where it ends with a complaint about something else.
      if (failure && text === '') reject(new Error('the system did not tell'))
      else resolve(text)
    })
  })
}

/** A program may call itself anything. */
function shown(name: string): string | null {
  const clean = name.replace(/[^\p{L}\p{N} ._+-]/gu, '').trim()
  return clean === '' ? null : clean.slice(0, longestName)
}
