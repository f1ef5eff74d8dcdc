import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coversScopes } from '../../../electron/contract/scopes/scope-sets.ts'
import type { NewLease } from '../../../electron/core/doors/leases.ts'
import type { Secret } from '../../../electron/core/secret.ts'
import { otherClientId, testClientId } from '../../support/client-files.ts'
import { meera } from '../../support/fake-google.ts'
import { drive, identity, mail } from '../../support/test-context.ts'
import { calendar, serviceScene, sheets } from '../service-accounts/service-scene.ts'
import type { DoorScene } from './door-scene.ts'
import {
  codeOf,
  doorScene,
  hourMs,
  minuteMs,
  nextAsk,
  settle,
  terraform,
  terraformKey,
  tokenOf,
  valueOf,
} from './door-scene.ts'

interface Held extends DoorScene {
  readonly handle: Secret
  readonly leaseId: string
  ask(question?: Partial<Parameters<DoorScene['token']>[0]>): ReturnType<DoorScene['token']>
}

/** A scene in which a program holds a handle. */
async function held(wish: Partial<NewLease> = {}): Promise<Held> {
  const scene = await doorScene()
  const { lease, handle } = await scene.give(wish)
  if (!handle) throw new Error('there is no handle')
  const { leaseId } = lease
  return { ...scene, handle, leaseId, ask: (question) => scene.token({ door: 'http', handle, ...question }) }
}

/** The same service account as in the tests of service accounts, behind the broker. */
async function withService(): Promise<DoorScene & { readonly robotId: string }> {
  const scene = await doorScene()
  const { accountId } = await serviceScene(scene)
  await scene.context.record([
    { type: 'service.configured', data: { accountId, scopes: [calendar], subject: null } },
  ])
  return { ...scene, robotId: accountId }
}

