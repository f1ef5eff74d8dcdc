/** `latchkey version`. */
import type { CommandContext } from '../command.ts'
import { ownVersion } from '../own-version.ts'

export function run({ out }: CommandContext): Promise<number> {
  if (out.json) out.object({ version: ownVersion, node: process.versions.node })
  else out.say(`latchkey ${ownVersion} (Node ${process.versions.node})`)
  return Promise.resolve(0)
}
