/** Snapshots of accounts whose tokens are in every state, with the lives that belong to them. */
import { appError, ok } from '../../../electron/contract/outcome.ts'
import type { AccountView, SignInPreview, Snapshot, TokenView } from '../../../electron/contract/views.ts'
import type { ContractDouble } from '../../support/contract-double.ts'
import {
  dayMs,
  hourMs,
  sampleAccount,
  sampleCause,
  sampleClient,
  sampleClock,
  sampleDeadToken,
  sampleGrant,
  sampleLife,
  sampleNow,
  sampleSnapshot,
  sampleToken,
} from '../../support/sample-state.ts'

const client = sampleClient(0)

/** One account with these tokens under one client, beside another account. */
export function withTokens(tokens: readonly TokenView[], change: Partial<AccountView> = {}): Snapshot {
  const grant = sampleGrant(client, { tokens: [...tokens], liveAtLeast: tokens.length })
  const account = sampleAccount(0, [client], { grants: [grant], ...change })
  return sampleSnapshot(2, { clients: [client], accounts: [account, sampleAccount(1, [client])] })
}

/** Main's answer to the question for lives, made from the tokens of the snapshot. */
export function answerLives(double: ContractDouble): void {
  double.answerWith({
    'accounts.lives': ({ accountId }) => {
      const account = double.snapshot.accounts.find((one) => one.accountId === accountId)
      const lives = (account?.grants ?? []).flatMap((grant) =>
        grant.tokens.map((token) => sampleLife(token, grant.clientId)),
      )
      return ok(lives)
    },
  })
}

const minted = (daysAgo: number, index: number, change: Partial<TokenView> = {}): TokenView =>
  sampleToken(index, { mintedAt: sampleNow - daysAgo * dayMs, lastUsedAt: sampleNow - hourMs, ...change })

/** Living ones under each kind of deadline. */
export function livingTokens(): TokenView[] {
  return [
    minted(5, 0, {
      next: sampleClock('testing', { at: sampleNow + 2 * dayMs, certainty: 'declared', source: '2.2 #9' }),
    }),
    minted(21, 1, {
      next: sampleClock('idle', { at: sampleNow + 181 * dayMs, latest: sampleNow + 184 * dayMs }),
    }),
    minted(0.4, 2, {
      next: sampleClock('session', {
        at: sampleNow + 5 * hourMs,
        latest: sampleNow + 6 * hourMs,
        certainty: 'learned',
        source: '2.2 #8',
      }),
    }),
    minted(0.002, 3, {
      expiresAt: sampleNow + 180 * dayMs,
      next: sampleClock('time-based', {
        at: sampleNow + 180 * dayMs,
        certainty: 'stated',
        source: '2.2 #6',
      }),
    }),
    minted(900, 4, { standing: 'elsewhere', next: null }),
  ]
}

/** Dead ones: a sure cause, two alike, one with weaker ones behind it, none, and one that the person corrected. */
export function deadTokens(): TokenView[] {
  const life = { mintedAt: sampleNow - 9 * dayMs, lastUsedAt: sampleNow - 2 * dayMs }
  return [
    sampleDeadToken(
      10,
      [
        sampleCause('testing', {
          evidence: 'testing-day',
          details: { days: 7, foundAfterDays: 8, certainty: 'declared' },
        }),
        sampleCause('revoked-elsewhere', { rank: 2, evidence: 'all-of-project-died', details: { n: 1 } }),
      ],
      life,
    ),
    sampleDeadToken(
      11,
      [
        sampleCause('password', { evidence: 'gmail-alone' }),
        sampleCause('revoked-elsewhere', { evidence: 'all-of-project-died', details: { n: 1 } }),
      ],
      { ...life, lastUsedAt: sampleNow - dayMs },
    ),
    sampleDeadToken(12, [sampleCause('unknown')], life),
    sampleDeadToken(
      13,
      [
        sampleCause('password', { evidence: 'person-says' }),
        sampleCause('idle', { rank: 2, evidence: 'unused-days', details: { days: 183 } }),
      ],
      {
        ...life,
        death: {
          at: sampleNow - 3 * dayMs,
          causes: [
            sampleCause('password', { evidence: 'person-says' }),
            sampleCause('idle', { rank: 2, evidence: 'unused-days', details: { days: 183 } }),
          ],
          corrected: 'password',
        },
      },
    ),
  ]
}

/** A check under way under one client, one that failed in passing under the other, and a refusal. */
export function checkedGrants(): Snapshot {
  const other = sampleClient(1)
  const refused = sampleToken(1, {
    refusal: { verdict: 'person', at: sampleNow - hourMs, error: appError('session-expired') },
  })
  const grants = [
    sampleGrant(client, { check: { running: true, error: null } }),
    sampleGrant(other, { tokens: [refused], check: { running: false, error: appError('network-offline') } }),
  ]
  return sampleSnapshot(2, {
    clients: [client, other],
    accounts: [sampleAccount(0, [client], { grants }), sampleAccount(1, [client])],
  })
}

function preview(change: Partial<SignInPreview>): SignInPreview {
  return {
    ...{ liveAtLeast: 1, limit: 100, level: 'none', falls: null, reuse: null },
    ...{ asks: [], adds: [], restricted: [], sensitive: [], tooMany: null, workspaceOnly: [] },
    ...change,
  }
}

const used = { mintedAt: sampleNow - 120 * dayMs, lastUsedAt: sampleNow - 2 * dayMs }
export const previews = {
  reuse: preview({ reuse: { tokenId: 'token-00000000', ...used } }),
  many: preview({ liveAtLeast: 83, level: 'many' }),
  near: preview({ liveAtLeast: 96, level: 'near' }),
  full: preview({
    liveAtLeast: 100,
    level: 'full',
    falls: { tokenId: 'token-00000000', ...used, held: true },
  }),
}
