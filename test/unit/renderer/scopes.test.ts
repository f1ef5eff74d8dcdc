import { describe, expect, it } from 'vitest'
import * as catalogue from '../../../electron/contract/scopes/catalogue.ts'
import type { AccountView, TokenView } from '../../../electron/contract/views.ts'
import { coveringScopes } from '../../../renderer/features/scopes/scope-covers.ts'
import {
  holderCounts,
  holderIndex,
  totalAccess,
  whoCanDo,
  whoCanUse,
} from '../../../renderer/features/scopes/scope-holders.ts'
import { makeScopeRows, searchScopes, unknownRows } from '../../../renderer/features/scopes/scope-search.ts'
import { describeScope, groupScopes } from '../../../renderer/features/scopes/scope-text.ts'
import { costOfScopes } from '../../../renderer/features/sign-in/scope-cost.ts'
import { heldScopes } from '../../../renderer/features/sign-in/held-scopes.ts'
import { scopeFault, visibleName } from '../../../renderer/features/sign-in/scope-names.ts'
import hindi from '../../../renderer/messages/scopes.hi.json' with { type: 'json' }
import {
  dayMs,
  sampleAccount,
  sampleClient,
  sampleGrant,
  sampleNow,
  sampleToken,
} from '../../support/sample-state.ts'

const scope = (name: string): string => `https://www.googleapis.com/auth/${name}`
const gmail = scope('gmail.readonly')
const allMail = 'https://mail.google.com/'
const clients = [sampleClient(0), sampleClient(1)] as const

function account(index: number, tokens: readonly Partial<TokenView>[]): AccountView {
  const grants = clients.map((client, place) =>
    sampleGrant(client, {
      tokens: tokens
        .filter((_, at) => at % 2 === place)
        .map((token, at) => sampleToken(index * 100 + place * 10 + at, token)),
    }),
  )
  return sampleAccount(index, clients, { grants })
}

const names = (holdings: readonly { account: AccountView; clientId: string }[]): string[] =>
  holdings.map((one) => `${one.account.accountId.slice(-1)}/${one.clientId === clients[0].clientId ? 0 : 1}`)

describe('a scope in words', () => {
  it('is the same row in every spelling', () => {
    const groups = groupScopes(['email', scope('userinfo.email'), 'openid'], catalogue, null)
    expect(groups).toHaveLength(1)
    expect(groups[0]?.scopes.map(({ short }) => short)).toEqual(['openid', 'email'])
  })

  it('is told in Hindi where there is a text, and in English elsewhere', () => {
    expect(describeScope(gmail, catalogue, hindi).text).toMatch(/\p{Script=Devanagari}/u)
    expect(describeScope(gmail, catalogue, {}).text).toBe(catalogue.scopeEntry(gmail)?.text)
  })

  it('is its own name where nobody knows it, and before the catalogue is there', () => {
    expect(describeScope('urn:own:scope', catalogue, null)).toMatchObject({
      ...{ text: 'urn:own:scope', known: false, class: 'unknown', access: null, product: 'other' },
    })
    expect(describeScope(gmail, null, null).text).toBe('gmail.readonly')
  })

  it('cannot turn the text around it: marks of direction are written out', () => {
    expect(visibleName('a\u202Eb\u2066c\u200Bd')).toBe('a[U+202E]b[U+2066]c[U+200B]d')
    expect(describeScope('x\u202Eliame', catalogue, null).text).toBe('x[U+202E]liame')
  })

  it('stands with its product, in the order of the catalogue, unknown ones last, what can change first', () => {
    const groups = groupScopes(
      ['urn:x', scope('drive.readonly'), scope('drive'), gmail, 'openid'],
      catalogue,
      null,
    )
    expect(groups.map(({ product }) => product)).toEqual(['identity', 'Gmail', 'Drive', 'other'])
    expect(groups[2]?.scopes.map(({ short }) => short)).toEqual(['drive', 'drive.readonly'])
  })
})