describe('a program with a handle', () => {
  it('gets a token of the grant, and the use is in the ledger', async () => {
    const scene = await held({ quotaProject: 'billing-1' })
    const token = tokenOf(await scene.ask())
    expect(token.secret.reveal()).toBe(scene.world.google.accessTokens[0])
    expect(token).toMatchObject({
      ...{ accountId: scene.grant.accountId, email: 'asha@gmail.test', clientId: testClientId },
      ...{ projectId: 'field-tools', quotaProject: 'billing-1', leaseId: scene.leaseId },
      ...{ scopes: [...identity, mail, drive], remainingMs: 3_599_000 },
      expiresAt: scene.world.clock.now() + 3_599_000,
    })
    await scene.uses.settled()
    expect(scene.eventsOf('lease.used')).toMatchObject([
      {
        leaseId: scene.leaseId,
        accountId: scene.grant.accountId,
        clientId: testClientId,
        named: false,
        count: 1,
      },
    ])
    const used = scene
      .state()
      .accounts.get(scene.grant.accountId)
      ?.scopeUses.map(({ scope }) => scope)
    expect(used).toEqual([...identity, mail, drive])
  })

  it('leaves no secret in any file or log', async () => {
    const scene = await held()
    await scene.ask()
    await scene.ask({ scopes: [mail] })
    await scene.uses.close()
    const secrets = [...scene.world.google.accessTokens, scene.grant.refreshToken, scene.handle.reveal()]
    expect(secrets).toHaveLength(4)
    for (const secret of secrets) expect(scene.traces()).not.toContain(secret)
    expect(scene.traces()).not.toContain(scene.handle.reveal().split('.')[2])
  })

  it('is served from memory, without disk, keychain, network or timers', async () => {
    const scene = await held({ accountId: null })
    await scene.ask()
    await scene.world.timers.live(1000)
    const before = outsideCalls(scene)
    for (let each = 0; each < 50; each += 1) tokenOf(await scene.ask({ folder: '/home/asha/infra' }))
    // One timer tells the window; that is all.
    expect(outsideCalls(scene)).toEqual({ ...before, timers: before.timers + 1 })
  })

  it('gets fewer scopes when it names them, and no more than its lease has', async () => {
    const scene = await held({ scopes: [mail, 'email'] })
    expect(tokenOf(await scene.ask()).scopes).toEqual([mail, identity[1]])
    expect(tokenOf(await scene.ask({ scopes: [mail] })).scopes).toEqual([mail])
    expect(tokenOf(await scene.ask({ scopes: [] })).scopes).toEqual([mail, identity[1]])
    const refused = await scene.ask({ scopes: [mail, drive] })
    expect(refused).toMatchObject({
      error: { code: 'lease-scopes', message: `The lease “backup” does not allow ${drive}.` },
    })
    await scene.uses.settled()
    expect(scene.eventsOf('lease.refused')).toMatchObject([{ leaseId: scene.leaseId, code: 'lease-scopes' }])
  })

  it('never gets a scope that its lease does not have', async () => {
    const all = [...identity, mail, drive]
    const some = fc.subarray([...all, 'email', 'profile'], { minLength: 1 })
    const property = fc.asyncProperty(
      fc.option(some, { nil: null }),
      fc.array(fc.option(fc.subarray([...all, 'email', sheets]), { nil: null }), { maxLength: 6 }),
      async (leased, questions) => {
        const scene = await held({ scopes: leased })
        for (const scopes of questions) {
          const reply = await scene.ask({ scopes })
          if (reply.kind !== 'token') {
            expect(['lease-scopes', 'scopes-not-held']).toContain(codeOf(reply))
            expect(coversScopes(leased ?? all, scopes ?? [])).toBe(false)
            continue
          }
          expect(coversScopes(leased ?? all, reply.token.scopes)).toBe(true)
          if (scopes && scopes.length > 0) expect(coversScopes(scopes, reply.token.scopes)).toBe(true)
        }
      },
    )
    await fc.assert(property, { numRuns: 60, seed: 20261123 })
  })

  it('gets nothing for another account or client than its lease’s', async () => {
    const scene = await held()
    await scene.addClient(otherClientId)
    await scene.mint({ person: meera, clientId: otherClientId })
    expect(codeOf(await scene.ask({ account: 'meera@northwind.test' }))).toBe('lease-account')
    expect(codeOf(await scene.ask({ environment: 'meera@northwind.test' }))).toBe('lease-account')
    expect(codeOf(await scene.ask({ client: otherClientId }))).toBe('lease-account')
    expect(codeOf(await scene.ask({ account: 'nobody@else.test' }))).toBe('account-unknown')
    expect(codeOf(await scene.ask({ account: 'ASHA@gmail.test', environment: ' ' }))).toBe('token')
  })

  it('needs a lease for other machines when it comes from one', async () => {
    const scene = await held()
    expect(codeOf(await scene.ask({ remote: true }))).toBe('lease-not-remote')
    const remote = await held({ remote: true })
    expect(codeOf(await remote.ask({ remote: true }))).toBe('token')
  })

  it('is told what keeps the access from coming, and that is counted', async () => {
    const scene = await held()
    scene.world.google.kill(scene.grant.refreshToken)
    expect(codeOf(await scene.ask())).toBe('token-dead')
    await scene.uses.settled()
    expect(scene.eventsOf('lease.refused')).toMatchObject([{ code: 'token-dead', count: 1 }])
    expect(scene.uses.countsOf(scene.record(scene.leaseId))).toMatchObject({ uses: 0, refusals: 1 })
  })

  it('gets nothing that could not be written down for good', async () => {
    const scene = await held()
    await scene.ask()
    scene.world.folder.put(
      'ledger.jsonl',
      scene.world.folder.text('ledger.jsonl').replace('backup', 'backuq'),
    )
    await scene.context.ledger.verify()
    expect(codeOf(await scene.ask())).toBe('read-only')
  })
})

