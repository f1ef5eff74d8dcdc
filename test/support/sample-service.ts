/** Builders of what the window knows of service accounts, and of tokens from anywhere. */
import type { ForeignInspection } from '../../electron/contract/inspection.ts'
import type { ServiceKeyView, ServiceView } from '../../electron/contract/service.ts'
import type { AccountView, HealthView, PracticeView } from '../../electron/contract/views.ts'
import { dayMs, sampleAccount, sampleClient, sampleNow } from './sample-state.ts'

export const sampleServiceEmail = 'nightly-backup@mail-tools-481516.iam.gserviceaccount.com'
export const sampleServiceScopes = [
  'https://www.googleapis.com/auth/cloud-platform',
  'https://www.googleapis.com/auth/drive.readonly',
]
const fine: HealthView = { level: 'fine', reason: 'ready', at: null, clock: null, cause: null }

/** Of the index, counted from the newest: each is 40 days older than the one before. It has worked. */
export function sampleKey(index = 0, change: Partial<ServiceKeyView> = {}): ServiceKeyView {
  const createdAt = sampleNow - (20 + 40 * index) * dayMs
  const digit = 'abcdef'[index] ?? '0'
  return {
    keyId: `service-key-${String(index).padStart(4, '0')}`,
    privateKeyId: `${digit}8f2${String(index).padStart(4, '0')}0c7d91e6b35a4c2f8817de0936b5fa24`.slice(0, 40),
    standing: 'held',
    bits: 2048,
    addedAt: createdAt + dayMs,
    createdAt,
    oldAt: createdAt + 90 * dayMs,
    lastUsedAt: sampleNow - 3 * 3_600_000,
    refusal: null,
    file: null,
    ...change,
  }
}

/** One working key and two scopes, for itself. */
export function sampleService(change: Partial<ServiceView> = {}): ServiceView {
  const keys = change.keys ?? [sampleKey()]
  return {
    uniqueId: '104729481516234287001',
    projectId: 'mail-tools-481516',
    scopes: sampleServiceScopes,
    subject: null,
    keys,
    signingKeyId: keys.find(({ standing, refusal }) => standing === 'held' && !refusal)?.keyId ?? null,
    refusal: null,
    ...change,
  }
}

export function sampleServiceAccount(
  service: Partial<ServiceView> = {},
  change: Partial<AccountView> = {},
): AccountView {
  return {
    ...sampleAccount(0, []),
    accountId: 'account-service-1',
    email: sampleServiceEmail,
    name: null,
    label: null,
    active: false,
    firstSignedInAt: sampleNow - 19 * dayMs,
    lastSignedInAt: sampleNow - 19 * dayMs,
    health: fine,
    needs: [],
    next: null,
    grants: [],
    service: sampleService(service),
    ...change,
  }
}

/** An access token of the first sample account for the first sample client, which works for half an hour more. */
export function sampleForeign(change: Partial<ForeignInspection> = {}): ForeignInspection {
  const { clientId, label } = sampleClient()
  return {
    kind: 'access-token',
    signature: null,
    audience: clientId,
    authorizedParty: clientId,
    yourClient: { clientId, label },
    yourService: false,
    email: 'asha.rao@gmail.com',
    yourAccount: 'account-00000000',
    scopes: ['openid', 'https://www.googleapis.com/auth/gmail.readonly'],
    issuedAt: null,
    expiresAt: sampleNow + 1_800_000,
    expired: false,
    accessType: 'offline',
    hostedDomain: null,
    bytes: 254,
    ...change,
  }
}

/** The same service account as practice Google knows it. */
export function samplePracticeService(
  change: Partial<PracticeView['serviceAccounts'][number]> = {},
): PracticeView['serviceAccounts'][number] {
  return {
    email: sampleServiceEmail,
    uniqueId: '104729481516234287001',
    disabled: false,
    delegated: [],
    ...change,
  }
}
