import { describe, expect, it } from 'vitest'
import type { AskWish } from '../../../electron/core/doors/asks.ts'
import { appError } from '../../../electron/contract/outcome.ts'
import { testClientId } from '../../support/client-files.ts'
import { drive, mail } from '../../support/test-context.ts'
import type { DoorScene } from './door-scene.ts'
import { codeOf, doorScene, minuteMs, settle, terraform, terraformKey, valueOf } from './door-scene.ts'

const patienceMs = minuteMs

function wish(scene: DoorScene, change: Partial<AskWish> = {}): AskWish {
  return {
    ...{ program: terraform, programKey: terraformKey, door: 'command', remote: false },
    ...{ accountId: scene.grant.accountId, clientId: testClientId, scopes: [mail], named: true },
    ...change,
  }
}

/** The codes of what becomes of asking so often, each left unanswered. */
async function askUnanswered(
  scene: DoorScene,
  change: Partial<AskWish>,
  times: number,
): Promise<readonly string[]> {
  const codes: string[] = []
  for (let each = 0; each < times; each += 1) {
    const asked = scene.asks.ask(wish(scene, change))
    codes.push(codeOf(asked))
    if (asked.ok) await scene.world.timers.live(patienceMs)
  }
  return codes
}

describe('a question', () => {
  it('that nobody answers means no, after a minute', async () => {
    const scene = await doorScene()
    const askId = valueOf(scene.asks.ask(wish(scene)))
    const end = scene.asks.wait(askId, wish(scene), undefined)
    expect(scene.asks.view(askId)).toMatchObject({
      ...{ askId, scopes: [mail], email: 'asha@gmail.test', askedAt: scene.world.clock.now() },
      endsAt: scene.world.clock.now() + patienceMs,
    })
    await scene.world.timers.live(patienceMs - 1)
    expect(scene.asks.views()).toHaveLength(1)
    await scene.world.timers.live(1)
    expect(await end).toMatchObject({ kind: 'no', error: { code: 'ask-unanswered' } })
    expect(scene.asks.views()).toEqual([])
    expect(codeOf(await scene.asks.answer(askId, 'always', null))).toBe('not-found')
    expect(scene.eventsOf('ask.refused')).toMatchObject([
      { programKey: terraformKey, programName: 'terraform', scopes: [mail], answer: 'none', count: 1 },
    ])
    expect(scene.leases.live()).toEqual([])
  })

  it('is one for all that ask the same, and others are others', async () => {
    const scene = await doorScene()
    const first = valueOf(scene.asks.ask(wish(scene, { scopes: [mail, drive] })))
    expect(valueOf(scene.asks.ask(wish(scene, { scopes: [drive, mail] })))).toBe(first)
    expect(valueOf(scene.asks.ask(wish(scene, { scopes: [drive] })))).not.toBe(first)
    expect(valueOf(scene.asks.ask(wish(scene, { programKey: 'another-program' })))).not.toBe(first)
    expect(scene.asks.views()).toHaveLength(3)
  })

  it('is answered once, and the yes is a fact before anybody gets anything', async () => {
    const scene = await doorScene()
    const askId = valueOf(scene.asks.ask(wish(scene)))
    const ends = [1, 2].map(() => scene.asks.wait(askId, wish(scene), undefined))
    const answers = [scene.asks.answer(askId, 'always', null), scene.asks.answer(askId, 'no', null)]
    expect((await Promise.all(answers)).map(codeOf)).toEqual(['ok', 'not-found'])
    const [one, other] = await Promise.all(ends)
    expect(one).toMatchObject({
      kind: 'yes',
      lease: { term: 'always', scopes: [mail], accountId: scene.grant.accountId },
    })
    expect(other).toEqual(one)
    expect(scene.eventsOf('lease.given')).toHaveLength(1)
  })

  it('still waits where the yes could not be written down', async () => {
    const scene = await doorScene()
    const askId = valueOf(scene.asks.ask(wish(scene)))
    scene.world.folder.failNext('append', 'disk-full')
    expect(codeOf(await scene.asks.answer(askId, 'session', null))).toBe('disk-full')
    expect(scene.asks.views()).toHaveLength(1)
    expect(codeOf(await scene.asks.answer(askId, 'session', null))).toBe('ok')
  })

  it('ends with no when the doors are locked, also in the middle of a yes', async () => {
    const scene = await doorScene()
    const waiting = valueOf(scene.asks.ask(wish(scene)))
    const end = scene.asks.wait(waiting, wish(scene), undefined)
    const answering = scene.asks.answer(waiting, 'always', null)
    scene.asks.endAll(appError('doors-locked'))
    expect(codeOf(await answering)).toBe('not-found')
    expect(await end).toMatchObject({ kind: 'no', error: { code: 'doors-locked' } })
    await settle()
    expect(scene.leases.live()).toEqual([])
    expect(scene.eventsOf('ask.refused')).toEqual([])
  })

  it('leaves no timer behind', async () => {
    const scene = await doorScene()
    const waiting = scene.world.timers.waiting
    valueOf(scene.asks.ask(wish(scene)))
    await askUnanswered(scene, { programKey: 'another-program' }, 3)
    scene.asks.close()
    await scene.uses.close()
    expect(scene.world.timers.waiting).toBe(waiting)
    expect(codeOf(scene.asks.ask(wish(scene)))).toBe('ask-unanswered')
  })
})

