/**
 * Compares ledger and keychain and reports what only one of them knows. Runs once, well after the window shows:
 * listing a keychain takes seconds. Deletes only secrets that the ledger explains; everything else is shown.
 */
import { appError } from '../../contract/outcome.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Problems } from '../state/problems.ts'
import type { AccountRecord, ServiceKeyRecord, State } from '../state/state.ts'
import { findToken } from '../state/state.ts'
import { deleteServiceKeys } from '../service-accounts/service-keys.ts'
import { deleteSecrets } from './keep-token.ts'

export async function sweepSecrets(context: ProfileContext, problems: Problems): Promise<void> {
  const { refreshToken, clientSecret, serviceKey } = context.services
  const tokens = await context.ports.secretStore.list(refreshToken)
  const clients = await context.ports.secretStore.list(clientSecret)
  const keys = await context.ports.secretStore.list(serviceKey)
  if (!tokens.ok || !clients.ok || !keys.ok) return
  const inKeychain = {
    tokens: new Set(tokens.value),
    clients: new Set(clients.value),
    keys: new Set(keys.value),
  }
  await recordMissing(context, inKeychain)
  await deleteExplained(context, inKeychain)
  reportMissing(context, problems)
  reportUnexplained(context, problems, inKeychain)
}

interface InKeychain {
  readonly tokens: ReadonlySet<string>
  readonly clients: ReadonlySet<string>
  /** Of service accounts. */
  readonly keys: ReadonlySet<string>
}

async function recordMissing(context: ProfileContext, inKeychain: InKeychain): Promise<void> {
  const state = context.ledger.state()
  const events: LatchkeyEvent[] = []
  for (const account of state.accounts.values()) {
    for (const { tokenId, standing } of account.tokens) {
      const there = inKeychain.tokens.has(tokenId)
      if (standing === 'held' && !there) events.push({ type: 'token.secretMissing', data: { tokenId } })
      if (standing === 'missing' && there) events.push({ type: 'token.secretFound', data: { tokenId } })
    }
    events.push(...keysMissing(account, inKeychain.keys))
  }
  for (const { clientId, secretMissing } of state.clients.values()) {
    if (!secretMissing && !inKeychain.clients.has(clientId))
      events.push({ type: 'client.secretMissing', data: { clientId } })
  }
  if (events.length > 0) await context.record(events)
}

function keysMissing(
  { accountId, service }: AccountRecord,
  inKeychain: ReadonlySet<string>,
): LatchkeyEvent[] {
  return (service?.keys ?? []).flatMap(({ keyId, standing }): LatchkeyEvent[] => {
    const there = inKeychain.has(keyId)
    if (standing === 'held' && !there) return [{ type: 'service.keyMissing', data: { accountId, keyId } }]
    if (standing === 'missing' && there) return [{ type: 'service.keyFound', data: { accountId, keyId } }]
    return []
  })
}

/** What was forgotten and is still there: the deletion after the ledger's entry did not get through. */
async function deleteExplained(context: ProfileContext, inKeychain: InKeychain): Promise<void> {
  const state = context.ledger.state()
  const left = [...inKeychain.tokens].filter((tokenId) => findToken(state, tokenId)?.standing === 'forgotten')
  await deleteSecrets(context, left)
  const known = keysByName(state)
  await deleteServiceKeys(
    context,
    [...inKeychain.keys].filter((keyId) => known.get(keyId)?.standing === 'forgotten'),
  )
}

function keysByName(state: State): ReadonlyMap<string, ServiceKeyRecord> {
  const keys = [...state.accounts.values()].flatMap(({ service }) => service?.keys ?? [])
  return new Map(keys.map((key) => [key.keyId, key]))
}

function reportMissing(context: ProfileContext, problems: Problems): void {
  const state = context.ledger.state()
  for (const account of state.accounts.values()) {
    for (const token of account.tokens) {
      if (token.standing !== 'missing' || !state.clients.has(token.clientId)) continue
      problems.report(`missing ${token.tokenId}`, appError('orphan-token', { email: account.email }), 'none')
    }
  }
  for (const client of state.clients.values()) {
    if (!client.secretMissing) continue
    problems.report(
      `missing ${client.clientId}`,
      appError('orphan-client-secret', { client: client.label }),
      'none',
    )
  }
}

function reportUnexplained(context: ProfileContext, problems: Problems, inKeychain: InKeychain): void {
  const state = context.ledger.state()
  const { refreshToken, clientSecret, serviceKey } = context.services
  for (const account of inKeychain.tokens) {
    if (state.ownerOf.has(account) || state.pending.has(account)) continue
    problems.report(`orphan ${account}`, appError('orphan-secret'), 'remove-orphan', {
      service: refreshToken,
      account,
    })
  }
  for (const account of inKeychain.clients) {
    if (state.clients.has(account)) continue
    problems.report(`orphan ${account}`, appError('orphan-secret'), 'remove-orphan', {
      service: clientSecret,
      account,
    })
  }
  const keys = keysByName(state)
  for (const account of inKeychain.keys) {
    if (keys.has(account)) continue
    problems.report(`orphan ${account}`, appError('orphan-secret'), 'remove-orphan', {
      service: serviceKey,
      account,
    })
  }
}
