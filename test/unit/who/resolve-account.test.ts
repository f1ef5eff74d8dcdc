import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { State } from '../../../electron/core/state/state.ts'
import type { Resolution, WhoQuestion } from '../../../electron/core/who/resolve-account.ts'
import { resolveAccount } from '../../../electron/core/who/resolve-account.ts'
import { mailClientId, otherClientId } from '../../support/sample-records.ts'
import {
  approvedIn,
  folderRule,
  ids,
  placesOf,
  threeAccounts,
  withFolders,
} from '../../support/who-records.ts'

const { asha, ben, carla } = ids
const nothing: WhoQuestion = { named: null, environment: null, lineage: [], clientId: null }
const ask = (state: State, question: Partial<WhoQuestion> = {}): Resolution =>
  resolveAccount({ ...nothing, ...question }, state)
/** `reason account client`, `blocked reason code` or `ask …`. */
function answer(state: State, question: Partial<WhoQuestion> = {}): string {
  const { outcome } = ask(state, question)
  if (outcome.kind === 'account')
    return `${outcome.reason} ${outcome.accountId} ${outcome.clientId ?? 'any client'}`
  if (outcome.kind === 'blocked') return `blocked ${outcome.reason} ${outcome.error.code}`
  return `ask ${outcome.accountIds.join(' ')}`
}
function active(state: State, accountId: string | null, under: Readonly<Record<string, string>> = {}): State {
  state.activeAccountId = accountId
  for (const [clientId, meant] of Object.entries(under)) state.activeFor.set(clientId, meant)
  return state
}
const deep = placesOf('/work/acme/app')

describe('the order in which it is decided who is meant', () => {
  const everything = (): State =>
    active(withFolders(threeAccounts(), [folderRule('/work', ben)]), carla, { [mailClientId]: asha })

  it('is the name, the environment, the folder, the client’s account, the active one', () => {
    const all = { named: 'asha@example.org', environment: 'carla@example.org', lineage: deep }
    expect(answer(everything(), all)).toBe(`named ${asha} ${mailClientId}`)
    expect(answer(everything(), { ...all, named: null })).toBe(`environment ${carla} any client`)
    expect(answer(everything(), { lineage: deep })).toBe(`folder-rule ${ben} ${otherClientId}`)
    expect(answer(everything(), { clientId: mailClientId })).toBe(`active-for-client ${asha} ${mailClientId}`)
    expect(answer(everything(), { clientId: otherClientId })).toBe(`active ${carla} ${otherClientId}`)
    expect(answer(everything())).toBe(`active ${carla} any client`)
  })

  it('blocks where the request names a client and it is a service account, whoever said so', () => {
    const service = {
      ...{ uniqueId: '117000000000000000001', projectId: null, keys: [], scopes: [], subject: null },
      refusal: null,
    }
    const state = (): State => withFolders(threeAccounts({ ben: { service } }), [folderRule('/work', ben)])
    const clientId = mailClientId
    expect(answer(state(), { named: ben })).toBe(`named ${ben} any client`)
    expect(answer(state(), { named: ben, clientId })).toBe('blocked named account-is-service')
    expect(answer(state(), { environment: ben, clientId })).toBe('blocked environment account-is-service')
    expect(ask(state(), { lineage: deep, clientId })).toMatchObject({
      ...{ outcome: { kind: 'blocked', reason: 'folder-rule' }, decidedIn: '/work' },
    })
    expect(answer(active(state(), ben), { clientId })).toBe('blocked active account-is-service')
    expect(answer(active(state(), ben, { [clientId]: asha }), { clientId })).toBe(
      `active-for-client ${asha} ${clientId}`,
    )
  })

  it('ends with the only account there is, and otherwise with a question', () => {
    expect(answer(threeAccounts())).toBe(`ask ${asha} ${ben} ${carla}`)
    expect(answer(threeAccounts({ ben: { forgotten: true }, carla: { forgotten: true } }))).toBe(
      `only-one ${asha} ${mailClientId}`,
    )
    expect(
      answer(
        threeAccounts({ asha: { forgotten: true }, ben: { forgotten: true }, carla: { forgotten: true } }),
      ),
    ).toBe('ask ')
  })

  it('asks only for the accounts that have a token under the named client', () => {
    expect(answer(threeAccounts(), { clientId: mailClientId })).toBe(`ask ${asha} ${carla}`)
    const withoutCarla = threeAccounts({ carla: { forgotten: true } })
    expect(answer(withoutCarla, { clientId: mailClientId })).toBe(`only-one ${asha} ${mailClientId}`)
  })

  it('counts access without a refresh token as well, and still after it has run out', () => {
    const state = threeAccounts()
    const account = state.accounts.get(ben)
    if (!account) throw new Error('there is no such account')
    const times = { receivedAt: 0, expiresAt: 1, recordedAt: 0 }
    account.accesses = [{ clientId: mailClientId, asked: [], granted: [], ...times }]
    expect(answer(state, { clientId: mailClientId })).toBe(`ask ${asha} ${ben} ${carla}`)
  })

  it('does not count tokens that were forgotten here', () => {
    const state = threeAccounts()
    for (const token of state.accounts.get(carla)?.tokens ?? [])
      if (token.clientId === otherClientId) token.standing = 'forgotten'
    expect(answer(state, { named: 'carla@example.org' })).toBe(`named ${carla} ${mailClientId}`)
    expect(answer(state, { clientId: otherClientId })).toBe(`only-one ${ben} ${otherClientId}`)
  })

  it('keeps to the active account where it has no token under the client', () => {
    expect(answer(active(threeAccounts(), ben), { clientId: mailClientId })).toBe(
      `active ${ben} ${mailClientId}`,
    )
  })

  it('says in which folder it was decided, and in none where no folder decided', () => {
    expect(ask(everything(), { lineage: deep }).decidedIn).toBe('/work')
    expect(ask(everything(), { lineage: deep, named: 'ben@example.org' }).decidedIn).toBeNull()
    expect(ask(everything(), { lineage: placesOf('/other') }).decidedIn).toBeNull()
  })
})

