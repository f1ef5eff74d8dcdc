/** `latchkey adc`: application default credentials that hold no secret of Google's. */
import { resolve } from 'node:path'
import type { AdcFileView } from '../../contract/doors.ts'
import type { CommandContext } from '../command.ts'
import { textOf } from '../command.ts'
import type { Result } from '../failure.ts'
import { failed, unclear } from '../failure.ts'
import { giveLease, subjectOf, termOf } from '../leasing.ts'
import type { Owner } from '../owner.ts'

const parts: Readonly<Record<string, (context: CommandContext, owner: Owner) => Promise<Result<null>>>> = {
  write,
  show,
  undo,
}
const usualLabel = 'Application default credentials'
const done = { ok: true, value: null } as const

export async function run(context: CommandContext): Promise<number> {
  const [name = '', ...more] = context.words
  const part = Object.hasOwn(parts, name) ? parts[name] : undefined
  if (!part || more.length > 0) return context.failed(unclear('“adc” takes write, show or undo.').error)
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const result = await part(context, owner.value)
  return result.ok ? 0 : context.failed(result.error)
}

function pathOf(context: CommandContext): string | null {
  const file = textOf(context, 'file')
  return file === null ? null : resolve(context.cwd, file)
}

async function write(context: CommandContext, owner: Owner): Promise<Result<null>> {
  const { out } = context
  const term = await termOf(context, owner, 'always')
  if (!term.ok) return term
  const subject = await subjectOf(context, owner)
  if (!subject.ok) return subject
  const given = await giveLease(context, owner, {
    ...{ door: 'adc', label: textOf(context, 'label') ?? usualLabel, ...subject.value, ...term.value },
    ...{ remote: false, file: pathOf(context), port: null },
  })
  if (!given.ok) return given
  const { lease, file, keptAside } = given.value
  if (out.json) out.object({ lease: lease.leaseId, file: file ?? null, kept_aside: keptAside ?? null })
  else {
    out.say(`Wrote ${file ?? ''} for ${lease.email ?? 'whoever is meant where a program works'}.`)
    if (keptAside) out.say(`The file that was there is kept as ${keptAside}`)
    out.tell('It holds a lease and no secret of Google’s. “latchkey adc undo” takes it back.')
  }
  return done
}

async function show(context: CommandContext, owner: Owner): Promise<Result<null>> {
  const look = await owner.command('adc.look', { path: pathOf(context) })
  if (!look.ok) return look
  const { path, found, holdsSecret, leaseId, keptAside } = look.value
  if (context.out.json)
    context.out.object({ path, found, holds_secret: holdsSecret, lease: leaseId, kept_aside: keptAside })
  else context.out.say(path, ...wordsOf(look.value))
  return done
}

function wordsOf({ found, holdsSecret, leaseId, keptAside }: AdcFileView): readonly string[] {
  const aside = keptAside === null ? [] : [`The file that was there before is kept as ${keptAside}`]
  if (found === 'none') return ['There is no such file.', ...aside]
  if (found === 'unreadable') return ['It could not be read.', ...aside]
  if (found === 'ours') return [`Written by Latchkey for the lease ${leaseId ?? '(gone)'}.`, ...aside]
  return holdsSecret
    ? [
        'Not Latchkey’s. It holds a secret that works on any machine: “latchkey adc write” puts a lease in its place.',
      ]
    : ['Not Latchkey’s.']
}

async function undo(context: CommandContext, owner: Owner): Promise<Result<null>> {
  const look = await owner.command('adc.look', { path: pathOf(context) })
  if (!look.ok) return look
  const { path, found, leaseId, keptAside } = look.value
  if (found === 'other') return failed('foreign-file-changed', { path })
  if (leaseId === null) return failed('not-found')
  const undone = await owner.command('leases.undoFile', { leaseId })
  if (!undone.ok) return undone
  if (context.out.json) context.out.object({ path, put_back: keptAside })
  else context.out.say(keptAside === null ? `Removed ${path}.` : `Put the earlier file back to ${path}.`)
  return done
}
