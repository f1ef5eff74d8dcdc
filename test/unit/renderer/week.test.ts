import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { proxyAddressSchema } from '../../../electron/contract/views.ts'
import type { AccountView, FlowStep, NeedView, Snapshot } from '../../../electron/contract/views.ts'
import { appError } from '../../../electron/contract/outcome.ts'
import { chooseAccounts } from '../../../renderer/features/accounts/account-list.ts'
import { proxyAddress } from '../../../renderer/features/settings/proxy-address.ts'
import type { Sitting } from '../../../renderer/features/week/sitting.ts'
import {
  beginSitting,
  begun,
  countIn,
  currentItem,
  isRunning,
  nextItem,
  noticed,
  skipped,
} from '../../../renderer/features/week/sitting.ts'
import {
  countNeeds,
  groupByDay,
  needAt,
  nextDeadline,
  startOfDay,
  weekRows,
} from '../../../renderer/features/week/week-list.ts'
import {
  dayMs,
  hourMs,
  sampleAccount,
  sampleClient,
  sampleClock,
  sampleFlow,
  sampleGrant,
  sampleNeed,
  sampleNow,
  sampleSnapshot,
  sampleToken,
} from '../../support/sample-state.ts'

const client = sampleClient(0)
const drive = 'https://www.googleapis.com/auth/drive'

function needy(index: number, ...needs: Partial<NeedView>[]): AccountView {
  const tokens = needs.map((_, place) =>
    sampleToken(index * 10 + place, { scopes: ['openid', `${drive}.${place}`] }),
  )
  const grants = [sampleGrant(client, { tokens })]
  return sampleAccount(index, [client], {
    ...{ label: null, grants },
    needs: tokens.map((token, place) => sampleNeed(token, client.clientId, needs[place])),
  })
}

const emails = (rows: readonly { readonly account: AccountView }[]): string[] =>
  rows.map(({ account }) => account.email.split('.')[0] ?? '')

describe('the rows of the week', () => {
  const accounts = [
    needy(0, { by: sampleNow + 3 * dayMs }),
    needy(1, { by: sampleNow + hourMs }, { by: null }),
    needy(2),
    needy(3, { by: sampleNow - dayMs }),
  ]
  const rows = weekRows(accounts, [client])

  it('come in order of deadline over all accounts, what has none first', () => {
    expect(emails(rows)).toEqual(['ben', 'deniz', 'ben', 'asha'])
    expect(countNeeds(accounts)).toBe(4)
  })

  it('ask for what their own token allows, not for everything the grant holds', () => {
    expect(rows[0]?.scopes).toEqual(['openid', `${drive}.1`])
    expect(rows[2]?.scopes).toEqual(['openid', `${drive}.0`])
  })

  it('keep the id of a client that is no longer here as its name', () => {
    expect(weekRows(accounts, [])[0]?.clientLabel).toBe(client.clientId)
  })

  it('carry how close their grant is to its limit, because a renewal adds a token', () => {
    const crowded = needy(0, {})
    const grants = crowded.grants.map((grant) => ({ ...grant, liveAtLeast: 97 }))
    expect(weekRows([{ ...crowded, grants }], [client])[0]?.live).toEqual({ n: 97, limit: 100 })
  })

  it('are grouped under now and the days of this machine, each once', () => {
    const groups = groupByDay(rows, sampleNow)
    expect(groups.map((group) => [group.day, group.rows.length])).toEqual([
      ['now', 2],
      [startOfDay(sampleNow + hourMs), 1],
      [startOfDay(sampleNow + 3 * dayMs), 1],
    ])
  })

  it('say how many belong to a group of which only the first are shown', () => {
    expect(groupByDay(rows, sampleNow, 1).map((group) => [group.rows.length, group.count])).toEqual([[1, 2]])
  })

  it('say that a deadline has passed as soon as it has', () => {
    const need = sampleNeed(sampleToken(), client.clientId, { by: sampleNow })
    expect(needAt(need, sampleNow - 1).reason).toBe('deadline')
    expect(needAt(need, sampleNow).reason).toBe('deadline-passed')
  })
})

describe('the next deadline', () => {
  const until = (index: number, at: number | null): AccountView =>
    sampleAccount(index, [client], { next: at === null ? null : sampleClock('idle', { at }) })

  it('is the soonest that is still to come', () => {
    const accounts = [
      until(0, sampleNow + 9),
      until(1, sampleNow - 1),
      until(2, sampleNow + 5),
      until(3, null),
    ]
    expect(nextDeadline(accounts, sampleNow)).toEqual({ account: accounts[2], at: sampleNow + 5 })
  })

  it('is none when no account has one', () => {
    expect(nextDeadline([until(0, null)], sampleNow)).toBeNull()
  })
})