describe('a flood of questions', () => {
  it('mutes the program after three without a yes, for ten minutes, and nobody else', async () => {
    const scene = await doorScene()
    expect(await askUnanswered(scene, {}, 5)).toEqual(['ok', 'ok', 'ok', 'ask-muted', 'ask-muted'])
    expect(scene.asks.muted()).toEqual([
      { programKey: terraformKey, name: 'terraform', until: scene.world.clock.now() + 10 * minuteMs },
    ])
    expect(codeOf(scene.asks.ask(wish(scene, { programKey: 'another-program' })))).toBe('ok')
    await scene.world.timers.live(10 * minuteMs)
    expect(scene.asks.muted()).toEqual([])
    expect(codeOf(scene.asks.ask(wish(scene)))).toBe('ok')
  })

  it('is a line a minute in the ledger, however much is asked for', async () => {
    const scene = await doorScene()
    await askUnanswered(scene, {}, 3)
    const before = scene.eventsOf('ask.refused').length
    for (let each = 0; each < 1000; each += 1)
      scene.asks.ask(wish(scene, { scopes: [mail, `https://example.test/${String(each)}`] }))
    await scene.world.timers.live(minuteMs)
    const muted = scene.eventsOf('ask.refused').slice(before)
    expect(muted.map(({ answer, count }) => [answer, count])).toEqual([
      ['muted', 1],
      ['muted', 999],
    ])
  })

  it('does not count what is long ago, nor what came before a yes', async () => {
    const scene = await doorScene()
    await askUnanswered(scene, {}, 2)
    await scene.world.timers.live(10 * minuteMs)
    expect(await askUnanswered(scene, {}, 2)).toEqual(['ok', 'ok'])
    await scene.asks.answer(valueOf(scene.asks.ask(wish(scene))), 'session', null)
    expect(await askUnanswered(scene, { scopes: [drive] }, 2)).toEqual(['ok', 'ok'])
    expect(scene.asks.muted()).toEqual([])
  })

  it('forgets them one by one, not all together', async () => {
    const scene = await doorScene()
    await askUnanswered(scene, {}, 1)
    await scene.world.timers.live(6 * minuteMs)
    await askUnanswered(scene, {}, 1)
    await scene.world.timers.live(3 * minuteMs)
    expect(await askUnanswered(scene, {}, 1)).toEqual(['ok'])
    expect(scene.asks.muted()).toEqual([])
    expect(await askUnanswered(scene, {}, 2)).toEqual(['ok', 'ask-muted'])
  })

  it('counts questions that are taken back: a program that starts anew each time is one, too', async () => {
    const scene = await doorScene()
    for (let each = 0; each < 3; each += 1) {
      const gone = new AbortController()
      const askId = valueOf(scene.asks.ask(wish(scene)))
      const end = scene.asks.wait(askId, wish(scene), gone.signal)
      gone.abort()
      expect(await end).toBeNull()
    }
    expect(scene.asks.muted()).toHaveLength(1)
  })

  it('ends when the person wants to hear of the program again', async () => {
    const scene = await doorScene()
    await askUnanswered(scene, {}, 3)
    expect(codeOf(scene.asks.unmute(terraformKey))).toBe('ok')
    expect(codeOf(scene.asks.unmute(terraformKey))).toBe('not-found')
    expect(codeOf(scene.asks.ask(wish(scene)))).toBe('ok')
  })

  it('leaves room for others: three of one program, four from other machines, eight in all', async () => {
    const scene = await doorScene()
    const ask = (programKey: string, scope: number, remote = false): string =>
      codeOf(
        scene.asks.ask(
          wish(scene, { programKey, remote, scopes: [`https://example.test/${String(scope)}`] }),
        ),
      )
    expect([1, 2, 3, 4].map((scope) => ask('greedy-program', scope))).toEqual(['ok', 'ok', 'ok', 'ask-many'])
    expect([1, 2, 3, 4, 5].map((index) => ask(`remote-program-${String(index)}`, 1, true))).toEqual([
      ...['ok', 'ok', 'ok', 'ok', 'ask-many'],
    ])
    expect([ask('local-program-1', 1), ask('local-program-2', 1)]).toEqual(['ok', 'ask-many'])
    expect(scene.asks.views()).toHaveLength(8)
  })
})

