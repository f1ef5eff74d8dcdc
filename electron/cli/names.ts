/** Accounts and clients as people name them. */
import type { AccountView, ClientView, Snapshot } from '../contract/views.ts'
import type { WhoView } from '../contract/who.ts'
import type { CommandContext } from './command.ts'
import { textOf } from './command.ts'
import type { Failure, Result } from './failure.ts'
import { failed, failureFrom, failureOf } from './failure.ts'
import type { Owner } from './owner.ts'

/** As much of a name as is repeated. */
const longestName = 120

/** Errors: `account-unknown`, `account-ambiguous`. */
export async function accountNamed({ accounts }: Snapshot, name: string): Promise<Result<AccountView>> {
  const wanted = name.trim().toLowerCase()
  const fitting = accounts.filter(
    ({ accountId, email, label }) =>
      accountId === name || [email.toLowerCase(), label?.toLowerCase()].includes(wanted),
  )
  const [account] = fitting
  if (account && fitting.length === 1) return { ok: true, value: account }
  return failed(account ? 'account-ambiguous' : 'account-unknown', { name: name.slice(0, longestName) })
}

/** Errors: `client-unknown`. */
export async function clientNamed({ clients }: Snapshot, name: string): Promise<Result<ClientView>> {
  const exact = clients.find(({ clientId }) => clientId === name)
  const fitting = exact ? [exact] : clients.filter(({ label }) => label.toLowerCase() === name.toLowerCase())
  const [client] = fitting
  return client && fitting.length === 1
    ? { ok: true, value: client }
    : failed('client-unknown', { name: name.slice(0, longestName) })
}

export interface Meant {
  readonly account: AccountView
  readonly clientId: string | null
  readonly snapshot: Snapshot
}

/** `--account` and `--client`, otherwise `LATCHKEY_ACCOUNT`, otherwise whoever is meant in this folder. */
export async function whoIsMeant(context: CommandContext, owner: Owner): Promise<Result<Meant>> {
  const snapshot = await owner.command('app.snapshot', {})
  if (!snapshot.ok) return snapshot
  const client = await clientOption(context, snapshot.value)
  if (!client.ok) return client
  const who = await askWho(context, owner, { clientId: client.value, named: textOf(context, 'account') })
  if (!who.ok) return who
  const { outcome } = who.value
  if (outcome.kind === 'blocked') return { ok: false, error: await failureFrom(outcome.error) }
  if (outcome.kind === 'ask') return { ok: false, error: await whichAccount(snapshot.value) }
  const account = snapshot.value.accounts.find(({ accountId }) => accountId === outcome.accountId)
  if (!account) return failed('not-found')
  return {
    ok: true,
    value: { account, clientId: client.value ?? outcome.clientId, snapshot: snapshot.value },
  }
}

/** Nothing says who is meant: because there are several, or nobody yet. */
export async function whichAccount({ accounts }: Snapshot): Promise<Failure> {
  const error = await failureOf('door-which-account')
  if (accounts.length > 0) return error
  return { ...error, message: 'There is no account yet.', next: 'Sign one in: latchkey login' }
}

/** The client of `--client` by its id; null where none was named. */
export async function clientOption(
  context: CommandContext,
  snapshot: Snapshot,
): Promise<Result<string | null>> {
  const named = textOf(context, 'client')
  if (named === null) return { ok: true, value: null }
  const client = await clientNamed(snapshot, named)
  return client.ok ? { ok: true, value: client.value.clientId } : client
}

/** Asks for this folder. What the environment names counts as its own reason. */
export async function askWho(
  { env, cwd }: CommandContext,
  owner: Owner,
  { clientId, named }: { readonly clientId: string | null; readonly named: string | null },
): Promise<Result<WhoView>> {
  const environment = env['LATCHKEY_ACCOUNT'] ?? ''
  const given = named ?? (environment === '' ? null : environment)
  const who = await owner.command('who.ask', { folder: cwd, clientId, named: given })
  if (!who.ok || named !== null || given === null || who.value.outcome.kind === 'ask') return who
  const outcome = { ...who.value.outcome, reason: 'environment' as const }
  return { ok: true, value: { ...who.value, outcome } }
}
