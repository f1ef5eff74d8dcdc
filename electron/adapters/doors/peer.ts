/**
 * Who is at the other end of a connection over 127.0.0.1. Linux names the user of each end in a table; macOS and Windows
 * tell the process only, and slowly.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { DoorPeer } from '../../core/ports.ts'
import { processHolding, systemProgram } from '../loopback/port-holder.ts'

/** The two ports of a connection between programs of this machine. */
export interface PortPair {
  readonly ours: number
  readonly theirs: number
}

/** The other end of a connection, as the table has it. */
export interface TableEntry {
  readonly uid: number
  /** `0`: its program has let go of it; then the table names no user either. */
  readonly inode: string
}

/**
 * Whether an address is the one that the tables are searched for. A program may bind its end to any other of this
 * machine (127.0.0.2, that of a network); such a connection is nobody's who means well.
 */
export function isOwnLoopback(address: string | undefined): boolean {
  return address === '127.0.0.1' || address === '::ffff:127.0.0.1'
}

/** For finding the process, ms. */
const patienceMs = 500

/**
 * Whether a connection may be answered: its other end is a process of this user, or the system does not tell of any
 * connection at all. Where it tells of others and not of this one's other end, nobody is there that may be answered.
 */
export async function sharesUser(pair: PortPair): Promise<boolean> {
  if (process.platform !== 'linux') return true
  const tables = await tablesFrom(performance.now())
  return isOurs(pair, tables, process.getuid?.() ?? -1)
}

/** The rule of `sharesUser` over the tables of `/proc/net`. */
export function isOurs({ ours, theirs }: PortPair, tables: readonly string[], uid: number): boolean {
  const other = entryOf(tables, theirs, ours)
  if (other) return other.uid === uid && other.inode !== '0'
  return tables.every((table) => table.trim() === '')
}

/** The other end, with its process where it can be found within half a second. */
export async function peerOf(pair: PortPair): Promise<DoorPeer> {
  const { platform } = process
  if (platform === 'linux') return linuxPeer(pair)
  const pid = await (platform === 'darwin' ? macPid(pair) : windowsPid(pair)).catch(() => null)
  return { user: 'unknown', pid }
}

async function linuxPeer({ ours, theirs }: PortPair): Promise<DoorPeer> {
  const entry = entryOf(await tablesFrom(performance.now()), theirs, ours)
  if (!entry) return { user: 'unknown', pid: null }
  const user = entry.uid === process.getuid?.() ? 'same' : 'other'
  const holder = await processHolding(new Set([`socket:[${entry.inode}]`]), Date.now() + patienceMs)
  return { user, pid: holder }
}

/**
 * The end of a connection whose own port is `from` and whose other is `to`. Programs in Java speak IPv6 and stand in
 * the other table, under the same address written longer.
 */
export function entryOf(tables: readonly string[], from: number, to: number): TableEntry | null {
  const [short = '', long = ''] = tables
  return rowOf(short, '0100007F', from, to) ?? rowOf(long, '0000000000000000FFFF00000100007F', from, to)
}

function rowOf(table: string, address: string, from: number, to: number): TableEntry | null {
  const at = table.indexOf(` ${address}:${hex(from)} ${address}:${hex(to)} `)
  if (at === -1) return null
  const end = table.indexOf('\n', at)
  const row = table.slice(at, end === -1 ? undefined : end)
  const [, , , , , , uid, , inode] = row.trim().split(/\s+/)
  return uid === undefined || inode === undefined ? null : { uid: Number(uid), inode }
}

const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0')

/**
 * The tables as they are at `since` or later. However many connections come at once, the system is asked by one at a
 * time: whoever comes while it is being asked shares the next answer.
 */
let reading: { readonly startedAt: number; readonly tables: Promise<readonly string[]> } | null = null
let next: Promise<readonly string[]> | null = null

function tablesFrom(since: number): Promise<readonly string[]> {
  if (reading && reading.startedAt >= since) return reading.tables
  if (!reading) return startReading()
  next ??= reading.tables.then(() => {
    next = null
    return startReading()
  })
  return next
}

function startReading(): Promise<readonly string[]> {
  const read = (path: string): Promise<string> => readFile(path, 'latin1').catch(() => '')
  const tables = Promise.all([read('/proc/net/tcp'), read('/proc/net/tcp6')])
  const mine = { startedAt: performance.now(), tables }
  reading = mine
  void tables.then(() => {
    if (reading === mine) reading = null
  })
  return tables
}

async function macPid({ ours, theirs }: PortPair): Promise<number | null> {
  const words = ['-nP', '-a', `-iTCP:${String(theirs)}`, '-sTCP:ESTABLISHED', '-Fpn']
  return lsofPid(await output('/usr/sbin/lsof', words), { ours, theirs })
}

/** The process in the fields of `lsof -Fpn` whose end of the connection is the other one. */
export function lsofPid(text: string, { ours, theirs }: PortPair): number | null {
  const end = new RegExp(`^n\\S+:${String(theirs)}->\\S+:${String(ours)}$`)
  let pid: number | null = null
  for (const line of text.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1))
    else if (end.test(line)) return pid
  }
  return null
}

async function windowsPid(pair: PortPair): Promise<number | null> {
  return netstatPeer(await output(systemProgram('netstat.exe'), ['-ano', '-p', 'TCP']), pair)
}

/** The process in a row of `netstat -ano` whose end of the connection is the other one. */
export function netstatPeer(text: string, { ours, theirs }: PortPair): number | null {
  const row = new RegExp(
    `^\\s*TCP\\s+127\\.0\\.0\\.1:${String(theirs)}\\s+127\\.0\\.0\\.1:${String(ours)}\\s+\\S+\\s+(\\d+)\\s*$`,
    'm',
  )
  const pid = row.exec(text)?.[1]
  return pid === undefined || pid === '0' ? null : Number(pid)
}

function output(program: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, [...words], { timeout: patienceMs, windowsHide: true }, (failure, text) => {
      if (failure && text === '') reject(new Error('the system did not tell'))
      else resolve(text)
    })
  })
}