describe('a lease that ended', () => {
  it('gives nothing, also not to who asked before it did', async () => {
    const scene = await held()
    const early = scene.ask()
    const ending = scene.leases.end(scene.leaseId, 'taken-back')
    expect(codeOf(await early)).toBe('lease-taken-back')
    await ending
    expect(codeOf(await scene.ask())).toBe('lease-taken-back')
    expect(scene.eventsOf('lease.used')).toEqual([])
  })

  it('gives nothing whatever happens around its end', async () => {
    const step = fc.constantFrom('ask', 'end', 'wait', 'disk', 'lock', 'unlock', 'turn')
    const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const scene = await held({ term: 'until', expiresAt: 1_900_000_000_000 })
      const asked: Promise<void>[] = []
      let over = false
      let locked = false
      for (const what of steps) {
        if (what === 'ask') {
          const forbidden = over || locked
          const given = scene.ask()
          asked.push(given.then((reply) => expect(forbidden && reply.kind === 'token').toBe(false)))
        }
        if (what === 'disk') scene.world.folder.failNext('append', 'disk-full')
        if (what === 'turn') await settle()
        if (what === 'wait') await scene.world.timers.live(minuteMs)
        if (what === 'end') {
          over = true
          void scene.leases.end(scene.leaseId, 'taken-back')
        }
        if (what === 'lock') {
          locked = true
          void scene.lock.lock('person')
        }
        if (what === 'unlock') locked = codeOf(await scene.lock.unlock()) !== 'ok'
      }
      await Promise.all(asked)
    })
    await fc.assert(property, { numRuns: 100, seed: 20261123 })
  })

  it('for one token gives one, to whichever of two comes first', async () => {
    const scene = await held({ term: 'once' })
    const replies = await Promise.all([scene.ask(), scene.ask()])
    expect(replies.map(codeOf).sort()).toEqual(['lease-over', 'token'])
    await settle()
    expect(scene.eventsOf('lease.ended')).toEqual([{ leaseId: scene.leaseId, reason: 'used-up' }])
    expect(codeOf(await scene.ask())).toBe('lease-over')
    await scene.uses.close()
    expect(scene.record(scene.leaseId).uses).toBe(1)
  })

  it('for one token is kept for who waits when Google cannot be reached', async () => {
    const scene = await held({ term: 'once' })
    scene.world.google.answerNext({ status: 503, body: '' })
    expect(codeOf(await scene.ask())).toBe('server-unavailable')
    await scene.world.timers.live(30_000)
    expect(codeOf(await scene.ask())).toBe('token')
  })
})

