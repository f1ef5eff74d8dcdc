/** `latchkey doctor`. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { doorFolderOf } from '../../adapters/doors/door-folder.ts'
import { doorFiles } from '../../adapters/doors/door-paths.ts'
import type { Check, Seen } from '../checks.ts'
import {
  adcCheck,
  clockCheck,
  leaseChecks,
  ownerChecks,
  placeChecks,
  problemChecks,
  variableChecks,
} from '../checks.ts'
import type { CommandContext } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { ownVersion } from '../own-version.ts'
import type { Owner } from '../owner.ts'
import type { StatusAnswer } from './status.ts'

export async function run(context: CommandContext): Promise<number> {
  const { out, env } = context
  const owner = await context.owner()
  const missing = owner.ok ? null : owner.error
  const checks: readonly Check[] = [
    {
      name: 'command',
      level: 'ok',
      text: `latchkey ${ownVersion} on Node ${process.versions.node}`,
      next: '',
    },
    ...(owner.ok
      ? await askedChecks(context, owner.value)
      : [{ name: 'owner', level: 'fail' as const, text: owner.error.message, next: owner.error.next }]),
    ...placeChecks(seenPlaces(context)),
    ...variableChecks(env),
  ]
  if (out.json) out.object({ checks })
  else for (const one of checks) tell(context, one)
  if (missing?.code === 'owner-missing') return exitCodes.nobody
  return checks.some(({ level }) => level === 'fail') ? exitCodes.failed : exitCodes.done
}

const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const

function tell({ out }: CommandContext, { name, level, text, next }: Check): void {
  out.marked(level.padEnd(4), colours[level], `${name.padEnd(9)} ${text}${next === '' ? '' : `  → ${next}`}`)
}

async function askedChecks(context: CommandContext, owner: Owner): Promise<readonly Check[]> {
  const { env } = context
  const status = await owner.ask({ method: 'GET', path: '/v1/status', patienceMs: 3000 })
  if (!status.ok)
    return [{ name: 'owner', level: 'fail', text: status.error.message, next: status.error.next }]
  const answer = status.value.body as StatusAnswer
  const first = [
    ...ownerChecks(answer, ownVersion),
    // The practice profile has a clock of its own.
    ...(answer.clockOffsetMs === undefined || answer.profile === 'practice'
      ? []
      : [clockCheck(answer.clockOffsetMs)]),
  ]
  if (owner.remote) return first
  const snapshot = await owner.command('app.snapshot', {})
  if (!snapshot.ok) return first
  const { leases, problems, clockOffsetMs } = snapshot.value
  const paths = [null, env['GOOGLE_APPLICATION_CREDENTIALS'] ?? null].filter((path, at) => at === 0 || path)
  const files: Check[] = []
  for (const path of paths) {
    const look = await owner.command('adc.look', { path })
    if (look.ok) files.push(adcCheck(look.value, leases))
  }
  return [...first, ...problemChecks(problems), ...files, ...leaseChecks(leases, Date.now() + clockOffsetMs)]
}

function seenPlaces(context: CommandContext): readonly Seen[] {
  if (context.platform === 'win32') return []
  const folder = doorFolderOf(context)
  const paths = [folder, ...Object.values(doorFiles).map((name) => join(folder, name))]
  return paths.map(seenAt).filter((seen) => seen !== null)
}

function seenAt(path: string): Seen | null {
  try {
    const seen = lstatSync(path)
    const kind = seen.isDirectory() ? 'folder' : seen.isSocket() ? 'socket' : seen.isFile() ? 'file' : 'other'
    return { path, kind, mine: seen.uid === process.getuid?.(), mode: seen.mode & 0o777 }
  } catch {
    return null
  }
}
