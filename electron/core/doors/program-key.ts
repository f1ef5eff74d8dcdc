import { createHash } from 'node:crypto'
import type { ProgramView } from '../../contract/doors.ts'

/**
 * What a program is recognised by of which only what it says is known: a key that no program which was looked at has.
 */
export function keyOfClaim({ name, path, folder, host }: ProgramView): string {
  const claim = JSON.stringify(['claimed', host, name, path, folder])
  return createHash('sha256').update(claim).digest('base64url')
}
