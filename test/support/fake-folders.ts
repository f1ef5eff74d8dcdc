import type { ErrorCode } from '../../electron/contract/errors.ts'
import { fail, ok } from '../../electron/contract/outcome.ts'
import type { Folders, FoundFolder } from '../../electron/core/ports.ts'

export interface FakeFolders extends Folders {
  /** Makes a folder and all above it. */
  make(path: string): void
  /** Puts a `.latchkey.json` into a folder, which is made; null takes it away, a code makes reading it fail. */
  declare(path: string, content: object | string | Uint8Array | null): void
  failDeclaration(path: string, code: ErrorCode): void
  /** From now on the path leads to another folder. */
  link(path: string, target: string): void
  remove(path: string): void
  /** The disk of this folder does not answer any more, or answers again what it was asked meanwhile. */
  hang(path: string): void
  wake(path: string): void
  /** Every look so far, `find PATH` or `read PATH`. */
  readonly looks: readonly string[]
}

/** A disk with plain paths; cases are told apart unless it is said otherwise. */
export function fakeFolders(options: { readonly foldsCase?: boolean } = {}): FakeFolders {
  const folders = new Set(['/'])
  const links = new Map<string, string>()
  const files = new Map<string, Uint8Array | ErrorCode>()
  const hanging = new Map<string, { readonly gate: Promise<void>; readonly open: () => void }>()
  const looks: string[] = []
  const keyOf = (path: string): string => (options.foldsCase === true ? path.toLowerCase() : path)
  const exists = (path: string): boolean => [...folders].some((folder) => keyOf(folder) === keyOf(path))
  const make = (path: string): void => {
    for (const folder of above(path)) folders.add(folder)
  }
  return {
    looks,
    make,
    declare(path, content) {
      make(path)
      if (content === null) files.delete(keyOf(path))
      else files.set(keyOf(path), bytesOf(content))
    },
    failDeclaration: (path, code) => void files.set(keyOf(path), code),
    link: (path, target) => void links.set(path, target),
    remove(path) {
      for (const folder of folders) if (above(folder).includes(path)) folders.delete(folder)
      for (const file of files.keys()) if (above(file).includes(keyOf(path))) files.delete(file)
    },
    hang(path) {
      let open = (): void => undefined
      const gate = new Promise<void>((resolve) => {
        open = resolve
      })
      hanging.set(path, { gate, open })
    },
    wake(path) {
      hanging.get(path)?.open()
      hanging.delete(path)
    },
    async find(path) {
      looks.push(`find ${path}`)
      await hanging.get(path)?.gate
      const real = links.get(path) ?? path
      return exists(real) ? ok({ path: real, key: keyOf(real) }) : fail('folder-missing', { folder: path })
    },
    lineage: ({ path, key }): readonly FoundFolder[] => {
      const keys = above(key)
      return above(path).map((folder, index) => ({ path: folder, key: keys[index] ?? folder }))
    },
    async readDeclaration(folder, limit) {
      looks.push(`read ${folder.path}`)
      const file = files.get(folder.key) ?? null
      if (typeof file === 'string') return fail(file)
      return ok(file && file.subarray(0, limit + 1))
    },
  }
}

/** A path and those above it, nearest first. */
function above(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '')
  return Array.from(
    { length: parts.length + 1 },
    (_, up) => `/${parts.slice(0, parts.length - up).join('/')}`,
  )
}

function bytesOf(content: object | string | Uint8Array): Uint8Array {
  if (content instanceof Uint8Array) return content
  return new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content))
}
