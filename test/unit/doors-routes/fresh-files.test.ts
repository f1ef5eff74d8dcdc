import { describe, expect, it } from 'vitest'
import type { RoutesScene } from './routes-scene.ts'
import { minuteMs, routesScene } from './routes-scene.ts'

async function withFile() {
  const scene = await routesScene()
  const { json } = await scene.give({ door: 'gcloud', label: 'gcloud' })
  const file = String(json['file'])
  const leaseId = (json['lease'] as { leaseId: string }).leaseId
  return { scene, file, leaseId, token: () => scene.world.foreignFiles.files.get(file) }
}

const problemOf = (scene: RoutesScene): unknown => scene.snapshot().leases[0]?.problem?.code ?? null

describe('a file with an access token', () => {
  it('is there when its lease is given, and holds the token alone', async () => {
    const { scene, file, token } = await withFile()
    expect(file).toMatch(/^\/data\/fresh\/[\w-]+\.token$/)
    scene.expectGood(token())
    expect(scene.snapshot().leases).toMatchObject([{ file, uses: 1, problem: null }])
  })

  it('is written anew while ten minutes are left, and not before', async () => {
    const { scene, token } = await withFile()
    const first = token()
    await scene.world.timers.live(49 * minuteMs)
    expect(token()).toBe(first)
    await scene.world.timers.live(minuteMs)
    expect(token()).not.toBe(first)
    scene.expectGood(token())
    await scene.world.timers.live(120 * minuteMs)
    expect(scene.snapshot().leases[0]?.uses).toBe(4)
  })

  it('is written anew at once when the machine slept past its end', async () => {
    const { scene, token } = await withFile()
    const first = token()
    scene.world.clock.advance(3 * 60 * minuteMs)
    scene.world.wakes.resume()
    await expect.poll(() => token()).not.toBe(first)
  })

  it.each([
    [
      'its lease is taken back',
      (scene: RoutesScene, leaseId: string) => scene.ask('leases.end', { leaseId }),
    ],
    ['the doors are locked', (scene: RoutesScene) => scene.ask('doors.lock', {})],
    ['nobody is here to keep it fresh', (scene: RoutesScene) => scene.profile.close()],
  ])('is gone when %s', async (_, act) => {
    const { scene, leaseId, token } = await withFile()
    await act(scene, leaseId)
    await expect.poll(() => token()).toBeUndefined()
  })

  it('comes back when the doors are unlocked, and at the next start', async () => {
    const { scene, file, token } = await withFile()
    await scene.ask('doors.lock', {})
    await expect.poll(() => token()).toBeUndefined()
    await scene.ask('doors.unlock', {})
    await expect.poll(() => token()).toBeDefined()
    await scene.profile.close()
    expect(token()).toBeUndefined()
    const next = await routesScene({ world: scene.world })
    await expect.poll(() => token()).toBeDefined()
    expect(next.snapshot().leases).toMatchObject([{ file }])
  })

  it('that a killed process left behind goes at the next start, when its lease is over', async () => {
    const { scene, file, leaseId } = await withFile()
    await scene.ask('leases.end', { leaseId })
    await scene.profile.close()
    scene.world.foreignFiles.files.set(file, 'ya29.left-behind')
    await routesScene({ world: scene.world })
    expect(scene.world.foreignFiles.files.has(file)).toBe(false)
  })

  it.each([
    [
      'its lease is taken back',
      (scene: RoutesScene, leaseId: string) => scene.ask('leases.end', { leaseId }),
    ],
    ['the doors are locked', (scene: RoutesScene) => scene.ask('doors.lock', {})],
  ])('is gone at once when %s while Google has not answered yet', async (_, act) => {
    const { scene, leaseId, token } = await withFile()
    const release = scene.world.http.hang()
    await scene.world.timers.live(50 * minuteMs)
    await act(scene, leaseId)
    await expect.poll(() => token()).toBeUndefined()
    release()
    await scene.world.timers.live(minuteMs)
    expect(token()).toBeUndefined()
  })

  it('that could not be removed goes as soon as it can be', async () => {
    const { scene, token } = await withFile()
    const { remove } = scene.world.foreignFiles
    let fails = true
    const failing: typeof remove = (path, text) =>
      fails
        ? Promise.resolve({
            ok: false,
            error: { code: 'foreign-file-unwritable', message: '', retryable: true },
          })
        : remove(path, text)
    Object.assign(scene.world.foreignFiles, { remove: failing })
    await scene.ask('doors.lock', {})
    await scene.world.timers.live(minuteMs)
    expect(token()).toBeDefined()
    fails = false
    await scene.world.timers.live(minuteMs)
    expect(token()).toBeUndefined()
  })

  it('that no lease owns goes at the next start, and every one while the doors are locked', async () => {
    const { scene, file } = await withFile()
    const { files } = scene.world.foreignFiles
    await scene.profile.close()
    files.set('/data/fresh/nobodys.token', 'ya29.nobodys')
    const next = await routesScene({ world: scene.world })
    await expect.poll(() => files.has(file)).toBe(true)
    expect(files.has('/data/fresh/nobodys.token')).toBe(false)
    await next.ask('doors.lock', {})
    await next.profile.close()
    files.set(file, 'ya29.left-behind')
    await routesScene({ world: scene.world })
    expect(files.has(file)).toBe(false)
  })

  it('that cannot be written is a problem of its lease, and tried again', async () => {
    const { scene, file, token } = await withFile()
    const first = token()
    scene.world.foreignFiles.readOnly.add(file)
    await scene.world.timers.live(50 * minuteMs)
    expect(problemOf(scene)).toBe('foreign-file-unwritable')
    scene.world.foreignFiles.readOnly.delete(file)
    await scene.world.timers.live(15 * minuteMs)
    expect(problemOf(scene)).toBeNull()
    expect(token()).not.toBe(first)
  })

  it('asks Google ever more seldom while that does not answer, and keeps what is there', async () => {
    const { scene, token } = await withFile()
    const first = token()
    const before = scene.world.google.tokenRequests.length
    scene.world.google.answerAlways({ status: 503, body: 'later' })
    await scene.world.timers.live(60 * minuteMs)
    expect(token()).toBe(first)
    expect(problemOf(scene)).not.toBeNull()
    expect(scene.world.google.tokenRequests.length - before).toBeLessThan(20)
    scene.world.google.answerAlways(null)
    await scene.world.timers.live(30 * minuteMs)
    expect(problemOf(scene)).toBeNull()
    expect(token()).not.toBe(first)
  })
})
