import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Switchboard } from '../../../electron/adapters/doors/switchboard.ts'
import type { DoorAnswer, DoorRequest, OpenDoor } from '../../../electron/core/ports.ts'
import type { FakeDoorListener } from '../../support/fake-door-listener.ts'
import { fakeDoorListener } from '../../support/fake-door-listener.ts'

const socket = { kind: 'socket', name: 'door' } as const
const says = (body: string, status = 200): DoorAnswer => ({ status, headers: {}, body })
const doors = { socket: '/run/door.sock', remote: null, http: null }

function setUp(patienceMs = 20_000): { listener: FakeDoorListener; board: Switchboard } {
  const listener = fakeDoorListener()
  const own = (request: DoorRequest): Promise<DoorAnswer> | null =>
    request.path === '/v1/owner/stop' ? Promise.resolve(says('stopped')) : null
  return { listener, board: new Switchboard({ listener, own, patienceMs }) }
}

async function open(
  board: Switchboard,
  answer: (request: DoorRequest) => Promise<DoorAnswer | null>,
): Promise<OpenDoor> {
  const opened = await board.open(socket, answer)
  if (!opened.ok) throw new Error(opened.error.code)
  return opened.value
}

const ask = async (listener: FakeDoorListener, request: Partial<DoorRequest> = {}): Promise<string> => {
  const { status, body } = await listener.ask('/run/door.sock', request as object)
  return `${String(status)} ${typeof body === 'string' ? body : '…'}`
}

