import * as v from 'valibot'
import type { Outcome } from '../../contract/outcome.ts'
import { ok } from '../../contract/outcome.ts'
import type { ProfileFolder } from '../ports.ts'

const fileName = 'kept-aside.json'
const fileSchema = v.object({ version: v.literal(1), files: v.record(v.string(), v.string()) })

/** Which file of another program was kept aside where; outlives restarts, so that it can be put back. */
export class KeptAside {
  readonly #folder: ProfileFolder

  constructor(folder: ProfileFolder) {
    this.#folder = folder
  }

  /** Where the file that was at `path` lies now; null where none was kept. */
  async of(path: string): Promise<string | null> {
    return (await this.#read()).get(path) ?? null
  }

  /** Errors: those of the folder. */
  async note(path: string, keptAside: string): Promise<Outcome<null>> {
    return this.#write((await this.#read()).set(path, keptAside))
  }

  /** Errors: those of the folder. */
  async forget(path: string): Promise<Outcome<null>> {
    const files = await this.#read()
    return files.delete(path) ? this.#write(files) : ok()
  }

  async #read(): Promise<Map<string, string>> {
    const text = await this.#folder.readText(fileName)
    if (!text.ok || text.value === null) return new Map()
    try {
      return new Map(Object.entries(v.parse(fileSchema, JSON.parse(text.value)).files))
    } catch {
      // Names only; the files themselves lie beside where they were, under a name that says so.
      return new Map()
    }
  }

  #write(files: ReadonlyMap<string, string>): Promise<Outcome<null>> {
    const content = { version: 1, files: Object.fromEntries(files) }
    return this.#folder.writeText(fileName, `${JSON.stringify(content, null, 2)}\n`)
  }
}
