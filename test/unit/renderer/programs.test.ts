import { describe, expect, it } from 'vitest'
import { appError } from '../../../electron/contract/outcome.ts'
import { doorLines, envLine } from '../../../renderer/features/programs/door-lines.ts'
import {
  chooseLeases,
  countOpen,
  programRows,
  stateOfLease,
} from '../../../renderer/features/programs/lease-list.ts'
import { askText, lockedText, titleOfLease } from '../../../renderer/features/programs/lease-text.ts'
import type { LeaseDraft } from '../../../renderer/features/programs/lease-wish.ts'
import {
  faultOf,
  givableScopes,
  givingClients,
  usualLasting,
  wishOf,
} from '../../../renderer/features/programs/lease-wish.ts'
import { barWidth, drawUses } from '../../../renderer/features/programs/use-line.ts'
import { holderIndex } from '../../../renderer/features/scopes/scope-holders.ts'
import { heldSince, unusedCounts, useOfHolding, usesOf } from '../../../renderer/features/scopes/scope-use.ts'
import { sampleAsk, sampleLease, sampleProgram, sampleRemoteAsk } from '../../support/sample-doors.ts'
import {
  dayMs,
  hourMs,
  sampleAccount,
  sampleClient,
  sampleDoors,
  sampleGrant,
  sampleNow,
  sampleToken,
} from '../../support/sample-state.ts'

const scope = (name: string): string => `https://www.googleapis.com/auth/${name}`
const everything = { query: '', filter: 'all', sort: 'used' } as const
const noWords = (): string => ''

describe('how a lease stands', () => {
  const doors = sampleDoors()
  const locked = sampleDoors({ locked: { since: sampleNow, by: 'person' } })
  const problem = appError('door-busy', { port: 20_001, program: '' })

  it('is over once it ended or its time is past, whatever else there is', () => {
    const ended = sampleLease(0, { ended: { at: sampleNow, reason: 'taken-back' }, problem })
    expect(stateOfLease(ended, locked, sampleNow)).toBe('over')
    const expired = sampleLease(0, { expiresAt: sampleNow })
    expect(stateOfLease(expired, doors, sampleNow)).toBe('over')
    expect(stateOfLease(expired, doors, sampleNow - 1)).toBe('live')
  })

  it('is locked with the doors and with the vault, and a problem of its own door comes after that', () => {
    expect(stateOfLease(sampleLease(0, { problem }), locked, sampleNow)).toBe('locked')
    expect(stateOfLease(sampleLease(), sampleDoors({ vaultLocked: true }), sampleNow)).toBe('locked')
    expect(stateOfLease(sampleLease(0, { problem }), doors, sampleNow)).toBe('problem')
    expect(stateOfLease(sampleLease(), doors, sampleNow)).toBe('live')
  })
})

describe('the list of programs', () => {
  const python = sampleProgram({ name: 'report.py', path: '/home/asha/report.py' })
  const leases = [
    sampleLease(0, { lastUsedAt: sampleNow - hourMs }),
    sampleLease(1, { program: python, lastUsedAt: sampleNow - 2 * hourMs, uses: 7 }),
    sampleLease(2, { lastUsedAt: sampleNow - 3 * hourMs, term: 'session', uses: 500 }),
    sampleLease(3, { program: null, label: 'Backup', ended: { at: sampleNow - dayMs, reason: 'expired' } }),
    sampleLease(4, {
      program: null,
      label: 'Fresh',
      lastUsedAt: null,
      uses: 0,
      givenAt: sampleNow - 9 * dayMs,
    }),
  ]
  const ids = (found: typeof leases): string[] => found.map(({ leaseId }) => leaseId.slice(-1))
  const choose = (change: Partial<Parameters<typeof chooseLeases>[1]>): string[] =>
    ids(chooseLeases(leases, { ...everything, ...change }, sampleNow, noWords))

  it('leaves out what ended unless that is asked for', () => {
    expect(choose({ filter: 'live' })).toEqual(['0', '1', '2', '4'])
    expect(choose({ filter: 'over' })).toEqual(['3'])
    expect(choose({ filter: 'unused' })).toEqual(['4'])
    expect(choose({ filter: 'problem' })).toEqual([])
    expect(countOpen(leases, sampleNow)).toBe(4)
  })

  it('is in the order that was chosen', () => {
    expect(choose({ filter: 'live', sort: 'uses' })).toEqual(['2', '0', '1', '4'])
    expect(choose({ filter: 'live', sort: 'name' })).toEqual(['4', '1', '0', '2'])
  })

  it('is searched by name, path, folder, machine, account and the words that the window adds', () => {
    expect(choose({ query: 'report ASHA.RAO' })).toEqual(['1'])
    expect(choose({ query: 'infra terraform' })).toEqual(['0', '2'])
    expect(choose({ query: 'nothing-like-it' })).toEqual([])
    const byWords = chooseLeases(leases, { ...everything, query: 'adc door' }, sampleNow, (lease) =>
      lease.term === 'session' ? 'ADC door' : '',
    )
    expect(ids(byWords)).toEqual(['2'])
  })

  it('puts the leases of one program together under its name, and a single one without a heading', () => {
    const rows = programRows(leases)
    expect(rows.map(({ kind, id }) => `${kind} ${id.slice(-1)}`)).toEqual([
      'program 0',
      'lease 0',
      'lease 2',
      'lease 1',
      'lease 3',
      'lease 4',
    ])
    expect(rows[0]).toMatchObject({ name: 'terraform', leases: 2 })
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  })

  it('goes by what a lease was called where its handle is all that is known of who uses it', () => {
    const adc = sampleLease(1, { door: 'adc', label: 'Notebooks' })
    expect(programRows([sampleLease(0), adc]).map(({ kind }) => kind)).toEqual(['lease', 'lease'])
    expect(titleOfLease(adc)).toBe('Notebooks')
  })

  it('keeps the same file on another machine apart', () => {
    const elsewhere = sampleLease(1, { program: sampleProgram({ host: 'build-7' }) })
    expect(programRows([sampleLease(0), elsewhere]).map(({ kind }) => kind)).toEqual(['lease', 'lease'])
  })
})

