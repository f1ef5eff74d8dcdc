import { randomBytes, randomInt } from 'node:crypto'
import type { Random } from '../core/ports.ts'

/** How many different fractions there are: the widest range that `randomInt` takes. */
const steps = 2 ** 48 - 1

export const systemRandom: Random = {
  token: (bytes) => randomBytes(bytes).toString('base64url'),
  fraction: () => randomInt(steps) / steps,
}