describe('questions of other machines', () => {
  const far = (scene: DoorScene, number: number): Partial<AskWish> => ({
    program: {
      ...terraform,
      name: `tool ${String(number)}`,
      pid: null,
      host: 'build-7',
      certainty: 'claimed',
    },
    ...{ programKey: `claimed-program-${String(number)}`, remote: true, accountId: scene.grant.accountId },
  })

  it('are six at most without a yes, whatever each calls itself, and then one line a minute', async () => {
    const scene = await doorScene()
    const codes: string[] = []
    for (let number = 0; number < 60; number += 1) {
      const asked = scene.asks.ask(wish(scene, far(scene, number)))
      codes.push(codeOf(asked))
      const gone = new AbortController()
      if (!asked.ok) continue
      const end = scene.asks.wait(asked.value, wish(scene, far(scene, number)), gone.signal)
      gone.abort()
      await end
    }
    expect(codes.filter((code) => code === 'ok')).toHaveLength(6)
    expect(new Set(codes.slice(6))).toEqual(new Set(['ask-muted']))
    await scene.uses.flush()
    const muted = scene.eventsOf('ask.refused').filter(({ answer }) => answer === 'muted')
    expect(muted.length).toBeLessThanOrEqual(2)
    expect(muted.reduce((sum, { count }) => sum + count, 0)).toBe(54)
    expect(scene.asks.muted()).toMatchObject([{ name: 'other machines' }])
  })

  it('do not silence the programs of this one, and are heard again after a while', async () => {
    const scene = await doorScene()
    for (let number = 0; number < 8; number += 1) {
      scene.asks.ask(wish(scene, far(scene, number)))
      await scene.world.timers.live(patienceMs)
    }
    expect(codeOf(scene.asks.ask(wish(scene, far(scene, 99))))).toBe('ask-muted')
    expect(codeOf(scene.asks.ask(wish(scene)))).toBe('ok')
    await scene.world.timers.live(10 * minuteMs)
    expect(codeOf(scene.asks.ask(wish(scene, far(scene, 99))))).toBe('ok')
  })

  it('may be many where they get a yes', async () => {
    const scene = await doorScene()
    for (let number = 0; number < 12; number += 1) {
      const askId = valueOf(scene.asks.ask(wish(scene, far(scene, number))))
      expect(codeOf(await scene.asks.answer(askId, 'once', null))).toBe('ok')
    }
    expect(scene.asks.muted()).toEqual([])
  })
})
