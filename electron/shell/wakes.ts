/** When the machine comes back from sleep: what core asks of the desktop through its port `Wakes`. */
import type { PowerMonitor } from 'electron'
import type { Wakes } from '../core/ports.ts'

/**
 * The port over Electron's power monitor. It may be made, and listened to, before the app is ready: Electron
 * starts watching by itself once it is.
 */
export function wakes(
  powerMonitor: Pick<PowerMonitor, 'on' | 'removeListener'>,
  platform: NodeJS.Platform = process.platform,
): Wakes {
  return {
    onResume(run) {
      // A listener of its own for each call, so that the same function can be told twice and stopped once.
      const listener = (): void => run()
      powerMonitor.on('resume', listener)
      return () => {
        powerMonitor.removeListener('resume', listener)
      }
    },
    // Electron is told of it on macOS and Windows only.
    onScreenLock:
      platform === 'linux'
        ? null
        : (run) => {
            const listener = (): void => run()
            powerMonitor.on('lock-screen', listener)
            return () => {
              powerMonitor.removeListener('lock-screen', listener)
            }
          },
  }
}
