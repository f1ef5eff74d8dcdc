import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { BlastProject, BlastRadius, GrantName, RevocationView } from '../../contract/revocation.ts'
import { Slots } from '../access/slots.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { AccountProject } from './account-project.ts'
import { keyOf } from './account-project.ts'
import { blastRadius, dyingIn, isConfirmed } from './blast-radius.ts'
import type { HeldAccess, RevocationTools } from './revoke-project.ts'
import { ProjectRevocation } from './revoke-project.ts'
import type { RevocationAccess } from './verify-token.ts'

export interface RevocationRequest {
  readonly grants: readonly GrantName[]
  /** The number of tokens that the preview showed, access without a refresh token included. */
  readonly tokens: number
  /** What was typed where the preview asks for it. */
  readonly confirmation: string | null
}

/** So many projects are asked and verified at a time. */
const atOnceAtMost = 3
/** Ended revocations stay in view until dismissed, but not more of them than this. */
const maxEnded = 20
/** A table longer than this is not told anew with every row that changes, … */
const longTable = 20
/** … but at most this often, ms. */
const longTableEveryMs = 250

interface Revocation {
  readonly revocationId: string
  startedAt: number
  readonly rows: readonly ProjectRevocation[]
  telling: boolean
}

/**
 * All revocations of a profile. Each account's project is worked on once at a time: who asks for it a second time
 * gets the one that runs.
 */
export class Revocations {
  readonly #context: ProfileContext
  readonly #tools: RevocationTools
  readonly #onChange: (revocationId: string, view: RevocationView | null) => void
  readonly #closing = new AbortController()
  readonly #revocations = new Map<string, Revocation>()
  /** The latest work on each account's project. */
  readonly #projects = new Map<string, ProjectRevocation>()

  constructor(
    context: ProfileContext,
    access: RevocationAccess,
    clientSide: HeldAccess,
    onChange: (revocationId: string, view: RevocationView | null) => void,
  ) {
    this.#context = context
    const { signal } = this.#closing
    this.#tools = { context, access, clientSide, slots: new Slots(atOnceAtMost), closing: signal }
    this.#onChange = onChange
  }