describe('a name', () => {
  const labelled = threeAccounts({
    asha: { label: 'Work' },
    ben: { label: 'work' },
    carla: { label: 'Café' },
  })
  const named = (text: string, state = labelled): string => answer(state, { named: text })

  it.each([
    ['an id', ben, ben],
    ['an e-mail address in any case', 'BEN@Example.org', ben],
    ['a label', 'Work', asha],
    ['a label exactly, before one in other letters', 'work', ben],
    ['a label in other letters and another form of Unicode', 'CAFE\u0301', carla],
    ['a name with room around it', '  asha@example.org ', asha],
  ])('can be %s', (_, text, accountId) => {
    expect(named(text)).toContain(`named ${accountId} `)
  })

  it('that two accounts bear means neither', () => {
    expect(named('WORK')).toBe('blocked named account-ambiguous')
    const twins = threeAccounts({ ben: { email: 'asha@example.org' } })
    expect(named('asha@example.org', twins)).toBe('blocked named account-ambiguous')
  })

  it.each(['nobody', '', '   ', '../../etc/passwd'])('that nobody bears means nobody: %j', (text) => {
    expect(named(text, active(threeAccounts(), asha))).toBe('blocked named account-unknown')
  })

  it('of an account that was forgotten means nobody, its id as well', () => {
    const state = active(threeAccounts({ ben: { forgotten: true } }), asha)
    expect(named('ben@example.org', state)).toBe('blocked named account-unknown')
    expect(named(ben, state)).toBe('blocked named account-unknown')
  })

  it('in the environment blocks when nobody bears it, and is unset when blank', () => {
    const state = active(threeAccounts(), asha)
    expect(answer(state, { environment: 'nobody' })).toBe('blocked environment account-unknown')
    expect(answer(state, { environment: ' ' })).toBe(`active ${asha} ${mailClientId}`)
  })

  it('of a client can be its id or its label, and blocks otherwise', () => {
    const by = (clientId: string): string => answer(threeAccounts(), { named: carla, clientId })
    expect(by(otherClientId)).toBe(`named ${carla} ${otherClientId}`)
    expect(by('backup')).toBe(`named ${carla} ${otherClientId}`)
    expect(by('')).toBe('blocked named client-unknown')
    expect(by('Photos')).toBe('blocked named client-unknown')
  })

  it('of a client that two bear means neither', () => {
    const state = threeAccounts()
    for (const client of state.clients.values()) client.label = 'Same'
    expect(answer(state, { clientId: 'Same' })).toBe('blocked named client-unknown')
  })

  it('of any length fits into its error', () => {
    const { outcome } = ask(threeAccounts(), { environment: 'x'.repeat(100_000) })
    expect(outcome.kind === 'blocked' && outcome.error.message.length).toBeLessThan(400)
  })
})