describe('a sitting', () => {
  const accounts = [needy(0, {}), needy(1, {}), needy(2, {})]
  const world = (change: Partial<Snapshot> = {}): Snapshot =>
    sampleSnapshot(0, { clients: [client], accounts, ...change })
  const begin = (): Sitting => beginSitting(weekRows(accounts, [client]), 'real')
  const first = (sitting: Sitting): Sitting => {
    const item = nextItem(sitting)
    if (!item) throw new Error('nothing is left')
    return begun(sitting, item, 'flow-00000001')
  }
  const flow = (step: FlowStep, flowId = 'flow-00000001'): Snapshot =>
    world({ flows: [sampleFlow(step, { flowId, accountId: accounts[0]?.accountId ?? null })] })
  const done = (accountId: string): FlowStep => ({
    ...{ kind: 'done', accountId, email: 'asha.rao@gmail.com', granted: [], declined: [] },
    ...{ liveAtLeast: 1, replacedOlder: true, accessEndsAt: null },
  })
  const failed: FlowStep = { kind: 'failed', error: appError('sign-in-timeout', { minutes: 5 }) }

  it('takes only what a sign-in can renew', () => {
    const mixed = [needy(0, { renewable: false }), needy(1, {})]
    expect(beginSitting(weekRows(mixed, [client]), 'real').items).toHaveLength(1)
  })

  it('changes nothing, and is the same object, while nothing happens', () => {
    const running = first(begin())
    expect(noticed(running, world())).toBe(running)
    expect(isRunning(running)).toBe(true)
  })

  it('counts a renewal when the right account arrived', () => {
    const after = noticed(first(begin()), flow(done(accounts[0]?.accountId ?? '')))
    expect(currentItem(after)?.state).toBe('renewed')
    expect(nextItem(after)?.title).toBe(accounts[1]?.email)
  })

  it('counts none when another account arrived', () => {
    expect(currentItem(noticed(first(begin()), flow(done('account-of-a-stranger'))))?.state).toBe('failed')
  })

  it('goes on with a sign-in that was begun anew after a failure', () => {
    const afterFailure = noticed(first(begin()), flow(failed))
    expect(currentItem(afterFailure)?.state).toBe('failed')
    const again = noticed(afterFailure, flow({ kind: 'waiting', notice: null }, 'flow-00000002'))
    expect(again.flowId).toBe('flow-00000002')
    expect(isRunning(again)).toBe(true)
  })

  it('takes what was settled elsewhere as renewed, and who was forgotten as left out', () => {
    const others = [accounts[0], { ...accounts[1], needs: [] }] as AccountView[]
    const after = noticed(first(begin()), world({ accounts: others }))
    expect(after.items.map((item) => item.state)).toEqual(['running', 'renewed', 'skipped'])
  })

  it('does not count a need that vanishes before its sign-in is over', () => {
    const arriving = flow({ kind: 'storing', slow: false })
    const without = { ...arriving, accounts: accounts.map((account) => ({ ...account, needs: [] })) }
    expect(currentItem(noticed(first(begin()), without))?.state).toBe('running')
  })

  it('is over for a sign-in that could not be started, and for one that was left out', () => {
    const sitting = begin()
    const item = nextItem(sitting)
    if (!item) throw new Error('nothing is left')
    expect(currentItem(begun(sitting, item, null))?.state).toBe('failed')
    expect(countIn(skipped(sitting, item), 'waiting')).toBe(2)
  })
})

describe('the address of a proxy', () => {
  it.each([
    [' proxy.example.org:3128 ', 'http://proxy.example.org:3128'],
    ['https://proxy.example.org/', 'https://proxy.example.org'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['HTTP://10.0.0.1:80', 'HTTP://10.0.0.1:80'],
  ])('%s is taken as %s, which main takes too', (typed, address) => {
    expect(proxyAddress(typed)).toBe(address)
    expect(v.is(proxyAddressSchema, address)).toBe(true)
  })

  it.each([
    '',
    'two words',
    'socks5://host:1',
    'http://asha:secret@host:1',
    'http://host:1/path',
    'h'.repeat(400),
  ])('%s is none', (typed) => {
    expect(proxyAddress(typed)).toBeNull()
  })
})

describe('the order of names', () => {
  it('is the same whatever was shown before, and follows a new label at once', () => {
    const one = sampleAccount(0, [client], { label: 'banana' })
    const two = sampleAccount(1, [client], { label: 'Apple 10' })
    const three = sampleAccount(2, [client], { label: 'apple 9' })
    const order = (accounts: AccountView[]): (string | null)[] =>
      chooseAccounts(accounts, { query: '', sort: 'name', filter: 'all' }).map((account) => account.label)
    expect(order([one, two, three])).toEqual(['apple 9', 'Apple 10', 'banana'])
    expect(order([{ ...one, label: 'aardvark' }, two])).toEqual(['aardvark', 'Apple 10'])
  })
})
