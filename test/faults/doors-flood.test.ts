/** Programs that ask a person without end: it is they who fall silent. Real processes, real sockets. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AskView } from '../../electron/contract/doors.ts'
import type { DoorReply } from '../clients/door-user.ts'
import type { StandingProgram } from '../support/door-programs.ts'
import { startProgram } from '../support/door-programs.ts'
import type { ProfileDoors } from '../support/profile-doors.ts'
import { calendarScope, codeOf, driveScope, emailScope, openProfileDoors } from '../support/profile-doors.ts'
import { partsMissing, useRealWorld } from '../support/real-world.ts'

const world = useRealWorld()
/** Each is a question of its own. */
const wishes = [
  ...[[emailScope], [driveScope], [calendarScope], [emailScope, driveScope]],
  ...[
    [emailScope, calendarScope],
    [driveScope, calendarScope],
  ],
]

interface Scene extends ProfileDoors {
  readonly greedy: StandingProgram
  readonly honest: StandingProgram
  /** Asks, and does not wait for the answer. */
  wants(program: StandingProgram, scopes: readonly string[]): Promise<DoorReply>
  waiting(): Promise<readonly AskView[]>
}

async function openScene(): Promise<Scene> {
  const doors = await openProfileDoors(world)
  const start = async (name: string): Promise<StandingProgram> => {
    const program = await startProgram(join(world.dataFolder, '..', name), `${name}.js`)
    world.afterwards(() => program.stop())
    return program
  }
  return {
    ...doors,
    ...{ greedy: await start('greedy'), honest: await start('honest') },
    wants: ({ pid, folder }, scopes) => doors.door.post('/v1/token', { pid, folder, scopes, ask: 'tell' }),
    waiting: async () => (await doors.app.snapshot()).asks,
  }
}

describe.skipIf(partsMissing !== null)('a program that floods a person with questions', () => {
  it('has three of them at once, and another program’s question comes through', async () => {
    const { greedy, honest, wants, waiting } = await openScene()
    const flood = Array.from({ length: 120 }, (_one, at) => wants(greedy, wishes[at % wishes.length] ?? []))
    const codes = (await Promise.all(flood)).map((reply) => (reply.status === 202 ? 'asked' : codeOf(reply)))
    expect(new Set(codes)).toEqual(new Set(['asked', 'ask-many']))
    expect(await waiting()).toHaveLength(3)
    expect((await wants(honest, [driveScope])).status).toBe(202)
    const names = (await waiting()).map(({ program }) => program.name.split('/').at(-1))
    expect(names.sort()).toEqual(['greedy.js', 'greedy.js', 'greedy.js', 'honest.js'])
  })

  it('is muted after three times no, alone, with one line in the ledger, until the person wants it back', async () => {
    const { app, greedy, honest, wants, waiting, ownerOf, ask } = await openScene()
    for (const scopes of wishes.slice(0, 3)) {
      expect((await wants(greedy, scopes)).status).toBe(202)
      const [question] = await waiting()
      await app.get('asks.answer', { askId: question?.askId ?? '', answer: 'no', scopes: null })
    }
    const shown = app.sent.length
    const flood = Array.from({ length: 200 }, (_one, at) => wants(greedy, wishes[at % wishes.length] ?? []))
    for (const reply of await Promise.all(flood))
      expect([reply.status, codeOf(reply)]).toEqual([429, 'ask-muted'])
    expect(await waiting()).toEqual([])
    // The window heard next to nothing of it.
    expect(app.sent.length - shown).toBeLessThan(10)
    expect((await app.snapshot()).doors.muted).toMatchObject([{ name: 'greedy.js' }])

    const asked = await wants(honest, [driveScope])
    expect(asked.status).toBe(202)
    expect((await waiting()).map(({ program }) => program.folder)).toEqual([honest.folder])
    for (const reply of Object.values(await ask())) expect(await ownerOf(reply)).not.toBeNull()

    const ledger = join(world.dataFolder, 'profiles', 'practice', 'ledger.jsonl')
    const lines = (await readFile(ledger, 'utf8'))
      .split('\n')
      .filter((line) => line.includes('"ask.refused"'))
    // Three answers, and one line for all that was not heard.
    expect(lines.length).toBe(4)

    const [mute] = (await app.snapshot()).doors.muted
    await app.get('asks.unmute', { programKey: mute?.programKey ?? '' })
    expect((await wants(greedy, [driveScope])).status).toBe(202)
  })

  it('cannot fill the person’s window under a hundred names', async () => {
    const { door, app, ask, ownerOf } = await openScene()
    const flood = Array.from({ length: 100 }, (_one, at) =>
      door.post('/v1/token', { program: { name: `program ${String(at)}` }, ask: 'tell' }),
    )
    const statuses = (await Promise.all(flood)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 202)).toHaveLength(8)
    expect(statuses.filter((status) => status === 429)).toHaveLength(92)
    expect((await app.snapshot()).asks).toHaveLength(8)
    // What has a lease does not wait behind them.
    for (const reply of Object.values(await ask())) expect(await ownerOf(reply)).not.toBeNull()
  })
})