describe('a rule of a folder', () => {
  it('holds below its folder and not beside it', () => {
    const state = active(withFolders(threeAccounts(), [folderRule('/work', ben)]), asha)
    expect(answer(state, { lineage: placesOf('/work') })).toContain(`folder-rule ${ben}`)
    expect(answer(state, { lineage: deep })).toContain(`folder-rule ${ben}`)
    expect(answer(state, { lineage: placesOf('/workshop') })).toContain(`active ${asha}`)
    expect(answer(state, { lineage: placesOf('/') })).toContain(`active ${asha}`)
  })

  it('of the root holds everywhere that no nearer one does', () => {
    const state = withFolders(threeAccounts(), [folderRule('/', asha), folderRule('/work', ben)])
    expect(answer(state, { lineage: placesOf('/home') })).toContain(`folder-rule ${asha}`)
    expect(answer(state, { lineage: deep })).toContain(`folder-rule ${ben}`)
  })

  it('names the client, unless the request does', () => {
    const state = withFolders(threeAccounts(), [folderRule('/work', carla, { clientId: mailClientId })])
    expect(answer(state, { lineage: deep })).toBe(`folder-rule ${carla} ${mailClientId}`)
    expect(answer(state, { lineage: deep, clientId: 'Backup' })).toBe(`folder-rule ${carla} ${otherClientId}`)
  })

  it('blocks when its account is gone, whoever else is there, and works again when it is back', () => {
    const rules = [folderRule('/work/acme', ben), folderRule('/work', asha)]
    const state = active(withFolders(threeAccounts({ ben: { forgotten: true } }), rules), asha)
    expect(answer(state, { lineage: deep })).toBe('blocked folder-rule rule-account-gone')
    expect(ask(state, { lineage: deep })).toMatchObject({
      outcome: { error: { details: { folder: '/work/acme', email: 'ben@example.org' } } },
      decidedIn: '/work/acme',
    })
    state.accounts.get(ben)!.forgotten = false
    expect(answer(state, { lineage: deep })).toBe(`folder-rule ${ben} ${otherClientId}`)
  })

  it('blocks when its client is gone, unless the request names one', () => {
    const state = withFolders(threeAccounts(), [folderRule('/work', carla, { clientId: 'gone' })])
    expect(answer(state, { lineage: deep })).toBe('blocked folder-rule rule-client-gone')
    expect(answer(state, { lineage: deep, clientId: 'Mail' })).toBe(`folder-rule ${carla} ${mailClientId}`)
  })
})

describe('an approved declaration', () => {
  const files = { '/work': 'digest of /work' }
  const lineage = placesOf('/work/acme', files)
  const declared = (change: Parameters<typeof approvedIn>[2] = {}): State =>
    withFolders(threeAccounts(), [], [approvedIn('/work', ben, change)])

  it('is followed where the declared account is active, or none is', () => {
    expect(answer(declared(), { lineage })).toBe(`declaration ${ben} ${otherClientId}`)
    expect(answer(active(declared(), ben), { lineage })).toBe(`declaration ${ben} ${otherClientId}`)
    expect(ask(active(declared(), ben), { lineage }).decidedIn).toBe('/work')
  })

  it('blocks where another one is active', () => {
    expect(ask(active(declared(), asha), { lineage })).toMatchObject({
      outcome: {
        ...{ kind: 'blocked', reason: 'declaration' },
        error: {
          code: 'declared-account-differs',
          details: { folder: '/work', declared: 'ben@example.org', active: 'asha@example.org' },
        },
      },
      decidedIn: '/work',
    })
  })

  it('looks at the account that is active for the client that is meant', () => {
    const state = (): State => active(declared({ clientId: otherClientId }), asha, { [otherClientId]: ben })
    expect(answer(state(), { lineage })).toBe(`declaration ${ben} ${otherClientId}`)
    expect(answer(state(), { lineage, clientId: mailClientId })).toBe(
      'blocked declaration declared-account-differs',
    )
    const against = active(declared(), ben, { [otherClientId]: asha })
    expect(answer(against, { lineage, clientId: otherClientId })).toBe(
      'blocked declaration declared-account-differs',
    )
  })

  it('that may be used is like a rule', () => {
    expect(answer(active(declared({ effect: 'use' }), asha), { lineage })).toBe(
      `declaration ${ben} ${otherClientId}`,
    )
  })

  it.each([
    ['changed', { '/work': 'digest of something else' }],
    ['taken away', {}],
    ['put into another folder', { '/work/acme': 'digest of /work' }],
  ])('has no effect once the file was %s', (_, now: Record<string, string>) => {
    const state = active(declared({ effect: 'use' }), asha)
    expect(answer(state, { lineage: placesOf('/work/acme', now) })).toBe(`active ${asha} ${mailClientId}`)
  })

  it('gives way to a rule in the same folder, and to whatever is nearer', () => {
    const rules = [folderRule('/work', carla)]
    const same = withFolders(threeAccounts(), rules, [approvedIn('/work', ben, { effect: 'use' })])
    expect(answer(same, { lineage })).toContain(`folder-rule ${carla}`)
    const nearer = withFolders(
      threeAccounts(),
      [folderRule('/', asha)],
      [approvedIn('/work', ben, { effect: 'use' })],
    )
    expect(answer(nearer, { lineage })).toContain(`declaration ${ben}`)
  })

  it('gives way to a name and to the environment', () => {
    const state = active(declared(), asha)
    expect(answer(state, { lineage, named: 'carla@example.org' })).toContain(`named ${carla}`)
    expect(answer(state, { lineage, environment: 'carla@example.org' })).toContain(`environment ${carla}`)
  })

  it('blocks when its account or its client is gone', () => {
    const gone = active(declared(), asha)
    gone.accounts.get(ben)!.forgotten = true
    expect(answer(gone, { lineage })).toBe('blocked declaration rule-account-gone')
    expect(answer(declared({ clientId: 'gone' }), { lineage })).toBe('blocked declaration rule-client-gone')
  })
})