  views(): RevocationView[] {
    return [...this.#revocations.values()].map(viewOf)
  }

  /** All that goes with these grants, now. Errors: those of `blastRadius`. */
  preview(grants: readonly GrantName[]): Outcome<BlastRadius> {
    const { ledger, now } = this.#context
    return blastRadius(ledger.state(), grants, now(), (grant) => this.#tools.clientSide.holds(grant))
  }

  /**
   * Begins to revoke what `preview` shows; what comes of it is told by the view. Errors: `not-found`,
   * `read-only`, `revocation-changed` when it is not what was seen any more, `confirmation-differs`, and where
   * nothing of it can be revoked, the first reason why.
   */
  start(request: RevocationRequest): Outcome<{ revocationId: string }> {
    const { ledger } = this.#context
    if (this.#closing.signal.aborted) return fail('internal')
    const radius = this.preview(request.grants)
    if (!radius.ok) return radius
    if (ledger.readOnly) return fail('read-only')
    const refused = refusalOf(radius.value, request)
    if (refused) return refused
    const rows = radius.value.projects.map((project) => this.#rowOf(project))
    const revocationId = this.#add(rows)
    for (const row of rows) row.startAnew()
    return ok({ revocationId })
  }

  /**
   * Tries again what failed or still lives; a wait is cut short. Where an account was signed in again meanwhile, that
   * asks for a preview of its own: its row says `revocation-changed`, the others go on. Errors: `not-found`,
   * `read-only`, and `revocation-changed` where no row is left to go on with.
   */
  retry(revocationId: string): Outcome<null> {
    const rows = this.#revocations.get(revocationId)?.rows.filter((row) => row.canBeTriedAgain) ?? []
    if (rows.length === 0) return fail('not-found')
    if (this.#context.ledger.readOnly) return fail('read-only')
    const grown = rows.filter((row) => row.hasGrown)
    if (grown.length === rows.length) return fail('revocation-changed')
    for (const row of grown) row.noteGrown()
    for (const row of rows) {
      if (grown.includes(row)) continue
      // Somebody asked for the same project anew since: that one goes on.
      const latest = this.#projects.get(keyOf(row.name)) ?? row
      if (latest === row || latest.canBeTriedAgain) latest.start()
    }
    return ok()
  }

  /** Takes it out of view. A wait for Google's lag goes on unseen. Errors: `not-found`, also while it is worked on. */
  dismiss(revocationId: string): Outcome<null> {
    const revocation = this.#revocations.get(revocationId)
    const busy = revocation?.rows.some((row) => !row.ended && row.row().retryAt === null)
    if (busy !== false) return fail('not-found')
    this.#forget(revocationId)
    return ok()
  }

  /** Finds out what came of revocations that an earlier run of the app did not see the end of. To be called once. */
  recover(): void {
    const { ledger } = this.#context
    if (ledger.readOnly || this.#closing.signal.aborted) return
    const rows: ProjectRevocation[] = []
    for (const { accountId, revoking } of ledger.state().accounts.values()) {
      // One project can have been asked for more than once without an end.
      const projects = new Set(revoking.map(({ projectNumber }) => projectNumber))
      for (const project of projects) rows.push(this.#newRow({ accountId, project }, []))
    }
    if (rows.length === 0) return
    this.#add(rows)
    for (const row of rows) row.recover()
  }

  /** The practice clock was moved. */
  shiftTimes(byMs: number): void {
    for (const row of new Set(this.#projects.values())) row.shiftTimes(byMs)
    for (const revocation of this.#revocations.values()) {
      revocation.startedAt += byMs
      this.#tell(revocation)
    }
  }

  /** Ends every wait and every request, and waits for what is being written. What has no end yet stays an intent. */
  async close(): Promise<void> {
    this.#closing.abort()
    const rows = [...this.#revocations.values()].flatMap((revocation) => revocation.rows)
    await Promise.all([...rows, ...this.#projects.values()].map((row) => row.settled()))
  }

  /** The work on a project that runs or can go on, otherwise a new one. */
  #rowOf({ accountId, project, clients }: BlastProject): ProjectRevocation {
    const name = { accountId, project }
    const latest = this.#projects.get(keyOf(name))
    if (latest && (!latest.ended || latest.canBeTriedAgain)) return latest
    const shown = clients.filter(({ chosen, tokens, access }) => chosen || tokens > 0 || access)
    return this.#newRow(
      name,
      shown.map(({ clientId }) => clientId),
    )
  }

  #newRow(name: AccountProject, clientIds: readonly string[]): ProjectRevocation {
    const row = new ProjectRevocation(this.#tools, name, clientIds, () => this.#tellAll(row))
    this.#projects.set(keyOf(name), row)
    return row
  }

  #add(rows: readonly ProjectRevocation[]): string {
    const revocationId = this.#context.ports.random.token(16)
    const startedAt = this.#context.ports.clock.now()
    const revocation = { revocationId, startedAt, rows, telling: false }
    this.#revocations.set(revocationId, revocation)
    this.#tell(revocation)
    const ended = [...this.#revocations.values()].filter(isEnded)
    for (const old of ended.slice(0, Math.max(0, ended.length - maxEnded))) this.#forget(old.revocationId)
    return revocationId
  }

  #forget(revocationId: string): void {
    this.#revocations.delete(revocationId)
    this.#onChange(revocationId, null)
  }

  #tellAll(row: ProjectRevocation): void {
    for (const revocation of this.#revocations.values()) {
      if (!revocation.rows.includes(row)) continue
      if (revocation.rows.length <= longTable || isEnded(revocation)) this.#tell(revocation)
      else this.#tellSoon(revocation)
    }
  }

  #tellSoon(revocation: Revocation): void {
    if (revocation.telling) return
    revocation.telling = true
    this.#context.ports.timers.after(longTableEveryMs, () => {
      revocation.telling = false
      this.#tell(revocation)
    })
  }

  #tell(revocation: Revocation): void {
    if (!this.#revocations.has(revocation.revocationId)) return
    this.#onChange(revocation.revocationId, viewOf(revocation))
  }
}

function refusalOf(
  radius: BlastRadius,
  { tokens, confirmation }: RevocationRequest,
): Extract<Outcome<never>, { readonly ok: false }> | null {
  const obstacle = radius.projects.every((project) => project.obstacle !== null)
    ? radius.projects[0]?.obstacle
    : null
  if (obstacle) return { ok: false, error: obstacle }
  if (dyingIn(radius.projects) !== tokens) return fail('revocation-changed')
  return isConfirmed(radius.confirm, confirmation) ? null : fail('confirmation-differs')
}

function isEnded({ rows }: Revocation): boolean {
  return rows.every((row) => row.ended)
}

function viewOf(revocation: Revocation): RevocationView {
  const { revocationId, startedAt, rows } = revocation
  return { revocationId, startedAt, ended: isEnded(revocation), rows: rows.map((row) => row.row()) }
}
