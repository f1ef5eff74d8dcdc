/** What the facts about service accounts mean for the state. */
import type { LatchkeyEvent } from '../ledger/events.ts'
import type { AccountRecord, ServiceKeyRecord, ServiceRecord, State } from './state.ts'

export type ServiceEvent = Extract<LatchkeyEvent, { readonly type: `service.${string}` }>

/** `at` is when it was written, epoch ms. */
export function applyServiceEvent(state: State, event: ServiceEvent, at: number): void {
  if (event.type === 'service.added') return addService(state, event.data, at)
  const account = state.accounts.get(event.data.accountId)
  if (!account?.service) return
  const { service } = account
  switch (event.type) {
    case 'service.configured':
      service.scopes = event.data.scopes
      service.subject = event.data.subject
      // An account that is switched off is so whatever it is asked for.
      if (service.refusal?.about === 'request') service.refusal = null
      return
    case 'service.keyAdded':
      service.keys.push(newKey(event.data, at))
      return
    case 'service.keyDated':
      return withKey(service, event.data.keyId, (key) => {
        key.createdAt = event.data.createdAt
      })
    case 'service.keyUsed':
      return withKey(service, event.data.keyId, (key) => {
        key.lastUsedAt = event.data.usedAt
        key.refusal = null
        service.refusal = null
      })
    case 'service.refused':
      return refuse(service, event.data)
    case 'service.keyMissing':
      return withKey(service, event.data.keyId, (key) => {
        key.standing = 'missing'
      })
    case 'service.keyFound':
      return withKey(service, event.data.keyId, (key) => {
        key.standing = 'held'
      })
    case 'service.keyForgotten':
      return withKey(service, event.data.keyId, (key) => {
        key.standing = 'forgotten'
      })
  }
}

type Data<T extends ServiceEvent['type']> = Extract<ServiceEvent, { readonly type: T }>['data']

function addService(state: State, data: Data<'service.added'>, at: number): void {
  const known = state.accounts.get(data.accountId)
  if (known) {
    known.email = data.email
    known.lastSignedInAt = at
    known.firstSignedInAt = known.forgotten ? at : known.firstSignedInAt
    if (known.service) known.service.projectId = data.projectId
    // What was chosen for it went with it.
    if (known.service && known.forgotten) Object.assign(known.service, nothingChosen)
    known.forgotten = false
    return
  }
  state.accounts.set(data.accountId, newAccount(data, at))
}

const nothingChosen = { scopes: [], subject: null, refusal: null } as const

function newAccount(data: Data<'service.added'>, at: number): AccountRecord {
  const { accountId, issuer, uniqueId, email, projectId } = data
  return {
    ...{ accountId, issuer, sub: uniqueId, email },
    ...{ name: null, hostedDomain: null, label: null },
    ...{ firstSignedInAt: at, lastSignedInAt: at, forgotten: false },
    ...{ tokens: [], accesses: [], scopeUses: [], sessionEnds: [], revocations: [], revoking: [] },
    service: { uniqueId, projectId, keys: [], ...nothingChosen },
  }
}

function newKey({ keyId, privateKeyId, bits }: Data<'service.keyAdded'>, at: number): ServiceKeyRecord {
  return {
    ...{ keyId, privateKeyId, bits, addedAt: at },
    ...{ createdAt: null, lastUsedAt: null, standing: 'held', refusal: null },
  }
}

function refuse(service: ServiceRecord, data: Data<'service.refused'>): void {
  const { about, error, description, status, refusedAt, scopes, subject } = data
  const refusal = { error, description, status, at: refusedAt, scopes, subject }
  if (about === 'account' || about === 'request') service.refusal = { ...refusal, about }
  else
    withKey(service, data.keyId, (key) => {
      key.refusal = refusal
    })
}

function withKey(service: ServiceRecord, keyId: string, change: (key: ServiceKeyRecord) => void): void {
  const key = service.keys.find((one) => one.keyId === keyId)
  if (key) change(key)
}
