/** `latchkey ledger`: the history as it is written down. */
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CommandContext } from '../command.ts'
import { flag, numberOf, textOf } from '../command.ts'
import type { Result } from '../failure.ts'
import { failed, unclear } from '../failure.ts'
import { follow } from '../follow.ts'
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
  const lines = await follow(owner.place, `/v1/ledger?${query}`, signal)
  if (!lines.ok) return lines
  for await (const line of lines.value) {
    if (out.json) out.raw(`${line}\n`)
    else out.say(inWords(line))
  }
  return done
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
  const path = file === null ? null : resolve(cwd, file)
  const target = path === null ? null : newFile(path)
  if (target === 'failed') return failed('foreign-file-unwritable', { path: path ?? '' })
  const lines = await follow(owner.place, '/v1/ledger', signal)
  if (!lines.ok) return lines
  let count = 0
  for await (const line of lines.value) {
    count += 1
    if (target === null) out.raw(`${line}\n`)
    else writeSync(target, `${line}\n`)
  }
  if (target !== null) closeSync(target)
  if (path !== null && out.json) out.object({ file: path, lines: count })
  else if (path !== null) out.say(`${String(count)} lines in ${path}`)
  return done
}

/** For this user alone; a file that is there already stays as it is. */
function newFile(path: string): number | 'failed' {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  } catch {
    return 'failed'
  }
}