describe('what is said of a program', () => {
  it('writes out marks that would turn the text around a name', () => {
    const program = sampleProgram({ name: 'safe\u202Eexe.sh\nallow' })
    expect(titleOfLease(sampleLease(0, { program }))).toBe('safe[U+202E]exe.sh[U+000A]allow')
    expect(askText(sampleAsk(0, { program }), 'mail')).not.toMatch(/[\u202E\n]/)
  })

  it('says of a question from elsewhere that it is from elsewhere', () => {
    expect(askText(sampleRemoteAsk(), 'mail')).toBe(
      'backup.sh on another machine (build-7:/srv/backup) asks for asha.rao@gmail.com · mail',
    )
    expect(askText(sampleAsk(), 'mail')).toBe(
      'terraform in /home/asha/infra asks for asha.rao@gmail.com · mail',
    )
  })

  it('says why no door answers, and nothing while they do', () => {
    expect(lockedText(sampleDoors())).toBeNull()
    expect(lockedText(sampleDoors({ vaultLocked: true }))).toBe('The vault is locked.')
    expect(lockedText(sampleDoors({ locked: { since: 0, by: 'screen' } }))).toBe(
      'Doors were locked with the screen.',
    )
  })
})

describe('the lines to type', () => {
  const about = { file: null, address: null, email: null, remote: false }

  it('are quoted for the shell of the system', () => {
    expect(envLine('A', "/home/o'neil/my file.json", 'linux')).toBe(
      `export A='/home/o'\\''neil/my file.json'`,
    )
    expect(envLine('A', "C:\\Users\\o'neil\\a.json", 'win32')).toBe(`$env:A = 'C:\\Users\\o''neil\\a.json'`)
    expect(envLine('A', '/tmp/plain.json', 'darwin')).toBe('export A=/tmp/plain.json')
  })

  it('name both variables of the metadata server that libraries read', () => {
    const lease = { ...about, door: 'metadata' as const, address: '127.0.0.1:20123' }
    expect(doorLines(lease, null, 'linux').map(({ text }) => text)).toEqual([
      'export GCE_METADATA_HOST=127.0.0.1:20123',
      'export GCE_METADATA_IP=127.0.0.1:20123',
    ])
  })

  it('leave the handle of an HTTP lease to a variable', () => {
    const lines = doorLines({ ...about, door: 'http' }, '127.0.0.1:20999', 'linux')
    expect(lines[1]?.text).toContain('Bearer $LATCHKEY_LEASE')
    expect(lines[1]?.text).not.toContain('latchkey.')
  })

  it('are none where there is nothing yet to point at', () => {
    for (const door of ['http', 'adc', 'metadata', 'gcloud'] as const)
      expect(doorLines({ ...about, door }, null, 'linux')).toEqual([])
  })
})

describe('the picture of uses', () => {
  it('stays within its width, adds up what falls together, and draws the busiest one highest', () => {
    const uses = Array.from({ length: 500 }, (_, index) => ({
      at: sampleNow - index * 60_000,
      count: index === 499 ? 50 : 1,
    }))
    const { bars, from } = drawUses(uses, sampleNow, 300)
    expect(from).toBe(sampleNow - 499 * 60_000)
    expect(bars.length).toBeLessThanOrEqual(300 / (barWidth + 1))
    for (const { x, height } of bars) {
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x + barWidth).toBeLessThanOrEqual(300)
      expect(height).toBeGreaterThan(0)
      expect(height).toBeLessThanOrEqual(1)
    }
    expect(bars[0]?.height).toBe(1)
  })

  it('stands at the end for a use just now, and holds nothing without uses', () => {
    const { bars } = drawUses([{ at: sampleNow, count: 1 }], sampleNow, 300)
    expect(bars).toHaveLength(1)
    expect(bars[0]?.x).toBeGreaterThan(280)
    expect(drawUses([], sampleNow, 300).bars).toEqual([])
  })
})