describe('whatever the rules are', () => {
  const part = fc.constantFrom('a', 'b', 'ab')
  const folder = fc.array(part, { maxLength: 4 }).map((parts) => `/${parts.join('/')}`)
  const who = fc.constantFrom(asha, ben, carla)
  const rule = fc.tuple(folder, who).map(([path, accountId]) => folderRule(path, accountId))
  const rules = fc.uniqueArray(rule, { maxLength: 12, selector: ({ key }) => key })
  const within = (path: string, above: string): boolean =>
    above === '/' || path === above || path.startsWith(`${above}/`)

  it('the nearest folder with a rule decides', () => {
    fc.assert(
      fc.property(rules, folder, (made, path) => {
        const nearest = made
          .filter(({ key }) => within(path, key))
          .sort((one, other) => other.key.length - one.key.length)[0]
        const { outcome, decidedIn } = ask(withFolders(threeAccounts(), made), { lineage: placesOf(path) })
        expect(decidedIn).toBe(nearest?.folder ?? null)
        if (nearest) expect(outcome).toMatchObject({ accountId: nearest.accountId, reason: 'folder-rule' })
        else expect(outcome.kind).toBe('ask')
      }),
    )
  })

  it('a rule that goes changes nothing outside its folder', () => {
    fc.assert(
      fc.property(rules, rule, folder, (made, gone, path) => {
        fc.pre(!within(path, gone.key))
        const others = made.filter(({ key }) => key !== gone.key)
        const question = { lineage: placesOf(path) }
        expect(ask(withFolders(threeAccounts(), [...others, gone]), question)).toEqual(
          ask(withFolders(threeAccounts(), others), question),
        )
      }),
    )
  })

  it('an account that was forgotten is never the answer, nor one to choose from', () => {
    const question = fc.record({
      named: fc.option(fc.constantFrom('asha@example.org', ben, 'carla@example.org')),
      environment: fc.option(fc.constantFrom('BEN@example.org', 'nobody')),
      clientId: fc.option(fc.constantFrom(mailClientId, 'Backup', 'nothing')),
      path: folder,
    })
    const effect = fc.constantFrom('check', 'use')
    const approval = fc.option(fc.tuple(folder, who, effect))
    fc.assert(
      fc.property(who, rules, approval, fc.option(who), fc.option(who), question, (gone, made, ...rest) => {
        const [declared, global, forMail, { path, ...asked }] = rest
        const approvals = declared ? [approvedIn(declared[0], declared[1], { effect: declared[2] })] : []
        const state = active(withFolders(threeAccounts(), made, approvals), global, {
          ...(forMail && { [mailClientId]: forMail }),
        })
        state.accounts.get(gone)!.forgotten = true
        const files = Object.fromEntries(approvals.map(({ key, digest }) => [key, digest]))
        const { outcome } = ask(state, { ...asked, lineage: placesOf(path, files) })
        if (outcome.kind === 'account') expect(outcome.accountId).not.toBe(gone)
        if (outcome.kind === 'ask') expect(outcome.accountIds).not.toContain(gone)
      }),
    )
  })
})
