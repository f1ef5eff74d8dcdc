/** What macOS, Linux and Windows write about processes, read. */
import type { ProcessFacts } from './program-facts.ts'

/** `/proc/PID/status`: the name, the parent, and the real user. */
export function linuxStatus(text: string): {
  readonly name: string
  readonly parent: number
  readonly uid: number
} {
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? ''
  return {
    name: field('Name'),
    parent: Number(field('PPid')) || 0,
    uid: Number(field('Uid').split(/\s+/)[0] || -1),
  }
}

/** When a process was started, from `/proc/PID/stat`: what tells it from a later one of the same number. */
export function linuxStart(stat: string): string {
  // The second field is the name in brackets, which may hold anything, brackets too.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

/** `/proc/PID/cmdline`: each word with a zero behind it. */
export function linuxWords(text: string): readonly string[] {
  return text.replace(/\0$/, '').split('\0')
}

export interface MacRow {
  readonly pid: number
  readonly parent: number
  readonly uid: number
  readonly file: string
}

/** `ps -axo pid=,ppid=,uid=,comm=`: on macOS the last is the path of the file. */
export function macRows(text: string): ReadonlyMap<number, MacRow> {
  const rows = new Map<number, MacRow>()
  for (const line of text.split('\n')) {
    const [, pid, parent, uid, file] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.+?)\s*$/.exec(line) ?? []
    if (file === undefined) continue
    rows.set(Number(pid), { pid: Number(pid), parent: Number(parent), uid: Number(uid), file })
  }
  return rows
}

/**
 * `ps -o command=`: the words with spaces between them; where one held a space itself, nobody can tell. The first is
 * taken off where it is the file, which may hold some.
 */
export function macWords(command: string, file: string): readonly string[] {
  const line = command.trim()
  const rest = line.startsWith(`${file} `) ? line.slice(file.length) : line.replace(/^\S+/, '')
  return [file, ...rest.split(' ').filter((word) => word !== '')]
}

/** The folder in the fields of `lsof -Fn -d cwd`. */
export function lsofFolder(text: string): string | null {
  return /^n(\/.*)$/m.exec(text)?.[1] ?? null
}

/** `Win32_Process` as JSON. Of other users' processes Windows tells neither the file nor the words. */
export function windowsFacts(json: string): ReadonlyMap<number, ProcessFacts> {
  const found = new Map<number, ProcessFacts>()
  for (const row of rowsOf(json)) {
    const { ProcessId: pid, ParentProcessId: parent, Name: name } = row
    const { ExecutablePath: path, CommandLine: line } = row
    if (typeof pid !== 'number' || typeof parent !== 'number' || typeof name !== 'string') continue
    const file = typeof path === 'string' ? path : null
    const words = typeof line === 'string' ? windowsWords(line) : [name]
    found.set(pid, { ...{ pid, parent, name, file, words }, sameUser: file !== null, folder: null })
  }
  return found
}

function rowsOf(json: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const rows: unknown = JSON.parse(json)
    const list: readonly unknown[] = Array.isArray(rows) ? rows : [rows]
    return list.filter((row): row is Record<string, unknown> => typeof row === 'object' && row !== null)
  } catch {
    return []
  }
}

/**
 * A command line taken apart as the programs of Windows do: quotes keep spaces together, and backslashes count only
 * before a quote, two for one, an odd one for the quote itself.
 */
export function windowsWords(line: string): readonly string[] {
  const words: string[] = []
  let [word, begun, quoted] = ['', false, false]
  for (const [piece] of line.matchAll(/\\*"|[ \t]+|\\+|[^\\" \t]+/g)) {
    const quote = piece.endsWith('"')
    if (quote) {
      word += '\\'.repeat((piece.length - 1) >> 1)
      if (piece.length % 2 === 0) word += '"'
      else quoted = !quoted
    } else if (quoted || !/^[ \t]/.test(piece)) word += piece
    else if (begun) words.push(word)
    begun = quote || quoted || !/^[ \t]/.test(piece)
    if (!begun) word = ''
  }
  return begun ? [...words, word] : words
}
