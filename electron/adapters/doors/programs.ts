/** Programs of this machine, as far as the system tells this user about them. Only looks. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile, readlink, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { Programs, SeenProgram } from '../../core/ports.ts'
import { systemProgram } from '../loopback/port-holder.ts'
import type { ProcessFacts } from './program-facts.ts'
import { callerIn, programOf, runningOf, scriptPath } from './program-facts.ts'
import {
  linuxStart,
  linuxStatus,
  linuxWords,
  lsofFolder,
  macRows,
  macWords,
  windowsFacts,
} from './program-tables.ts'

/** How one system tells of processes. */
interface Look {
  /** The process and those above it, nearest first; empty where there is none such. */
  chain(pid: number, longest: number): Promise<readonly ProcessFacts[]>
  /** Of the process itself: another one for a later process of the same number. Null where that costs too much. */
  stamp(pid: number): string | null
  session(): Promise<string>
}

/** Nobody nests programs deeper than this on purpose. */
const deepest = 24
/** A program asks for several tokens in a row; where it works may change meanwhile, so not for long, ms. */
const keptMs = 2000
const mostKept = 256
/** For each program of the system that is asked, ms. */
const patienceMs = 4000

export function createPrograms(look: Look, now: () => number): Programs {
  const kept = new Map<string, { readonly at: number; readonly seen: Promise<SeenProgram | null> }>()
  const remembered = (
    what: string,
    pid: number,
    find: () => Promise<SeenProgram | null>,
  ): Promise<SeenProgram | null> => {
    const stamp = look.stamp(pid)
    const key = `${what} ${String(pid)} ${stamp ?? ''}`
    const known = kept.get(key)
    if (known && now() - known.at < keptMs) return known.seen
    const seen = find().catch(() => null)
    kept.delete(key)
    for (const old of kept.keys()) if (kept.size >= mostKept) kept.delete(old)
    kept.set(key, { at: now(), seen })
    return seen
  }
  return {
    describe: (pid) => remembered('itself', pid, async () => seenOf((await look.chain(pid, 1))[0])),
    callerOf: (pid) =>
      remembered('caller', pid, async () => {
        const chain = await look.chain(pid, deepest)
        // What another user's process says of itself is nothing to go by.
        return chain[0]?.sameUser === true ? seenOf(callerIn(chain) ?? undefined) : null
      }),
    session: () => look.session(),
  }
}

async function seenOf(facts: ProcessFacts | undefined): Promise<SeenProgram | null> {
  if (!facts) return null
  const running = runningOf(facts)
  const written = running.kind === 'script' ? scriptPath(running.script, facts.folder, path) : null
  const script = written === null ? null : await realpath(written).catch(() => null)
  const { pid, folder, sameUser } = facts
  return { pid, folder, sameUser, ...programOf(facts, running, script) }
}

/** Where the system does not tell its run, only this process is known to be of the same one. */
const unknownRun = `unknown-${randomBytes(12).toString('base64url')}`

const onLinux: Look = {
  async chain(pid, longest) {
    const chain: ProcessFacts[] = []
    for (let at = pid; at > 0 && chain.length < longest;) {
      const facts = await linuxFacts(at).catch(() => null)
      if (!facts) break
      chain.push(facts)
      at = facts.parent
    }
    return chain
  },
  stamp(pid) {
    try {
      // The kernel has it at hand; through the pool of threads it would take ten times as long.
      return linuxStart(readFileSync(`/proc/${String(pid)}/stat`, 'latin1'))
    } catch {
      return 'gone'
    }
  },
  async session() {
    const run = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => unknownRun)
    // A container starts anew without the machine.
    const first = await readFile('/proc/1/stat', 'latin1').catch(() => '')
    return `${run.trim()}-${linuxStart(first)}`
  },
}

async function linuxFacts(pid: number): Promise<ProcessFacts> {
  const at = `/proc/${String(pid)}`
  const [status, words, file, folder] = await Promise.all([
    readFile(`${at}/status`, 'utf8'),
    readFile(`${at}/cmdline`, 'utf8').catch(() => ''),
    readlink(`${at}/exe`).catch(() => null),
    readlink(`${at}/cwd`).catch(() => null),
  ])
  const { name, parent, uid } = linuxStatus(status)
  return {
    ...{ pid, parent, name, sameUser: uid === process.getuid?.(), words: linuxWords(words) },
    file: file === null ? null : file.replace(/ \(deleted\)$/, ''),
    folder: folder === null || folder.endsWith(' (deleted)') ? null : folder,
  }
}

const onMac: Look = {
  async chain(pid, longest) {
    const rows = macRows(await output('/bin/ps', ['-axo', 'pid=,ppid=,uid=,comm=']))
    const chain: ProcessFacts[] = []
    for (let row = rows.get(pid); row && chain.length < longest; row = rows.get(row.parent)) {
      const [command, folder] = await Promise.all([
        output('/bin/ps', ['-o', 'command=', '-p', String(row.pid)]).catch(() => row?.file ?? ''),
        output('/usr/sbin/lsof', ['-a', '-p', String(row.pid), '-d', 'cwd', '-Fn']).catch(() => ''),
      ])
      chain.push({
        ...{ pid: row.pid, parent: row.parent, sameUser: row.uid === process.getuid?.(), name: row.file },
        ...{ file: row.file, words: macWords(command, row.file), folder: lsofFolder(folder) },
      })
    }
    return chain
  },
  stamp: () => null,
  session: async () => (await output('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'])).trim(),
}

const windowsTable =
  'Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,Name,ExecutablePath,CommandLine | ConvertTo-Json -Compress'
const windowsStart =
  "(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToUniversalTime().ToString('yyyyMMddHHmm')"

const onWindows: Look = {
  async chain(pid, longest) {
    const table = windowsFacts(await powerShell(windowsTable))
    const chain: ProcessFacts[] = []
    // A parent that has ended may have left its number to a later process, which can even lie below.
    for (let facts = table.get(pid); facts && chain.length < longest; facts = table.get(facts.parent)) {
      if (chain.includes(facts)) break
      chain.push(facts)
    }
    return chain
  },
  stamp: () => null,
  session: async () => (await powerShell(windowsStart)).trim(),
}

function powerShell(script: string): Promise<string> {
  const program = systemProgram('WindowsPowerShell\\v1.0\\powershell.exe')
  const inUtf8 = `[Console]::OutputEncoding=[Text.Encoding]::UTF8; ${script}`
  return output(program, ['-NoProfile', '-NonInteractive', '-Command', inUtf8])
}

function output(program: string, words: readonly string[]): Promise<string> {
  const options = { timeout: patienceMs, windowsHide: true, maxBuffer: 16 * 1024 * 1024 }
  return new Promise((resolve, reject) => {
    execFile(program, [...words], options, (failure, text) => {
      if (failure && text === '') reject(new Error('the system did not tell'))
      else resolve(text)
    })
  })
}

const unknown: Look = {
  chain: () => Promise.resolve([]),
  stamp: () => null,
  session: () => Promise.resolve(unknownRun),
}

const looks: Partial<Record<NodeJS.Platform, Look>> = { linux: onLinux, darwin: onMac, win32: onWindows }
const look = looks[process.platform] ?? unknown

export const systemPrograms: Programs = createPrograms(
  {
    ...look,
    session: () =>
      look.session().then(
        (run) => run || unknownRun,
        () => unknownRun,
      ),
  },
  () => performance.now(),
)