describe('locked doors', () => {
  it('hand out nothing, also to who asked before, and open where they were', async () => {
    const scene = await held()
    const session = await scene.give({ term: 'session' })
    const early = scene.ask()
    expect(codeOf(await scene.lock.lock('person'))).toBe('ok')
    expect(codeOf(await early)).toBe('doors-locked')
    expect(codeOf(await scene.ask())).toBe('doors-locked')
    expect(codeOf(await scene.program())).toBe('doors-locked')
    expect(codeOf(await scene.broker.subject({ ...lane(scene), handle: scene.handle }))).toBe('doors-locked')
    expect(scene.eventsOf('lease.ended')).toEqual([{ leaseId: session.lease.leaseId, reason: 'locked' }])
    expect(scene.lock.locked()).toEqual({ since: scene.world.clock.now(), by: 'person' })
    expect(codeOf(await scene.lock.unlock())).toBe('ok')
    expect(codeOf(await scene.ask())).toBe('token')
  })

  it('stay locked over a restart, and where the disk cannot take it', async () => {
    const scene = await held()
    scene.world.folder.failNext('append', 'disk-full')
    expect(codeOf(await scene.lock.lock('person'))).toBe('disk-full')
    expect(codeOf(await scene.ask())).toBe('doors-locked')
    await scene.lock.unlock()
    await scene.lock.lock('person')
    const next = await scene.restart()
    expect(codeOf(await next.token({ door: 'http', handle: scene.handle }))).toBe('doors-locked')
    next.world.folder.failNext('append', 'disk-full')
    expect(codeOf(await next.lock.unlock())).toBe('disk-full')
    expect(next.lock.locked()?.by).toBe('person')
  })

  it('are locked again and again until the disk has taken it', async () => {
    const scene = await held()
    scene.world.folder.failNext('append', 'disk-full')
    expect(codeOf(await scene.lock.lock('person'))).toBe('disk-full')
    expect(scene.state().doorsLocked).toBeNull()
    scene.world.folder.failNext('append', 'disk-full')
    expect(codeOf(await scene.lock.lock('person'))).toBe('disk-full')
    expect(codeOf(await scene.lock.lock('person'))).toBe('ok')
    expect(scene.state().doorsLocked?.by).toBe('person')
    await scene.lock.unlock()
    scene.world.folder.failNext('append', 'disk-full')
    await scene.lock.lock('screen')
    await scene.world.timers.live(minuteMs)
    expect(scene.state().doorsLocked?.by).toBe('screen')
  })

  it('that the disk has not taken are tried once more at the end', async () => {
    const scene = await held()
    scene.world.folder.failNext('append', 'disk-full')
    await scene.lock.lock('person')
    await scene.lock.close()
    expect((await scene.restart()).lock.locked()?.by).toBe('person')
  })

  it('are locked once where two ask for it, and before anything ends with it', async () => {
    const scene = await held()
    await scene.give({ term: 'session' })
    const both = await Promise.all([scene.lock.lock('person'), scene.lock.lock('screen')])
    expect(both.map(codeOf)).toEqual(['ok', 'ok'])
    const lines = scene.world.folder.text('ledger.jsonl').trimEnd().split('\n')
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type)
    expect(types.slice(-2)).toEqual(['doors.locked', 'lease.ended'])
  })

  it('are locked with the screen where that was chosen, and not otherwise', async () => {
    const scene = await held()
    scene.lock.start()
    scene.world.wakes.lockScreen()
    expect(scene.lock.locked()).toBeNull()
    await scene.context.settings.change({ lockWithScreen: true })
    scene.world.wakes.lockScreen()
    expect(scene.lock.locked()?.by).toBe('screen')
    await settle()
    expect(scene.eventsOf('doors.locked')).toEqual([{ by: 'screen' }])
    await scene.lock.close()
  })

  it('stay locked when the lock comes while they are being unlocked', async () => {
    const scene = await held()
    await scene.lock.lock('person')
    const unlocking = scene.lock.unlock()
    const locking = scene.lock.lock('screen')
    const seen: (string | undefined)[] = []
    void unlocking.then(() => seen.push(scene.lock.locked()?.by))
    await locking
    await unlocking
    expect([...seen, scene.lock.locked()?.by]).toEqual(['screen', 'screen'])
    expect(scene.state().doorsLocked?.by).toBe('screen')
  })
})

