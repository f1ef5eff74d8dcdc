/** Where secrets lie: `<dataFolder>/store.json`. Without that file, in the system's keychain. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import { replaceFile } from '../replace-file.ts'
import { saving, systemCode } from '../saving.ts'

export type StoreName = 'keychain' | 'vault'

const fileOf = (dataFolder: string): string => join(dataFolder, 'store.json')

/** Never guesses: a file that says nothing clear is the error `vault-choice-unclear` (`path`). */
export async function readStoreChoice(dataFolder: string): Promise<Outcome<StoreName>> {
  const path = fileOf(dataFolder)
  try {
    const { store } = JSON.parse(await readFile(path, 'utf8')) as { readonly store?: unknown }
    if (store === 'vault' || store === 'keychain') return ok(store)
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError) && systemCode(cause) === 'ENOENT')
      return ok('keychain')
  }
  return fail('vault-choice-unclear', { path })
}

/** Errors: `disk-full`, `folder-read-only`, `save-failed`. */
export function writeStoreChoice(dataFolder: string, store: StoreName): Promise<Outcome<null>> {
  return saving(async () => {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 })
    return replaceFile(fileOf(dataFolder), `${JSON.stringify({ store })}\n`)
  })
}
