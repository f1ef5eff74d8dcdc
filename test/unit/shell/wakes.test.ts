import { EventEmitter } from 'node:events'
import type { PowerMonitor } from 'electron'
import { describe, expect, it } from 'vitest'
import { wakes } from '../../../electron/shell/wakes.ts'

function monitor() {
  const emitter = new EventEmitter()
  return { emitter, port: wakes(emitter as unknown as PowerMonitor) }
}

describe('waking from sleep', () => {
  it('is told to everybody who asked, each time', () => {
    const { emitter, port } = monitor()
    const told: string[] = []
    port.onResume(() => told.push('one'))
    port.onResume(() => told.push('other'))
    emitter.emit('resume')
    emitter.emit('suspend')
    emitter.emit('resume')
    expect(told).toEqual(['one', 'other', 'one', 'other'])
  })

  it('is not told any more to whoever stopped, and nothing stays behind', () => {
    const { emitter, port } = monitor()
    let told = 0
    const run = (): void => {
      told += 1
    }
    const stopFirst = port.onResume(run)
    const stopSecond = port.onResume(run)
    stopFirst()
    stopFirst()
    emitter.emit('resume')
    expect(told).toBe(1)
    stopSecond()
    expect(emitter.listenerCount('resume')).toBe(0)
  })
})
