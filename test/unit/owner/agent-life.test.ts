import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OwnerLine } from '../../../electron/adapters/doors/owner-line.ts'
import { lineToOwner, readOwner } from '../../../electron/adapters/doors/owner-place.ts'
import { Switchboard } from '../../../electron/adapters/doors/switchboard.ts'
import type { AgentLifeParts } from '../../../electron/agent/agent-life.ts'
import { liveAsAgent } from '../../../electron/agent/agent-life.ts'
import type { Log } from '../../../electron/core/ports.ts'
import { fakeDoorListener } from '../../support/fake-door-listener.ts'

const ignore = (): void => undefined
const log: Log = { info: ignore, warn: ignore, error: ignore }

describe.skipIf(process.platform === 'win32')('the life of an agent', () => {
  let dataFolder = ''
  let stop: AbortController
  let living: Promise<unknown> = Promise.resolve()
  let lines: OwnerLine[] = []
  /** What happened, in its order. */
  let happened: string[] = []
  let openingMs = 0

  beforeEach(() => {
    dataFolder = mkdtempSync(join(tmpdir(), 'lk-life-'))
    mkdirSync(join(dataFolder, 'profiles/real'), { recursive: true, mode: 0o700 })
    stop = new AbortController()
    lines = []
    happened = []
    openingMs = 0
  })
  afterEach(async () => {
    stop.abort()
    for (const line of lines) line.cut()
    await living
    rmSync(dataFolder, { recursive: true, force: true })
  })

  const place = () => ({ dataFolder, profile: 'real' as const })
  const close = (): Promise<void> => {
    happened.push('profile closed')
    return Promise.resolve()
  }
  function live(): ReturnType<typeof liveAsAgent> {
    const parts: AgentLifeParts = {
      ...{ place: place(), log, say: ignore, signal: stop.signal, practiceIssuer: () => null },
      board: new Switchboard({ listener: fakeDoorListener(), own: () => null }),
      open: async () => {
        happened.push('profile opened')
        await sleep(openingMs)
        return { ok: true, value: { close } }
      },
      closePractice: async () => {
        await sleep(30)
        happened.push('practice closed')
      },
    }
    const life = liveAsAgent(parts)
    living = life
    return life
  }
  async function ask(): Promise<OwnerLine> {
    await expect.poll(() => readOwner(place())).not.toBeNull()
    const owner = await readOwner(place())
    const line = owner && (await lineToOwner(owner, 'app'))
    if (!line) throw new Error('no agent')
    lines.push(line)
    line.say({ say: 'take' })
    return line
  }
  const yours = { say: 'yours', issuer: null }

  it('hears an app that asks while the profile is only being opened', async () => {
    void live()
    const first = await ask()
    expect(await first.next(2000)).toEqual(yours)
    openingMs = 300
    first.end()
    await expect.poll(() => happened.filter((one) => one === 'profile opened').length).toBe(2)
    const second = await ask()
    expect(await second.next(3000)).toEqual(yours)
  })

  it('forgets who asked and went before it could have it', async () => {
    void live()
    const first = await ask()
    expect(await first.next(2000)).toEqual(yours)
    const second = await ask()
    await sleep(20)
    second.cut()
    await second.over
    await sleep(20)
    first.end()
    await expect.poll(() => happened.filter((one) => one === 'profile opened').length).toBe(2)
    await sleep(50)
    // It keeps the profile: nobody is there to have it.
    expect(happened.at(-1)).toBe('profile opened')
  })

  it('gives what listens for practice back before the app hears that it ends', async () => {
    void live()
    const line = await ask()
    expect(await line.next(2000)).toEqual(yours)
    void line.over.then(() => happened.push('app heard'))
    stop.abort()
    await living
    await expect.poll(() => happened.slice(-2)).toEqual(['practice closed', 'app heard'])
  })

  it('closes the profile and says why where the app could never find it', async () => {
    const elsewhere = join(dataFolder, 'elsewhere')
    mkdirSync(elsewhere)
    chmodSync(elsewhere, 0o700)
    symlinkSync(elsewhere, join(dataFolder, 'profiles/real/run'))
    expect(await live()).toMatchObject({ code: 'door-occupied' })
    expect(happened).toEqual(['profile opened', 'profile closed'])
  })
})
