/** `latchkey revoke`: ends access at Google, after showing all that dies with it. */
import type { BlastProject, BlastRadius, RevocationRow, RevocationView } from '../../contract/revocation.ts'
import type { AccountView, Snapshot, StateDelta } from '../../contract/views.ts'
import type { CommandContext } from '../command.ts'
import { typed } from '../confirm.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Result } from '../failure.ts'
import { failed, unclear } from '../failure.ts'
import { followOwner, readToEnd } from '../follow-owner.ts'
import { accountNamed, clientOption } from '../names.ts'
import type { Owner } from '../owner.ts'
import { counted } from '../times.ts'

export async function run(context: CommandContext): Promise<number> {
  const { out, words } = context
  const [name, ...more] = words
  if (name === undefined || more.length > 0)
    return context.failed(unclear('“revoke” takes one account.').error)
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const chosen = await grantsOf(context, owner.value, name)
  if (!chosen.ok) return context.failed(chosen.error)
  const { account, grants } = chosen.value
  const blast = await owner.value.command('revocation.preview', { grants })
  if (!blast.ok) return context.failed(blast.error)
  out.tell(...blast.value.projects.flatMap(projectLines))
  const { projects } = blast.value
  if (projects.every(({ obstacle }) => obstacle !== null)) {
    if (out.json) out.object({ revocations: projects.map(notRevocable) })
    return exitCodes.failed
  }
  const { confirm } = blast.value
  const confirmation = await typed(context, confirm.kind === 'none' ? account.email : confirm.text)
  if (!confirmation.ok) return context.failed(confirmation.error)
  if (confirmation.value === null) {
    out.tell('That is something else. Nothing was done.')
    if (out.json) out.object({ revocations: [] })
    return exitCodes.failed
  }
  const started = await owner.value.command('revocation.start', {
    ...{ grants, tokens: countOf(blast.value) },
    confirmation: confirm.kind === 'none' ? null : confirmation.value,
  })
  if (!started.ok) return context.failed(started.error)
  const ended = await ending(context, owner.value, started.value.revocationId)
  return ended.ok ? tellEnd(context, ended.value) : context.failed(ended.error)
}

/** A project of `--json` that could not even be begun with. */
function notRevocable({ email, project, obstacle }: BlastProject): object {
  return { account: email, project, step: 'not-revocable', error: obstacle }
}

interface Chosen {
  readonly account: AccountView
  readonly grants: { accountId: string; clientId: string }[]
}

async function grantsOf(context: CommandContext, owner: Owner, name: string): Promise<Result<Chosen>> {
  const snapshot = await owner.command('app.snapshot', {})
  if (!snapshot.ok) return snapshot
  const account = await accountNamed(snapshot.value, name)
  if (!account.ok) return account
  const client = await clientOption(context, snapshot.value)
  if (!client.ok) return client
  const { accountId } = account.value
  const grants = account.value.grants
    .filter(({ clientId }) => client.value === null || clientId === client.value)
    .map(({ clientId }) => ({ accountId, clientId }))
  return grants.length === 0
    ? failed('revoke-no-token')
    : { ok: true, value: { account: account.value, grants } }
}

/** As the window counts: tokens, and one for each client that has access without one. */
function countOf({ projects, tokens }: BlastRadius): number {
  const clients = projects.filter(({ obstacle }) => obstacle === null).flatMap((project) => project.clients)
  return tokens + clients.filter(({ access }) => access).length
}

function projectLines(blast: BlastProject): readonly string[] {
  const { email, project, projectId, clients, tokens, folders, programs, obstacle } = blast
  const head = `${email} · ${projectId ?? project}`
  if (obstacle !== null) return [head, `  cannot be revoked from here: ${obstacle.message}`]
  return [
    `${head}: all of this ends, on every machine`,
    ...clients.map(({ label, tokens: held }) => `  client ${label}: ${counted(held, 'refresh token')}`),
    `  ${counted(tokens.length, 'refresh token')} known here`,
    ...folders.map(({ folder }) => `  folder ${folder} has nothing to give any more`),
    ...programs.map((program) => `  program ${program.name} gets nothing any more`),
  ]
}

type EventLine = { readonly snapshot: Snapshot } | { readonly delta: StateDelta } | { readonly reset: object }

/** Waits until nothing goes on any more, or only a later try. */
async function ending(
  context: CommandContext,
  owner: Owner,
  revocationId: string,
): Promise<Result<RevocationView>> {
  const enough = new AbortController()
  const stop = (): void => enough.abort()
  context.signal.addEventListener('abort', stop, { once: true })
  const lines = await followOwner(owner, '/v1/events', enough.signal)
  if (!lines.ok) return lines
  const seen: RevocationView[] = []
  const read = await readToEnd(lines.value, enough.signal, (line) => {
    const view = revocationIn(JSON.parse(line) as EventLine, revocationId)
    if (!view || !(view.ended || view.rows.every(isSettled))) return
    seen.push(view)
    stop()
  })
  const [settled] = seen
  if (settled) return { ok: true, value: settled }
  return read.ok ? failed('owner-silent') : read
}

function revocationIn(event: EventLine, revocationId: string): RevocationView | undefined {
  const views =
    'snapshot' in event ? event.snapshot.revocations : 'delta' in event ? event.delta.revocations?.upsert : []
  return views?.find((one) => one.revocationId === revocationId)
}

function isSettled({ step, retryAt }: RevocationRow): boolean {
  return !['waiting', 'asking', 'verifying'].includes(step) && (step !== 'alive' || retryAt === null)
}

const good: readonly RevocationRow['step'][] = ['revoked', 'already-dead', 'not-revocable']

function tellEnd({ out }: CommandContext, { rows }: RevocationView): number {
  if (out.json) {
    const rowsOut = rows.map(({ email, project, step, error }) => ({ account: email, project, step, error }))
    out.object({ revocations: rowsOut })
  } else
    out.say(
      ...rows.map(
        ({ email, project, step, error }) =>
          `${email} · ${project}: ${words[step]}${error ? `: ${error.message}` : ''}`,
      ),
    )
  if (rows.every(({ step }) => good.includes(step))) return exitCodes.done
  return rows.some(({ error }) => error?.retryable === true) ? exitCodes.passing : exitCodes.failed
}

const words: Readonly<Record<RevocationRow['step'], string>> = {
  waiting: 'waits',
  asking: 'asks Google',
  verifying: 'looks whether it is dead',
  revoked: 'revoked, and Google confirms it',
  'already-dead': 'was dead already',
  'not-revocable': 'cannot be revoked from here',
  alive: 'revoked, and a token still works',
  failed: 'not revoked',
}
