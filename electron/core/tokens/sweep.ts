/**
 * Compares ledger and keychain and reports what only one of them knows. Runs once, well after the window shows:
 * listing a keychain takes seconds. Deletes only secrets that the ledger explains; everything else is shown.
 */
import type { Outcome } from '../../contract/outcome.ts'
import { appError, fail, ok } from '../../contract/outcome.ts'
import { inTurn } from '../folders/turns.ts'
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { OrphanPlace, Problems } from '../state/problems.ts'
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
  const gone = await findGone(context, inKeychain)
  const state = context.ledger.state()
  const events: LatchkeyEvent[] = []
  for (const account of state.accounts.values()) {
    for (const { tokenId, standing } of account.tokens) {
      const there = inKeychain.tokens.has(tokenId)
      if (standing === 'held' && gone.tokens.has(tokenId))
        events.push({ type: 'token.secretMissing', data: { tokenId } })
      if (standing === 'missing' && there) events.push({ type: 'token.secretFound', data: { tokenId } })
    }
    events.push(...keysMissing(account, { there: inKeychain.keys, gone: gone.keys }))
  }
  for (const { clientId, secretMissing } of state.clients.values()) {
    if (!secretMissing && gone.clients.has(clientId))
      events.push({ type: 'client.secretMissing', data: { clientId } })
  }
  if (events.length > 0) await context.record(events)
}

/**
 * What should be there, was not in the lists, and is not there when it is asked for by its name: what was stored
 * while the lists were made is in none of them.
 */
async function findGone(context: ProfileContext, inKeychain: InKeychain): Promise<InKeychain> {
  const { refreshToken, clientSecret, serviceKey } = context.services
  const state = context.ledger.state()
  const accounts = [...state.accounts.values()]
  const tokens = accounts.flatMap((account) => account.tokens)
  const keys = accounts.flatMap(({ service }) => service?.keys ?? [])
  const clients = [...state.clients.values()].filter(({ secretMissing }) => !secretMissing)
  const isHeld = ({ standing }: { readonly standing: string }): boolean => standing === 'held'
  const gone = async (
    service: string,
    names: readonly string[],
    there: ReadonlySet<string>,
  ): Promise<ReadonlySet<string>> => {
    const absent = new Set<string>()
    for (const name of names) {
      if (there.has(name)) continue
      const asked = await context.ports.secretStore.get(service, name)
      if (asked.ok && asked.value === null) absent.add(name)
    }
    return absent
  }
  const tokenIds = tokens.filter(isHeld).map(({ tokenId }) => tokenId)
  const keyIds = keys.filter(isHeld).map(({ keyId }) => keyId)
  const clientIds = clients.map(({ clientId }) => clientId)
  return {
    tokens: await gone(refreshToken, tokenIds, inKeychain.tokens),
    clients: await gone(clientSecret, clientIds, inKeychain.clients),
    keys: await gone(serviceKey, keyIds, inKeychain.keys),
  }
}

function keysMissing(
  { accountId, service }: AccountRecord,
  { there, gone }: { readonly there: ReadonlySet<string>; readonly gone: ReadonlySet<string> },
): LatchkeyEvent[] {
  return (service?.keys ?? []).flatMap(({ keyId, standing }): LatchkeyEvent[] => {
    const data = { accountId, keyId }
    if (standing === 'held' && gone.has(keyId)) return [{ type: 'service.keyMissing', data }]
    if (standing === 'missing' && there.has(keyId)) return [{ type: 'service.keyFound', data }]
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
  const { refreshToken, clientSecret, serviceKey } = context.services
  const isExplained = explainedBy(context)
  const places = [
    ...[...inKeychain.tokens].map((account) => ({ service: refreshToken, account })),
    ...[...inKeychain.clients].map((account) => ({ service: clientSecret, account })),
    ...[...inKeychain.keys].map((account) => ({ service: serviceKey, account })),
  ]
  for (const place of places) {
    if (isExplained(place)) continue
    problems.report(`orphan ${place.account}`, appError('orphan-secret'), 'remove-orphan', place)
  }
}

/** Whether the ledger, as it stands now, knows what lies in the keychain at a place. */
function explainedBy({ ledger, services }: ProfileContext): (place: OrphanPlace) => boolean {
  const state = ledger.state()
  const keys = keysByName(state)
  return ({ service, account }) => {
    if (service === services.refreshToken) return state.ownerOf.has(account) || state.pending.has(account)
    return service === services.clientSecret ? state.clients.has(account) : keys.has(account)
  }
}

/**
 * Deletes a secret that nobody knows, where a person asks for it. Errors: `not-found` also where the ledger knows it
 * by now: it was found while it was on its way there. Those of the ledger and the keychain.
 */
export async function removeOrphan(
  context: ProfileContext,
  problems: Problems,
  problemId: string,
): Promise<Outcome<null>> {
  return inTurn(context, async () => {
    const orphan = problems.orphan(problemId)
    if (!orphan) return fail('not-found')
    if (explainedBy(context)(orphan)) {
      problems.remove(problemId)
      return fail('not-found')
    }
    const recorded = await context.record([{ type: 'orphan.removed', data: { ...orphan } }])
    if (!recorded.ok) return recorded
    const deleted = await context.ports.secretStore.delete(orphan.service, orphan.account)
    if (!deleted.ok) return deleted
    problems.remove(problemId)
    return ok()
  })
}
