/** `latchkey ledger`: the history as it is written down. */
import { closeSync, constants, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CommandContext } from '../command.ts'
import { flag, numberOf, textOf } from '../command.ts'
import type { Result } from '../failure.ts'
import { failed, unclear } from '../failure.ts'
import { followOwner, readToEnd } from '../follow-owner.ts'
import type { Owner } from '../owner.ts'
import { instantInWords } from '../times.ts'

const parts: Readonly<Record<string, (context: CommandContext, owner: Owner) => Promise<Result<boolean>>>> = {
  tail,
  verify,
  export: exportAll,
}
const done = { ok: true, value: true } as const
const usualLines = 20

export async function run(context: CommandContext): Promise<number> {
  const [name = '', ...more] = context.words
  const part = Object.hasOwn(parts, name) ? parts[name] : undefined
  if (!part || more.length > 0) return context.failed(unclear('“ledger” takes tail, verify or export.').error)
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const result = await part(context, owner.value)
  if (!result.ok) return context.failed(result.error)
  return result.value ? 0 : 1
}

async function tail(context: CommandContext, owner: Owner): Promise<Result<boolean>> {
  const { out, signal } = context
  const count = numberOf(context, 'lines')
  if (typeof count === 'string') return unclear(count)
  const query = `last=${String(count ?? usualLines)}${flag(context, 'follow') ? '&follow=1' : ''}`
  const lines = await followOwner(owner, `/v1/ledger?${query}`, signal)
  if (!lines.ok) return lines
  // One object at the end is no use to whoever follows.
  const whole = out.json && !flag(context, 'follow')
  const kept: unknown[] = []
  const read = await readToEnd(lines.value, signal, (line) => {
    if (whole) kept.push(parsed(line))
    else if (out.json) out.raw(`${line}\n`)
    else out.say(inWords(line))
  })
  if (!read.ok) return read
  if (whole) out.object({ lines: kept })
  return done
}

/** What is no line shows as it stands. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch {
    return line
  }
}

/** One line for people: when, what, and its facts. */
export function inWords(line: string): string {
  try {
    const { at, type, data } = JSON.parse(line) as { at: number; type: string; data: Record<string, unknown> }
    const facts = Object.entries(data)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    return `${instantInWords(at)}  ${type}  ${facts.join(' ')}`
  } catch {
    return line
  }
}

async function verify({ out }: CommandContext, owner: Owner): Promise<Result<boolean>> {
  const reply = await owner.post('/v1/ledger/verify', {})
  if (!reply.ok) return reply
  const found = reply.value.body as { ok: boolean; lines: number; line?: number; reason?: string }
  if (out.json) out.object(found)
  else if (found.ok) out.say(`Whole: ${String(found.lines)} lines.`)
  else out.say(`Broken at line ${String(found.line ?? 0)} (${found.reason ?? 'unknown'}).`)
  return { ok: true, value: found.ok }
}

async function exportAll(context: CommandContext, owner: Owner): Promise<Result<boolean>> {
  const { out, signal, cwd } = context
  const file = textOf(context, 'file')
  const lines = await followOwner(owner, '/v1/ledger', signal)
  if (!lines.ok) return lines
  if (file === null) {
    const read = await readToEnd(lines.value, signal, (line) => out.raw(`${line}\n`))
    return read.ok ? done : read
  }
  const path = resolve(cwd, file)
  const count = await exportInto(path, (onLine) => readToEnd(lines.value, signal, onLine))
  if (!count.ok) return count
  if (out.json) out.object({ file: path, lines: count.value })
  else out.say(`${String(count.value)} lines in ${path}`)
  return done
}

type Reading = (onLine: (line: string) => void) => Promise<Result<null>>

/**
 * Under its name the file is only ever whole. A file that is there already stays as it is. Answers the number of lines.
 * Errors: those of reading, `foreign-file-unwritable`.
 */
async function exportInto(path: string, read: Reading): Promise<Result<number>> {
  const draft = `${path}.${String(process.pid)}.draft`
  const target = newFile(path, draft)
  if (target === null) return failed('foreign-file-unwritable', { path })
  let count = 0
  try {
    const all = await read((line) => {
      count += 1
      writeSync(target, `${line}\n`)
    })
    if (!all.ok) return all
    fsyncSync(target)
    if (existsSync(path)) return await failed('foreign-file-unwritable', { path })
    renameSync(draft, path)
    return { ok: true, value: count }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause
    return await failed('foreign-file-unwritable', { path })
  } finally {
    closeSync(target)
    rmSync(draft, { force: true })
  }
}

/** For this user alone; null where it cannot be, or `path` is taken. */
function newFile(path: string, draft: string): number | null {
  try {
    if (existsSync(path)) return null
    return openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  } catch {
    return null
  }
}