describe('a door of an agent', () => {
  it('stays open while the profile changes hands, and who knocks meanwhile waits for the next one', async () => {
    const { listener, board } = setUp()
    const door = await open(board, () => Promise.resolve(says('first')))
    board.hold()
    await door.close()
    board.stopHolding()
    expect([...listener.opened.keys()]).toEqual(['/run/door.sock'])
    const waiting = ask(listener)
    await sleep(20)
    await open(board, () => Promise.resolve(says('second')))
    expect(await waiting).toBe('200 second')
  })

  it('is closed where the profile stays and only the door is not wanted any more', async () => {
    const { listener, board } = setUp()
    await (await open(board, () => Promise.resolve(says('first')))).close()
    expect(listener.opened.size).toBe(0)
  })

  it('closes only after what was being answered is answered', async () => {
    const { listener, board } = setUp()
    let answered = false
    const door = await open(board, async () => {
      await sleep(60)
      answered = true
      return says('late')
    })
    const asked = ask(listener)
    board.hold()
    await door.close()
    expect(answered).toBe(true)
    expect(await asked).toBe('200 late')
  })

  it('says that nobody is there when nobody comes for too long, and closes', async () => {
    const { listener, board } = setUp(40)
    const door = await open(board, () => Promise.resolve(says('first')))
    board.hold()
    await door.close()
    expect(await ask(listener)).toMatch(/^503 .*"owner-silent"/)
    await sleep(60)
    expect(listener.opened.size).toBe(0)
  })

  it('is not closed by one who has given it away', async () => {
    const { listener, board } = setUp()
    const before = await open(board, () => Promise.resolve(says('first')))
    board.hold()
    await before.close()
    board.stopHolding()
    await open(board, () => Promise.resolve(says('second')))
    await before.close()
    expect(await ask(listener)).toBe('200 second')
  })

  it.each([
    [
      'a token that could not be fetched any more',
      { method: 'POST', path: '/v1/token' },
      says('{}', 503),
      true,
    ],
    [
      'a question that nobody could answer any more',
      { method: 'POST', path: '/v1/token' },
      says('{"error":{"code":"ask-unanswered"}}', 403),
      true,
    ],
    [
      'a command that was not begun',
      { method: 'POST', path: '/v1/command/x' },
      says('{"error":{"code":"owner-silent"}}', 503),
      true,
    ],
    [
      'a command that failed',
      { method: 'POST', path: '/v1/command/x' },
      says('{"error":{"code":"network-failed"}}', 503),
      false,
    ],
    [
      'a no of a person',
      { method: 'POST', path: '/v1/token' },
      says('{"error":{"code":"ask-refused"}}', 403),
      false,
    ],
  ])('while the profile changes hands: %s', async (_what, request, answer, again) => {
    const body = typeof answer.body === 'string' ? answer.body : ''
    const { listener, board } = setUp()
    const door = await open(board, async () => {
      await sleep(20)
      return answer
    })
    const asked = ask(listener, request)
    board.hold()
    await door.close()
    board.stopHolding()
    await open(board, () => Promise.resolve(says('second')))
    expect(await asked).toBe(again ? '200 second' : `${String(answer.status)} ${body}`)
  })

  it.each([
    ['one who is gone and has not closed', () => Promise.resolve(null), 503],
    [
      'one who could not and stays',
      () => Promise.resolve(says('{"error":"temporarily_unavailable"}', 502)),
      502,
    ],
  ] as const)('does not ask the same one over and over: %s', async (_what, answer, status) => {
    const { listener, board } = setUp(60)
    let times = 0
    await open(board, () => {
      times += 1
      return answer()
    })
    board.hold()
    const asked = ask(listener, { method: 'POST', path: '/adc/token' })
    // Timers run while it waits.
    await sleep(20)
    expect(times).toBe(1)
    expect(await asked).toMatch(new RegExp(`^${String(status)} .*temporarily_unavailable`))
    expect(times).toBe(1)
  })

  it('asks the next one without the question of the one before', async () => {
    const { listener, board } = setUp()
    const door = await open(board, () => Promise.resolve(says('{"error":{"code":"ask-unanswered"}}', 403)))
    board.hold()
    const body = JSON.stringify({ account: 'a@example.com', askId: 'q1', ask: 'wait' })
    const asked = ask(listener, { method: 'POST', path: '/v1/token', body })
    await door.close()
    board.stopHolding()
    await open(board, (request) => Promise.resolve(says(request.body)))
    expect(await asked).toBe('200 {"account":"a@example.com","ask":"wait"}')
  })

  it.each([
    ['/adc/token', {}, /^503 \{"error":"temporarily_unavailable","error_description":/],
    ['/computeMetadata/v1/instance/', { 'metadata-flavor': 'Google' }, /^503 Latchkey: /],
    ['/v1/token', {}, /^503 \{"error":\{"code":"owner-silent"/],
  ])('says that nobody is there in the form of the door: %s', async (path, headers, form) => {
    const { listener, board } = setUp(20)
    await open(board, () => Promise.resolve(null))
    expect(await ask(listener, { method: 'POST', path, headers })).toMatch(form)
  })

  it('gives a failure as it is where nothing changes hands', async () => {
    const { listener, board } = setUp()
    await open(board, () => Promise.resolve(says('{}', 503)))
    expect(await ask(listener, { method: 'POST', path: '/v1/token' })).toBe('503 {}')
  })
})

describe('the key of this machine', () => {
  const local = (key: string): Partial<DoorRequest> => ({ headers: { 'latchkey-local': key } })
  const keySeen = (request: DoorRequest): Promise<DoorAnswer> =>
    Promise.resolve(says(request.headers['latchkey-local'] ?? 'none'))

  it('is the first one for programs, and that of whoever answers for them', async () => {
    const { listener, board } = setUp()
    const door = await open(board, keySeen)
    await board.announce({ ...doors, local: 'first' })
    board.hold()
    await door.close()
    await board.withdraw()
    board.stopHolding()
    await open(board, keySeen)
    const early = ask(listener, local('first'))
    await board.announce({ ...doors, local: 'second' })
    expect(listener.announced).toMatchObject({ local: 'first' })
    expect(await early).toBe('200 second')
    // What is no key of this machine is passed on as it came: it opens nothing.
    expect(await ask(listener, local('guessed'))).toBe('200 guessed')
    expect(await ask(listener)).toBe('200 none')
  })

  it('is needed to end the agent', async () => {
    const { listener, board } = setUp()
    await open(board, () => Promise.resolve(says('not here', 404)))
    await board.announce({ ...doors, local: 'key' })
    const path = '/v1/owner/stop'
    expect(await ask(listener, { path })).toBe('404 not here')
    expect(await ask(listener, { path, ...local('wrong') })).toBe('404 not here')
    expect(await ask(listener, { path, ...local('key') })).toBe('200 stopped')
  })

  it('is taken back with the announcement only by who announced it', async () => {
    const { listener, board } = setUp()
    await listener.announce({ ...doors, local: 'of another owner' })
    await board.close()
    expect(listener.announced).toMatchObject({ local: 'of another owner' })
    await board.announce({ ...doors, local: 'own' })
    await board.close()
    expect(listener.announced).toBeNull()
  })
})
