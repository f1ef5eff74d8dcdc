/** `latchkey lease`: who may get tokens at which door. */
import { resolve } from 'node:path'
import type { AskAnswer, AskView, LeaseView, LeaseWish } from '../../contract/doors.ts'
import type { CommandContext } from '../command.ts'
import { flag, numberOf, scopesOf, textOf } from '../command.ts'
import type { Result } from '../failure.ts'
import { failed, unclear } from '../failure.ts'
import type { GivenLease } from '../leasing.ts'
import { giveLease, subjectOf, termOf } from '../leasing.ts'
import type { Owner } from '../owner.ts'
import { questionLines } from '../question.ts'
import { instantInWords, spanInWords } from '../times.ts'

type Part = (context: CommandContext, owner: Owner, words: readonly string[]) => Promise<Result<null>>

const parts: Readonly<Record<string, Part>> = { list, give, end, asks, answer, unmute }

export async function run(context: CommandContext): Promise<number> {
  const [name = 'list', ...words] = context.words
  const part = Object.hasOwn(parts, name) ? parts[name] : undefined
  if (!part) return context.failed(unclear(`“lease” does not know “${name.slice(0, 80)}”.`).error)
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const done = await part(context, owner.value, words)
  return done.ok ? 0 : context.failed(done.error)
}

const done = { ok: true, value: null } as const

async function list(context: CommandContext, owner: Owner): Promise<Result<null>> {
  const { out } = context
  const snapshot = await owner.command('app.snapshot', {})
  if (!snapshot.ok) return snapshot
  const leases = snapshot.value.leases.filter(({ ended }) => ended === null || flag(context, 'all'))
  if (out.json) out.object({ leases })
  else if (leases.length === 0) out.tell('Nobody has a lease.')
  else out.table(['ID', 'LABEL', 'DOOR', 'ACCOUNT', 'LASTS', 'USES', 'LAST USED'], leases.map(rowOf))
  return done
}

function rowOf(lease: LeaseView): readonly string[] {
  const { leaseId, label, door, email, accountId, uses, lastUsedAt, remote } = lease
  const account = email ?? (accountId === null ? 'by rule' : accountId)
  return [
    ...[leaseId, label, remote ? `${door} (remote)` : door, account, lastsInWords(lease), String(uses)],
    lastUsedAt === null ? 'never' : instantInWords(lastUsedAt),
  ]
}

function lastsInWords({ ended, term, expiresAt }: LeaseView): string {
  if (ended !== null) return `ended: ${ended.reason}`
  return expiresAt === null || term === 'session' ? term : `until ${instantInWords(expiresAt)}`
}

async function give(context: CommandContext, owner: Owner, words: readonly string[]): Promise<Result<null>> {
  if (words.length > 0) return unclear('“lease give” takes options only.')
  const port = numberOf(context, 'port')
  if (typeof port === 'string') return unclear(port)
  const term = await termOf(context, owner, 'session')
  if (!term.ok) return term
  const subject = await subjectOf(context, owner)
  if (!subject.ok) return subject
  const door = (textOf(context, 'door') ?? 'http') as LeaseWish['door']
  const file = textOf(context, 'file')
  const given = await giveLease(context, owner, {
    ...{ ...subject.value, ...term.value, door, port, remote: flag(context, 'remote') },
    label: textOf(context, 'label') ?? `${door}, by command`,
    file: file === null ? null : resolve(context.cwd, file),
  })
  if (!given.ok) return given
  tellGiven(context, given.value)
  return done
}

/** The secret goes to the standard output and nothing beside it, so that it can be captured. */
function tellGiven({ out }: CommandContext, { lease, handle, address, file, keptAside }: GivenLease): void {
  if (out.json) {
    out.object({ lease, handle, address: address ?? null, file: file ?? null, kept_aside: keptAside ?? null })
    return
  }
  out.tell(`Lease ${lease.leaseId} given. Take it back with: latchkey lease end ${lease.leaseId}`)
  if (keptAside) out.tell(`The file that was there is kept as ${keptAside}`)
  if (handle !== null) {
    out.tell(
      `Its handle, shown this once, is a secret. Use it at ${address ?? 'the door'} as Authorization: Bearer HANDLE.`,
    )
    out.raw(`${handle}\n`)
  } else out.say(file ?? address ?? lease.leaseId)
}

