import { randomBytes } from 'node:crypto'
import type { Random } from '../core/ports.ts'

export const systemRandom: Random = {
  token: (bytes) => randomBytes(bytes).toString('base64url'),
}
