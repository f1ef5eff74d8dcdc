import { createHash } from 'node:crypto'
import type { Random } from '../../electron/core/ports.ts'

/** The same tokens in the same order each time: no two alike, of the length that the real one gives. */
export function fakeRandom(seed = 'test'): Random {
  let count = 0
  return {
    token(bytes) {
      count += 1
      const parts: Buffer[] = []
      for (let part = 0; part * 32 < bytes; part += 1) {
        parts.push(
          createHash('sha256')
            .update(`${seed} ${String(count)} ${String(part)}`)
            .digest(),
        )
      }
      return Buffer.concat(parts).subarray(0, bytes).toString('base64url')
    },
  }
}