async function end(context: CommandContext, owner: Owner, words: readonly string[]): Promise<Result<null>> {
  const { out } = context
  if (flag(context, 'all')) {
    const ended = await owner.command('leases.endAll', {})
    if (!ended.ok) return ended
    if (out.json) out.object({ ended: 'all' })
    else out.say('All leases were taken back.')
    return done
  }
  if (words.length === 0) return unclear('“lease end” takes the ids of leases, or --all.')
  for (const name of words) {
    const lease = await leaseNamed(owner, name)
    if (!lease.ok) return lease
    const ended = await owner.command('leases.end', { leaseId: lease.value.leaseId })
    if (!ended.ok) return ended
    if (!out.json) out.say(`“${lease.value.label}” was taken back.`)
  }
  if (out.json) out.object({ ended: words })
  return done
}

/** By its id, the beginning of one, or its label. Errors: `not-found`, `lease-ambiguous`. */
async function leaseNamed(owner: Owner, name: string): Promise<Result<LeaseView>> {
  const snapshot = await owner.command('app.snapshot', {})
  if (!snapshot.ok) return snapshot
  const live = snapshot.value.leases.filter(({ ended }) => ended === null)
  const exact = live.filter(({ leaseId }) => leaseId === name)
  const fitting =
    exact.length > 0 ? exact : live.filter(({ leaseId, label }) => label === name || leaseId.startsWith(name))
  const [lease] = fitting
  if (!lease) return failed('not-found')
  return fitting.length === 1
    ? { ok: true, value: lease }
    : failed('lease-ambiguous', { name: name.slice(0, 120) })
}

async function asks({ out }: CommandContext, owner: Owner): Promise<Result<null>> {
  const snapshot = await owner.command('app.snapshot', {})
  if (!snapshot.ok) return snapshot
  const { asks: waiting, doors } = snapshot.value
  if (out.json) out.object({ asks: waiting, muted: doors.muted })
  else if (waiting.length === 0 && doors.muted.length === 0) out.tell('No program waits for an answer.')
  else {
    for (const ask of waiting) out.say(...askLines(ask))
    for (const { name, programKey, until } of doors.muted)
      out.say(
        `${name} is not listened to until ${instantInWords(until)}: latchkey lease unmute ${programKey}`,
      )
  }
  return done
}

function askLines(ask: AskView): readonly string[] {
  const left = spanInWords(ask.endsAt - ask.askedAt)
  return [
    ...questionLines(ask),
    `  latchkey lease answer ${ask.askId} once|session|always|no   (within ${left})`,
  ]
}

const answers: readonly string[] = ['once', 'session', 'always', 'no'] satisfies AskAnswer[]

async function answer(
  context: CommandContext,
  owner: Owner,
  words: readonly string[],
): Promise<Result<null>> {
  const [askId, given, ...more] = words
  if (askId === undefined || given === undefined || more.length > 0 || !answers.includes(given))
    return unclear('“lease answer” takes the id of a question, and once, session, always or no.')
  const scopes = scopesOf(context)
  const told = await owner.command('asks.answer', {
    ...{ askId, answer: given as AskAnswer, scopes: scopes === null ? null : [...scopes] },
  })
  if (!told.ok) return told
  if (context.out.json) context.out.object({ ask: askId, answer: given })
  else context.out.say(given === 'no' ? 'Refused.' : 'Given.')
  return done
}

async function unmute(
  { out }: CommandContext,
  owner: Owner,
  words: readonly string[],
): Promise<Result<null>> {
  const [programKey, ...more] = words
  if (programKey === undefined || more.length > 0)
    return unclear('“lease unmute” takes the key of one program.')
  const told = await owner.command('asks.unmute', { programKey })
  if (!told.ok) return told
  if (out.json) out.object({ unmuted: programKey })
  else out.say('Its questions are shown again.')
  return done
}