describe('a lease that is to be given', () => {
  const draft: LeaseDraft = {
    door: 'adc',
    label: ' Report ',
    accountId: 'account-00000000',
    clientId: 'client',
    everything: true,
    scopes: [scope('drive')],
    lasting: 'week',
    remote: true,
    file: ' /home/asha/adc.json ',
    quotaProject: ' mail-tools ',
  }

  it('asks main for what the form says, and for nothing that its door has not', () => {
    expect(wishOf(draft, sampleNow)).toEqual({
      door: 'adc',
      label: 'Report',
      accountId: 'account-00000000',
      clientId: 'client',
      scopes: null,
      term: 'until',
      expiresAt: sampleNow + 7 * dayMs,
      remote: false,
      file: '/home/asha/adc.json',
      quotaProject: 'mail-tools',
      port: null,
    })
    const overHttp = wishOf({ ...draft, door: 'http', everything: false, lasting: 'session' }, sampleNow)
    expect(overHttp).toMatchObject({ scopes: [scope('drive')], term: 'session', expiresAt: null })
    expect(overHttp).toMatchObject({ remote: true, file: null, quotaProject: null })
    expect(wishOf({ ...draft, accountId: null }, sampleNow).clientId).toBeNull()
  })

  it('is not asked for while something is missing', () => {
    expect(faultOf(draft, ['client'])).toBeNull()
    expect(faultOf({ ...draft, label: ' ' }, ['client'])).toBe('label')
    expect(faultOf({ ...draft, clientId: null }, ['one', 'two'])).toBe('client')
    expect(faultOf({ ...draft, everything: false, scopes: [] }, ['client'])).toBe('scopes')
    expect(faultOf({ ...draft, file: 'adc.json' }, ['client'])).toBe('file')
    expect(faultOf({ ...draft, file: 'C:\\adc.json' }, ['client'])).toBeNull()
    expect(faultOf({ ...draft, quotaProject: 'My Project' }, ['client'])).toBe('project')
  })

  it('lasts until it is taken back where a file stays behind, and for the session with a handle', () => {
    expect(usualLasting('http')).toBe('session')
    expect(usualLasting('adc')).toBe('always')
  })

  it('offers the scopes of the client, each once in whatever spelling', () => {
    const clients = [sampleClient(0), sampleClient(1)] as const
    const account = sampleAccount(0, clients, {
      grants: [
        sampleGrant(clients[0], { granted: ['email', scope('drive')] }),
        sampleGrant(clients[1], { granted: [scope('userinfo.email'), scope('tasks')] }),
      ],
    })
    expect(givingClients(account)).toEqual(clients.map(({ clientId }) => clientId))
    expect(givableScopes([account], account.accountId, clients[1].clientId)).toHaveLength(2)
    expect(givableScopes([account], null, null)).toHaveLength(3)
    expect(givableScopes([account], 'account-99999999', null)).toEqual([])
  })
})

describe('what doors handed out of a grant', () => {
  const client = sampleClient(0)
  const token = sampleToken(0, { scopes: ['openid', scope('drive'), scope('calendar')] })
  const used = [
    { scope: scope('drive'), at: sampleNow - hourMs, named: false },
    { scope: scope('drive'), at: sampleNow - dayMs, named: true },
  ]
  const account = sampleAccount(0, [client], {
    grants: [sampleGrant(client, { granted: token.scopes, tokens: [token], used })],
  })

  it('prefers a use that named the scope to a later one that did not', () => {
    expect(usesOf(used).get(scope('drive'))).toEqual({ at: sampleNow - dayMs, named: true })
  })

  it('counts who holds a scope that was never handed out', () => {
    const counts = unusedCounts(holderIndex([account]))
    expect(counts.get(scope('calendar'))).toBe(1)
    expect(counts.has(scope('drive'))).toBe(false)
  })

  it('is told for each holder, and since when there was something to hand out', () => {
    const [holding] = holderIndex([account]).get(scope('drive')) ?? []
    if (!holding) throw new Error('the account holds it')
    expect(useOfHolding(scope('drive'), holding)?.named).toBe(true)
    expect(useOfHolding(scope('calendar'), holding)).toBeNull()
    expect(heldSince({ tokens: [token, sampleToken(1, { mintedAt: 5 })] })).toBe(5)
    expect(heldSince({ tokens: [] })).toBeNull()
  })
})
