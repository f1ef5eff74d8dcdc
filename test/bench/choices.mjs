/**
 * What people wait for when they choose, in a process of its own: whom a folder means, who can do something, a key in
 * the search of scopes, what a revocation would end. Prints one JSON object; `choices-report.mjs` makes figures of it.
 */
import * as catalogue from '../../electron/contract/scopes/catalogue.ts'
import { blastRadius } from '../../electron/core/revocation/blast-radius.ts'
import { resolveAccount } from '../../electron/core/who/resolve-account.ts'
import { holderIndex, whoCanDo } from '../../renderer/features/scopes/scope-holders.ts'
import { makeScopeRows, searchScopes } from '../../renderer/features/scopes/scope-search.ts'
import { recordedAccount, recordedClient, recordedState, recordedToken } from '../support/sample-records.ts'
import { folderRule } from '../support/who-records.ts'

const rounds = 7
const range = (n) => Array.from({ length: n }, (_, index) => index)
const now = Date.UTC(2026, 10, 1)
const clientId = (number) => `${100_000_000_000 + number}-bench.apps.googleusercontent.com`
const accountId = (number) => `account-${String(number).padStart(8, '0')}`
const timed = (work) => {
  const start = performance.now()
  work()
  return performance.now() - start
}
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]

/** A thousand accounts, the first of which has a hundred tokens under two clients of one project. */
function manyAccounts() {
  const siblings = [clientId(0), `${clientId(0).split('-', 1)[0]}-other.apps.googleusercontent.com`]
  const recent = { mintedAt: now - 1000, lastUsedAt: now - 1000 }
  const accounts = range(1000).map((number) => {
    const tokens = range(number === 0 ? 100 : 3).map((token) =>
      recordedToken(number * 1000 + token, { clientId: siblings[token % 2], ...recent }),
    )
    return recordedAccount(tokens, { accountId: accountId(number), email: `p${number}@example.com` })
  })
  return {
    state: recordedState(
      accounts,
      siblings.map((id) => recordedClient(id)),
    ),
    clientId: siblings[0],
  }
}

/** Each answer, µs: in a folder six levels below the one that has the rule, among a thousand rules. */
function resolutions() {
  const { state } = manyAccounts()
  for (const number of range(1000)) {
    const rule = folderRule(`/home/asha/work/project-${number}`, accountId(number))
    state.folderRules.set(rule.ruleId, rule)
  }
  const parts = '/home/asha/work/project-500/a/b/c/d/e/f'.split('/')
  const lineage = range(parts.length - 1).map((up) => {
    const key = parts.slice(0, parts.length - up).join('/')
    return { folder: key, key, digest: null }
  })
  const question = { named: null, environment: null, lineage, clientId: null }
  const answer = resolveAccount(question, state).outcome
  if (answer.kind !== 'account' || answer.accountId !== accountId(500)) throw new Error('the wrong account')
  return range(5000).map(() => 1000 * timed(() => resolveAccount(question, state)))
}

/** Over 1,000 accounts with 20 scopes each, the table included, ms: as after each change of an account. */
function whoCanDoThis() {
  const names = catalogue.scopeProducts.flatMap(({ scopes }) => scopes.map(({ scope }) => scope))
  const account = (number) => {
    const scopes = range(20).map((at) => names[(number * 7 + at * 13) % names.length])
    const token = { tokenId: `token-${number}`, standing: 'held', scopes, mintedAt: now, death: null }
    return { accountId: accountId(number), grants: [{ clientId: clientId(number % 10), tokens: [token] }] }
  }
  const rows = range(1000).map(account)
  return range(rounds + 3)
    .map(() => {
      const changed = [...rows]
      return timed(() => whoCanDo(names[7], holderIndex(changed), catalogue))
    })
    .slice(3)
}

/** The dearest key of each of some words as they are typed, ms. */
function scopeSearch() {
  const rows = makeScopeRows(catalogue, null)
  const choice = { class: 'any', access: 'any' }
  const words = ['read mail', 'delete', 'drive file', 'everyone in your organisation', 'zzzz']
  return words.map((word) => {
    const keys = range(word.length).map((length) => word.slice(0, length + 1))
    const runs = range(rounds).map(() =>
      Math.max(...keys.map((query) => timed(() => searchScopes(rows, { ...choice, query })))),
    )
    return median(runs)
  })
}

/** ms */
function blastRadii() {
  const { state, clientId: chosen } = manyAccounts()
  const grants = [{ accountId: accountId(0), clientId: chosen }]
  const radius = blastRadius(state, grants, now)
  if (!radius.ok || radius.value.tokens !== 100) throw new Error('the radius is not that of a hundred tokens')
  return range(rounds).map(() => timed(() => blastRadius(state, grants, now)))
}

const resolved = resolutions()
console.log(
  JSON.stringify({
    resolutionP50Us: median(resolved),
    whoCanDo: whoCanDoThis(),
    search: scopeSearch(),
    blast: blastRadii(),
  }),
)