describe('a lease by rule', () => {
  it('follows who is meant in the folder, each time', async () => {
    const scene = await held({ accountId: null, clientId: null })
    const { accountId } = await scene.mint({ person: meera })
    scene.world.folders.make('/work/northwind')
    const folder = '/work/northwind'
    await scene.context.record([
      { type: 'folder.ruled', data: { ruleId: 'rule-0001', folder, key: folder, accountId, clientId: null } },
    ])
    expect(tokenOf(await scene.ask({ folder })).email).toBe('meera@northwind.test')
    await nobodyActive(scene)
    expect(codeOf(await scene.ask())).toBe('door-which-account')
    await scene.context.record([{ type: 'account.activated', data: { accountId: scene.grant.accountId } }])
    expect(tokenOf(await scene.ask()).email).toBe('asha@gmail.test')
    expect(tokenOf(await scene.ask({ folder })).email).toBe('meera@northwind.test')
    expect(codeOf(await scene.ask({ folder: '/work/nowhere' }))).toBe('folder-missing')
  })

  it('takes the only client with a refresh token that works before access that ends within the hour', async () => {
    const scene = await held({ accountId: null, clientId: null })
    await scene.addClient(otherClientId)
    const { accountId } = scene.grant
    const account = scene.context.ledger.state().accounts.get(accountId)
    if (!account) throw new Error('nobody is signed in')
    const { issuer, sub, email, name, hostedDomain } = account
    const times = { receivedAt: scene.context.now(), expiresAt: scene.context.now() + 3_600_000 }
    const given = { clientId: otherClientId, asked: ['openid'], granted: ['openid'], ...times }
    await scene.context.record([
      { type: 'access.received', data: { accountId, issuer, sub, email, name, hostedDomain, ...given } },
    ])
    expect(tokenOf(await scene.ask()).clientId).toBe(scene.grant.clientId)
  })

  it('says when the account has access under several clients', async () => {
    const scene = await held({ accountId: null, clientId: null })
    await scene.addClient(otherClientId)
    await scene.mint({ clientId: otherClientId })
    expect(codeOf(await scene.ask())).toBe('door-which-client')
    expect(tokenOf(await scene.ask({ client: otherClientId })).clientId).toBe(otherClientId)
  })
})

describe('a lease of a service account', () => {
  const robot = { clientId: null } as const

  it('gives tokens for what is configured, and never for more', async () => {
    const scene = await withService()
    const { handle } = await scene.give({ ...robot, accountId: scene.robotId })
    const ask = (scopes: readonly string[] | null): ReturnType<DoorScene['token']> =>
      scene.token({ door: 'http', handle, scopes })
    const token = tokenOf(await ask(null))
    expect(token).toMatchObject({ clientId: null, scopes: [calendar], projectId: 'field-tools' })
    expect(tokenOf(await ask([calendar])).scopes).toEqual([calendar])
    expect(codeOf(await ask([sheets]))).toBe('lease-scopes')
    const wider = await scene.give({ ...robot, accountId: scene.robotId, scopes: [sheets] })
    expect(tokenOf(await scene.token({ door: 'http', handle: wider.handle })).scopes).toEqual([sheets])
  })

  it('gives id tokens, where its scopes do not forbid it', async () => {
    const scene = await withService()
    const { handle, lease } = await scene.give({ ...robot, accountId: scene.robotId })
    const question = { ...lane(scene), handle }
    const reply = await scene.broker.identity(full(question), 'https://run.example')
    if (reply.kind !== 'identity') throw new Error(codeOf(reply))
    expect(reply.identity).toMatchObject({ leaseId: lease.leaseId, accountId: scene.robotId })
    expect(reply.identity.secret.reveal().split('.')).toHaveLength(3)
    const narrow = await scene.give({ ...robot, accountId: scene.robotId, scopes: [calendar] })
    const refused = await scene.broker.identity(
      full({ ...question, handle: narrow.handle }),
      'https://run.example',
    )
    expect(codeOf(refused)).toBe('lease-scopes')
  })

  it('is what an id token needs: a person’s access gives none', async () => {
    const scene = await held()
    const question = full({ ...lane(scene), handle: scene.handle })
    expect(codeOf(await scene.broker.identity(question, 'https://run.example'))).toBe('identity-not-possible')
  })
})

describe('whom a lease is for', () => {
  it('is told without a token', async () => {
    const scene = await doorScene()
    const { lease } = await scene.give({ door: 'metadata', port: 20_005 })
    const question = { ...lane(scene), leaseId: lease.leaseId, door: 'metadata' } as const
    expect(valueOf(await scene.broker.subject(question))).toEqual({
      ...{ leaseId: lease.leaseId, accountId: scene.grant.accountId, email: 'asha@gmail.test' },
      ...{ clientId: testClientId, scopes: [...identity, mail, drive], service: false },
      ...{ projectId: 'field-tools', projectNumber: /^\d+/.exec(testClientId)?.[0] ?? null },
    })
    expect(scene.world.google.refreshes).toHaveLength(0)
    await scene.leases.end(lease.leaseId, 'taken-back')
    expect(codeOf(await scene.broker.subject(question))).toBe('lease-taken-back')
  })
})

