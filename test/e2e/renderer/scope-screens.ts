/** Snapshots of accounts that gave many things to several clients, and what a sign-in for more would cost. */
import type { AccountView, SignInPreview, Snapshot } from '../../../electron/contract/views.ts'
import {
  dayMs,
  sampleAccount,
  sampleClient,
  sampleGrant,
  sampleNow,
  samplePractice,
  sampleScopes,
  sampleSnapshot,
  sampleToken,
} from '../../support/sample-state.ts'

export const scope = (name: string): string => `https://www.googleapis.com/auth/${name}`
export const clients = [sampleClient(0), sampleClient(1), sampleClient(2)] as const
const identity = sampleScopes.slice(0, 3)

function given(index: number, place: 0 | 1 | 2, scopes: readonly string[]): AccountView['grants'][number] {
  const token = sampleToken(index * 10 + place, {
    scopes: [...scopes],
    mintedAt: sampleNow - (3 + place * 20) * dayMs,
  })
  return sampleGrant(clients[place], { granted: [...scopes], asked: [...scopes], tokens: [token] })
}

/** Three accounts under three clients: the same scope twice, a broader one, a surprise, one declined, one dead. */
export function lensSnapshot(): Snapshot {
  const mail = [...identity, scope('gmail.readonly'), scope('gmail.send')]
  const wide = [...identity, 'https://mail.google.com/', scope('drive')]
  const first = sampleAccount(0, clients, {
    grants: [
      {
        ...given(0, 0, [...mail, scope('calendar')]),
        surprises: [scope('calendar')],
        declined: [scope('contacts')],
      },
      given(0, 1, wide),
    ],
  })
  const second = sampleAccount(1, clients, { grants: [given(1, 0, mail)] })
  const dead = given(2, 2, [scope('gmail.readonly'), scope('tasks')])
  const third = sampleAccount(2, clients, {
    grants: [
      { ...dead, tokens: dead.tokens.map((token) => ({ ...token, standing: 'dead' as const, next: null })) },
    ],
  })
  return sampleSnapshot(0, { clients: [...clients], accounts: [first, second, third] })
}

/** A server can grant anything without a blank: unknown, two thousand letters long, turning the text around it. */
export const strange = {
  unknown: 'urn:own:scope',
  long: `https://example.org/${'very-'.repeat(400)}long`,
  turning: `https://example.org/\u202Eteg-liam`,
}

export function strangeSnapshot(): Snapshot {
  const snapshot = sampleSnapshot(0, { clients: [...clients] })
  const scopes = [...identity, ...Object.values(strange)]
  return { ...snapshot, accounts: [sampleAccount(0, clients, { grants: [given(0, 0, scopes)] })] }
}

/** A thousand accounts with twenty scopes each. */
export function fullSnapshot(names: readonly string[]): Snapshot {
  const accounts = Array.from({ length: 1_000 }, (_, index) => {
    const some = Array.from({ length: 17 }, (_, at) =>
      at < 4 ? (names[at] ?? '') : (names[(index * 7 + at * 29) % names.length] ?? ''),
    )
    const place = (index % 3) as 0 | 1 | 2
    return sampleAccount(index, clients, { grants: [given(index, place, [...identity, ...new Set(some)])] })
  })
  return sampleSnapshot(0, { clients: [...clients], accounts, practice: samplePractice() })
}

export function cost(change: Partial<SignInPreview>): SignInPreview {
  return {
    ...{ liveAtLeast: 2, limit: 100, level: 'none', falls: null, reuse: null, asks: [], adds: [] },
    ...{ restricted: [], sensitive: [], tooMany: null, workspaceOnly: [] },
    ...change,
  }
}
