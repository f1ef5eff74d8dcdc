import { createHash } from 'node:crypto'
import type { Random } from '../../electron/core/ports.ts'

/** The same in the same order each time: tokens, no two alike, of the length that the real ones have; fractions. */
export function fakeRandom(seed = 'test'): Random {
  let count = 0
  const digest = (text: string): Buffer => createHash('sha256').update(`${seed} ${text}`).digest()
  return {
    token(bytes) {
      count += 1
      const parts: Buffer[] = []
      for (let part = 0; part * 32 < bytes; part += 1) {
        parts.push(digest(`${String(count)} ${String(part)}`))
      }
      return Buffer.concat(parts).subarray(0, bytes).toString('base64url')
    },
    fraction() {
      count += 1
      return digest(`fraction ${String(count)}`).readUInt32BE() / 2 ** 32
    },
  }
}