describe('a program without a lease', () => {
  it('gets one by a person’s yes, and its token with it', async () => {
    const scene = await doorScene()
    const waiting = scene.program({ scopes: [mail] })
    const view = await nextAsk(scene)
    expect(view).toMatchObject({ program: terraform, email: 'asha@gmail.test', scopes: [mail], named: true })
    expect(codeOf(await scene.asks.answer(view.askId, 'session', null))).toBe('ok')
    expect(tokenOf(await waiting).scopes).toEqual([mail])
    expect(scene.eventsOf('lease.given')).toMatchObject([
      { label: 'terraform', door: 'command', term: 'session', programKey: terraformKey, scopes: [mail] },
    ])
    expect(codeOf(await scene.program({ scopes: [mail] }))).toBe('token')
    expect(scene.shown).toHaveLength(1)
    expect(codeOf(await scene.program({ scopes: [mail, drive], ask: 'never' }))).toBe('lease-needed')
  })

  it('that asked for everything may have what stood there and no more', async () => {
    const scene = await doorScene()
    const waiting = scene.program()
    const view = await nextAsk(scene)
    expect(view).toMatchObject({ scopes: [...identity, mail, drive], named: false })
    await scene.asks.answer(view.askId, 'always', null)
    expect(tokenOf(await waiting).scopes).toEqual([...identity, mail, drive])
    expect(scene.leases.live()).toMatchObject([{ scopes: [...identity, mail, drive], term: 'always' }])
  })

  it('gets the narrower token that the person allowed', async () => {
    const scene = await doorScene()
    const waiting = scene.program({ scopes: [mail, drive] })
    const view = await nextAsk(scene)
    expect(codeOf(await scene.asks.answer(view.askId, 'always', [mail, sheets]))).toBe('lease-wish-unfit')
    expect(codeOf(await scene.asks.answer(view.askId, 'always', [drive]))).toBe('ok')
    expect(tokenOf(await waiting).scopes).toEqual([drive])
    expect(codeOf(await scene.program({ scopes: [mail], ask: 'never' }))).toBe('lease-needed')
  })

  it('gets one token by “once”, also where two of it wait', async () => {
    const scene = await doorScene()
    const waiting = [scene.program(), scene.program()]
    const { askId } = await nextAsk(scene)
    await scene.asks.answer(askId, 'once', null)
    expect((await Promise.all(waiting)).map(codeOf).sort()).toEqual(['lease-over', 'token'])
    expect(codeOf(await scene.program({ ask: 'never' }))).toBe('lease-needed')
    expect(scene.leases.live()).toEqual([])
  })

  it('may be told which question waits, and come back for the answer', async () => {
    const scene = await doorScene()
    const told = await scene.program({ ask: 'tell' })
    if (told.kind !== 'asked') throw new Error(codeOf(told))
    const { askId } = told
    expect(
      codeOf(await scene.token({ ask: 'wait', askId, program: terraform, programKey: 'another-one' })),
    ).toBe('not-found')
    expect(codeOf(await scene.program({ askId, remote: true }))).toBe('not-found')
    await scene.asks.answer(askId, 'session', null)
    expect(codeOf(await scene.program({ askId }))).toBe('token')
  })

  it('of which nothing is known is not asked about', async () => {
    const scene = await doorScene()
    expect(codeOf(await scene.token({}))).toBe('lease-needed')
    expect(codeOf(await scene.program({ ask: 'never' }))).toBe('lease-needed')
    expect(scene.shown).toEqual([])
  })

  it('that only says what it is, is recognised by all it says', async () => {
    const scene = await doorScene()
    const program = { ...terraform, pid: null, host: 'build-7', certainty: 'claimed' } as const
    const remote = { program, programKey: null, remote: true } as const
    const waiting = scene.token(remote)
    const view = await nextAsk(scene)
    expect(view).toMatchObject({ remote: true, program: { host: 'build-7' } })
    await scene.asks.answer(view.askId, 'always', null)
    expect(codeOf(await waiting)).toBe('token')
    expect(scene.leases.live()).toMatchObject([{ remote: true }])
    expect(codeOf(await scene.token({ ...remote, ask: 'never' }))).toBe('token')
    const elsewhere = { ...program, host: 'build-8' }
    expect(codeOf(await scene.token({ ...remote, program: elsewhere, ask: 'never' }))).toBe('lease-needed')
  })

  it('is not asked about what could not be given anyway', async () => {
    const scene = await doorScene()
    expect(codeOf(await scene.program({ scopes: [sheets] }))).toBe('scopes-not-held')
    expect(codeOf(await scene.program({ account: 'nobody@else.test' }))).toBe('account-unknown')
    await scene.mint({ person: meera })
    await nobodyActive(scene)
    expect(codeOf(await scene.program())).toBe('door-which-account')
    expect(scene.shown).toEqual([])
  })

  it('is told where there is no account at all', async () => {
    const scene = await doorScene()
    await scene.context.record([{ type: 'account.forgotten', data: { accountId: scene.grant.accountId } }])
    expect(codeOf(await scene.program())).toBe('door-no-account')
  })

  it('that goes away is not waited for', async () => {
    const scene = await doorScene()
    const gone = new AbortController()
    const waiting = scene.program({ signal: gone.signal })
    await nextAsk(scene)
    gone.abort()
    expect((await waiting).kind).toBe('aborted')
    expect(scene.asks.views()).toEqual([])
    expect(codeOf(await scene.program({ signal: gone.signal }))).toBe('aborted')
  })

  it('keeps what it was given for a session until that is over', async () => {
    const scene = await doorScene()
    const waiting = scene.program()
    await scene.asks.answer((await nextAsk(scene)).askId, 'session', null)
    await waiting
    await scene.world.timers.live(12 * hourMs - 1)
    expect(codeOf(await scene.program({ ask: 'never' }))).toBe('token')
    await scene.world.timers.live(1)
    expect(codeOf(await scene.program({ ask: 'never' }))).toBe('lease-needed')
  })
})