describe('the search over all scopes', () => {
  const rows = makeScopeRows(catalogue, hindi)
  const any = { class: 'any', access: 'any' } as const

  it('finds by name, by product, by words of both languages, in any order of the words', () => {
    const find = (query: string): string[] => searchScopes(rows, { ...any, query }).map((row) => row.scope)
    expect(find('readonly gmail')).toContain(gmail)
    expect(find(catalogue.scopeEntry(gmail)?.text ?? '?')).toContain(gmail)
    expect(find(hindi['gmail.readonly'])).toContain(gmail)
    expect(find(allMail)).toEqual([allMail])
    expect(find('no such thing')).toEqual([])
    expect(find('')).toHaveLength(rows.length)
  })

  it('keeps to the class and the access that were chosen', () => {
    const restricted = searchScopes(rows, { query: '', class: 'restricted', access: 'read' })
    expect(restricted.map((row) => row.scope)).toContain(gmail)
    expect(restricted.every((row) => row.class === 'restricted' && row.access === 'read')).toBe(true)
  })

  it('finds a scope that only a server knows by its name', () => {
    const all = [...rows, ...unknownRows(['urn:strange:Thing'])]
    expect(searchScopes(all, { ...any, query: 'strange thing' }).map((row) => row.scope)).toEqual([
      'urn:strange:Thing',
    ])
  })
})

describe('broader scopes', () => {
  it('cover what Google’s reference says they do, and no more', () => {
    expect(coveringScopes(gmail, catalogue).sort()).toEqual([allMail, scope('gmail.modify')])
    expect(coveringScopes(scope('tasks.readonly'), catalogue)).toEqual([scope('tasks')])
    expect(coveringScopes(scope('drive.readonly'), catalogue)).toEqual([scope('drive')])
    expect(coveringScopes(scope('youtube.readonly'), catalogue)).toEqual([])
    expect(coveringScopes(allMail, catalogue)).toEqual([])
    expect(coveringScopes('urn:x.readonly', catalogue)).toEqual([])
  })

  it('are all in the catalogue, and none covers itself', () => {
    const pairs = catalogue.scopeProducts.flatMap(({ scopes }) =>
      scopes.flatMap((entry) => coveringScopes(entry.scope, catalogue).map((wide) => [entry.scope, wide])),
    )
    expect(pairs.length).toBeGreaterThan(150)
    expect(pairs.filter(([narrow, wide]) => narrow === wide)).toEqual([])
  })
})

describe('who can do this', () => {
  it('names account and client with the scope itself, then through broader ones, then those whose token died', () => {
    const accounts = [
      account(0, [{ scopes: [gmail] }, { scopes: [allMail] }]),
      account(1, [{ scopes: [gmail], standing: 'dead' }, { scopes: [scope('drive')] }]),
    ]
    const answer = whoCanDo(gmail, holderIndex(accounts), catalogue)
    expect(names(answer.direct)).toEqual(['0/0'])
    expect(answer.through.map((one) => [one.scope, names(one.holdings)])).toEqual([[allMail, ['0/1']]])
    expect(names(answer.dead)).toEqual(['1/0'])
  })

  it('counts nobody twice who holds the scope and a broader one', () => {
    const accounts = [account(0, [{ scopes: [gmail, allMail, scope('gmail.modify')] }])]
    const answer = whoCanDo(gmail, holderIndex(accounts), catalogue)
    expect(names(answer.direct)).toEqual(['0/0'])
    expect(answer.through).toEqual([])
  })

  it('tells the best of several tokens and the day of the oldest that lives', () => {
    const grant = sampleGrant(clients[0], {
      tokens: [
        sampleToken(1, { scopes: [gmail], standing: 'elsewhere', mintedAt: sampleNow - 9 * dayMs }),
        sampleToken(2, { scopes: [gmail], standing: 'dead', mintedAt: sampleNow - 30 * dayMs }),
        sampleToken(3, { scopes: [gmail], standing: 'held', mintedAt: sampleNow - dayMs }),
      ],
    })
    const answer = whoCanDo(gmail, holderIndex([sampleAccount(0, clients, { grants: [grant] })]), catalogue)
    expect(answer.direct).toMatchObject([{ standing: 'held', since: sampleNow - 9 * dayMs }])
    expect(answer.dead).toEqual([])
  })

  it('takes another spelling of a scope for the same', () => {
    const accounts = [account(0, [{ scopes: ['https://www.google.com/m8/feeds/'] }])]
    expect(names(whoCanDo(scope('contacts'), holderIndex(accounts), catalogue).direct)).toEqual(['0/0'])
  })

  it('asks for a product as well, and says what of it is held', () => {
    const accounts = [
      account(0, [{ scopes: [gmail, scope('gmail.send')] }, { scopes: [scope('drive')] }]),
      account(1, [{ scopes: [scope('gmail.labels')], standing: 'dead' }]),
    ]
    const answer = whoCanUse('Gmail', holderIndex(accounts), catalogue)
    expect(answer.direct.map(({ scopes }) => scopes)).toEqual([[gmail, scope('gmail.send')]])
    expect(names(answer.dead)).toEqual(['1/0'])
  })

  it('follows a change of one account', () => {
    const before = [account(0, [{ scopes: [gmail] }]), account(1, [{ scopes: [gmail] }])]
    expect(holderCounts(holderIndex(before)).get(gmail)).toBe(2)
    const after = [before[0] ?? account(0, []), account(1, [])]
    expect(holderCounts(holderIndex(after)).get(gmail)).toBe(1)
  })
})

