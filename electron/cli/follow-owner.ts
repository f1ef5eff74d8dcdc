/** Answers that go on, from whoever has the profile open. */
import type { Failure, Result } from './failure.ts'
import { CutShort, follow } from './follow.ts'
import type { Owner } from './owner.ts'
import { interrupted } from './owner.ts'

/**
 * As `follow`, and asks again for three seconds while one owner gives the profile to another. Errors: those of `follow`,
 * `interrupted`.
 */
export async function followOwner(
  owner: Owner,
  path: string,
  signal: AbortSignal,
): Promise<Result<AsyncIterable<string>>> {
  const lines = await owner.whileHandedOver(
    async (place): Promise<Result<AsyncIterable<string>>> =>
      signal.aborted ? stopped : follow(place, path, signal),
    (came) => !came.ok && !signal.aborted && came.error.code.startsWith('owner-'),
  )
  const result = lines.ok ? lines.value : lines
  return signal.aborted ? stopped : result
}

/**
 * Reads to the end. Errors: `interrupted` where `signal` was the end, and what the rest did not come for: lines that
 * break off are not all there is.
 */
export async function readToEnd(
  lines: AsyncIterable<string>,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<Result<null>> {
  try {
    for await (const line of lines) onLine(line)
  } catch (cause) {
    if (!(cause instanceof CutShort)) throw cause
    return { ok: false, error: cause.failure }
  }
  return signal.aborted ? stopped : { ok: true, value: null }
}

const stopped: { readonly ok: false; readonly error: Failure } = { ok: false, error: interrupted }