/** The account that was active is forgotten, so that nothing says which of the others is meant. */
async function nobodyActive(scene: DoorScene): Promise<void> {
  const { accountId } = await scene.mint({
    person: { sub: '100000000000000000003', email: 'ben@gmail.test' },
  })
  await scene.context.record([{ type: 'account.activated', data: { accountId } }])
  await scene.context.record([{ type: 'account.forgotten', data: { accountId } }])
}

function lane(_: DoorScene): Parameters<DoorScene['broker']['subject']>[0] {
  return { door: 'http', handle: null, leaseId: null, folder: null, remote: false }
}

function full(
  question: Parameters<DoorScene['broker']['subject']>[0],
): Parameters<DoorScene['broker']['token']>[0] {
  return {
    ...question,
    ...{ account: null, environment: null, client: null, scopes: null, minTtlMs: 0, program: null },
    ...{ programKey: null, ask: 'never', askId: null },
  }
}

function outsideCalls({
  world,
}: DoorScene): Readonly<Record<'timers' | 'writes' | 'looks' | 'keychain' | 'requests', number>> {
  return {
    writes: world.folder.writes.length,
    looks: world.folders.looks.length,
    keychain: world.secretStore.calls.length,
    requests: world.google.tokenRequests.length,
    timers: world.timers.waiting,
  }
}
