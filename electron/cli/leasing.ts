/** Giving leases: what `exec`, `env`, `lease give` and `adc write` have in common. */
import type { LeaseView, LeaseWish } from '../contract/doors.ts'
import type { CommandContext } from './command.ts'
import { flag, numberOf, scopesOf, textOf } from './command.ts'
import type { Result } from './failure.ts'
import { unclear } from './failure.ts'
import type { Meant } from './names.ts'
import { whoIsMeant } from './names.ts'
import type { Owner } from './owner.ts'

/** The answer of `POST /v1/lease`. */
export interface GivenLease {
  readonly lease: LeaseView
  /** The secret that the lease is used with; null where a file or a port of its own stands for it. */
  readonly handle: string | null
  readonly address?: string | null
  readonly file?: string | null
  readonly keptAside?: string | null
}

export async function giveLease(
  { cwd }: CommandContext,
  owner: Owner,
  wish: LeaseWish,
  more: { readonly signal?: AbortSignal } = {},
): Promise<Result<GivenLease>> {
  const reply = await owner.post('/v1/lease', { ...wish, folder: cwd, pid: process.pid }, more)
  return reply.ok ? { ok: true, value: reply.value.body as GivenLease } : reply
}

/** Whom the lease is for: everything of a wish but the door and what belongs to that. */
export type Subject = Pick<LeaseWish, 'accountId' | 'clientId' | 'scopes' | 'quotaProject'>

/** Who is meant here now; the lease stays theirs wherever its program works. */
export async function fixedSubject(
  context: CommandContext,
  owner: Owner,
): Promise<Result<{ readonly subject: Subject; readonly meant: Meant }>> {
  const meant = await whoIsMeant(context, owner)
  if (!meant.ok) return meant
  const { account, clientId } = meant.value
  const subject = {
    accountId: account.accountId,
    // A service account has no client.
    clientId: account.service ? null : clientId,
    ...wishedOf(context),
  }
  return { ok: true, value: { subject, meant: meant.value } }
}

/** `--by-rule`: nobody in particular. */
export async function subjectOf(context: CommandContext, owner: Owner): Promise<Result<Subject>> {
  if (flag(context, 'by-rule'))
    return { ok: true, value: { accountId: null, clientId: null, ...wishedOf(context) } }
  const fixed = await fixedSubject(context, owner)
  return fixed.ok ? { ok: true, value: fixed.value.subject } : fixed
}

function wishedOf(context: CommandContext): Pick<LeaseWish, 'scopes' | 'quotaProject'> {
  const scopes = scopesOf(context)
  return { scopes: scopes === null ? null : [...scopes], quotaProject: textOf(context, 'quota-project') }
}

/** Epoch ms. This computer's clock may be off, and the practice profile has a clock of its own. */
async function ownersTime(owner: Owner): Promise<Result<number>> {
  const status = await owner.get('/v1/status')
  if (!status.ok) return status
  const { clockOffsetMs } = status.value.body as { readonly clockOffsetMs?: unknown }
  return { ok: true, value: Date.now() + (typeof clockOffsetMs === 'number' ? clockOffsetMs : 0) }
}

const dayMs = 86_400_000

/** `--term` and `--days`, by the owner's clock; `usual` where neither is said. Errors: the owner's. */
export async function termOf(
  context: CommandContext,
  owner: Owner,
  usual: 'session' | 'always',
): Promise<Result<Pick<LeaseWish, 'term' | 'expiresAt'>>> {
  const days = numberOf(context, 'days')
  const term = textOf(context, 'term')
  if (typeof days === 'string') return unclear(days)
  if (days !== null && (term !== null || days === 0))
    return unclear('--days takes a number of at least 1, and no --term beside it.')
  if (days !== null) {
    const now = await ownersTime(owner)
    return now.ok ? { ok: true, value: { term: 'until', expiresAt: now.value + days * dayMs } } : now
  }
  return {
    ok: true,
    value: { term: term === 'always' || term === 'session' ? term : usual, expiresAt: null },
  }
}