describe('what an account can do in total', () => {
  it('is the union over its clients, products that can be changed first, each scope with its clients', () => {
    const one = account(0, [{ scopes: [gmail, 'openid'] }, { scopes: [gmail, scope('drive')] }])
    const total = totalAccess(one, catalogue, null)
    expect(total.map(({ product }) => product)).toEqual(['Drive', 'identity', 'Gmail'])
    expect(total[2]?.scopes[0]?.clientIds).toEqual(clients.map(({ clientId }) => clientId))
  })

  it('leaves out what only a dead token allowed', () => {
    expect(totalAccess(account(0, [{ scopes: [gmail], standing: 'dead' }]), catalogue, null)).toEqual([])
  })
})

describe('what is held already', () => {
  it('is that of the tokens here that are not dead, under that client alone', () => {
    const one = account(0, [
      { scopes: [gmail] },
      { scopes: [scope('drive')] },
      { scopes: [scope('tasks')], standing: 'elsewhere' },
      { scopes: [] },
      { scopes: [scope('calendar')], standing: 'dead' },
    ])
    expect(heldScopes(one, clients[0].clientId)).toEqual([gmail])
  })
})

describe('what scopes cost an account that is new', () => {
  const many = Array.from({ length: 26 }, (_, at) => `urn:x:${at}`)

  it('is the warning for restricted and sensitive ones, and the count where it is too long for a sign-in', () => {
    expect(costOfScopes([gmail, scope('gmail.send'), 'urn:x'], clients[0], catalogue)).toEqual({
      ...{ restricted: [gmail], sensitive: [scope('gmail.send')], tooMany: null, workspaceOnly: [] },
    })
    expect(costOfScopes(many, clients[0], catalogue).tooMany).toEqual({ count: 26, ceiling: 25 })
    expect(costOfScopes(many.slice(1), clients[0], catalogue).tooMany).toBeNull()
  })

  it('is no warning under a project that only its own organisation can use', () => {
    const client = sampleClient(0, { publishing: 'internal' })
    expect(costOfScopes([gmail], client, catalogue).restricted).toEqual([])
  })
})

describe('a typed scope', () => {
  it.each([
    ['two words', 'spaces'],
    [`${scope('x')}\u202Egmail`, 'direction'],
    ['https://www.googleapis.com/auth/שלום', 'direction'],
    ['x'.repeat(513), 'long'],
    ['quo"te', 'characters'],
    ['ümlaut', 'characters'],
    [gmail, null],
    ['x'.repeat(512), null],
  ])('%j has this fault: %s', (text, fault) => {
    expect(scopeFault(text)).toBe(fault)
  })
})
