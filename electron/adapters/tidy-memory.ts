/**
 * Gives memory back to the system that reading a long history took for a moment. Node keeps it otherwise until there is
 * work again, which in a process that mostly waits can take days.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options?: {
  readonly type: 'major'
  readonly execution: 'sync'
  readonly flavor: string
}) => void

/** Takes some ten milliseconds with a small heap. Does nothing where the engine does not offer it. */
export function tidyMemory(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('typeof gc === "function" ? gc : null')
  // The thorough way; engines that do not know it collect as usual.
  if (typeof collect === 'function')
    (collect as Collect)({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
