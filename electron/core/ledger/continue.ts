/**
 * Going on after damage. The good lines are copied to a new file; only when that is on disk does the damaged
 * file give up its name, and the new one takes it. Whatever moment this is interrupted at, the next start finds
 * either the damaged file in its place or a whole new one waiting for the name.
 */
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { AppendFile, ProfileFolder } from '../ports.ts'
import type { Head } from './scan.ts'

export const ledgerFile = 'ledger.jsonl'
const newFile = 'ledger-continued.jsonl'

/** Finishes a continuation that was interrupted between its two renames. */
export async function resumeKeeping(folder: ProfileFolder): Promise<Outcome<null>> {
  const names = await folder.list()
  if (!names.ok) return names
  const waiting = names.value.includes(newFile) && !names.value.includes(ledgerFile)
  return waiting ? folder.rename(newFile, ledgerFile) : ok()
}

/**
 * Moves the damaged ledger aside and leaves a new one with the lines up to `goodEnd`.
 * Errors: those of the folder; calling it again is safe.
 */
export async function keepGoodLines(
  folder: ProfileFolder,
  goodEnd: Head,
  now: number,
): Promise<Outcome<null>> {
  const names = await folder.list()
  if (!names.ok) return names
  if (!names.value.includes(ledgerFile)) return resumeKeeping(folder)
  const copied = await copyStart(folder, goodEnd.offset)
  if (!copied.ok) return copied
  const aside = await folder.rename(ledgerFile, asideName(names.value, goodEnd.seq + 1, now))
  return aside.ok ? folder.rename(newFile, ledgerFile) : aside
}

/** Says when and where; a number behind it if the name is taken, since nothing may be replaced. */
function asideName(taken: readonly string[], line: number, now: number): string {
  const day = new Date(now)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')
  const base = `ledger-damaged-at-line-${String(line)}-${day}`
  let name = `${base}.jsonl`
  for (let copy = 2; taken.includes(name); copy += 1) name = `${base}-${String(copy)}.jsonl`
  return name
}

async function copyStart(folder: ProfileFolder, length: number): Promise<Outcome<null>> {
  const from = await folder.openAppendFile(ledgerFile)
  if (!from.ok) return from
  const to = await folder.openAppendFile(newFile)
  if (!to.ok) {
    await from.value.close()
    return to
  }
  try {
    return await copyBytes(from.value, to.value, length)
  } catch {
    return fail('ledger-unreadable')
  } finally {
    await from.value.close()
    await to.value.close()
  }
}

async function copyBytes(from: AppendFile, to: AppendFile, length: number): Promise<Outcome<null>> {
  // An earlier try may have left a part.
  const emptied = await to.truncate(0)
  if (!emptied.ok) return emptied
  let left = length
  for await (const chunk of from.read(0)) {
    if (left <= 0) break
    const written = await to.append(chunk.subarray(0, left))
    if (!written.ok) return written
    left -= chunk.length
  }
  return ok()
}
