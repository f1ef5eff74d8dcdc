import { fail, ok } from '../../electron/contract/outcome.ts'
import type { ForeignFiles } from '../../electron/core/ports.ts'

export interface FakeForeignFiles extends ForeignFiles {
  /** By path: what lies there. */
  readonly files: Map<string, string>
  /** Paths that cannot be written. */
  readonly readOnly: Set<string>
}

/** Files of other programs, in memory. */
export function fakeForeignFiles(): FakeForeignFiles {
  const files = new Map<string, string>()
  const readOnly = new Set<string>()
  const refused = (path: string) => fail('foreign-file-unwritable', { path })
  return {
    files,
    readOnly,
    freshFolder: '/data/fresh',
    freshFiles: () =>
      Promise.resolve(ok([...files.keys()].filter((path) => path.startsWith('/data/fresh/')))),
    adcPath: () => '/home/someone/.config/gcloud/application_default_credentials.json',
    read(path, limit) {
      const text = files.get(path)
      return Promise.resolve(ok(text === undefined ? null : Buffer.from(text).subarray(0, limit)))
    },
    write(path, text) {
      if (readOnly.has(path)) return Promise.resolve(refused(path))
      files.set(path, text)
      return Promise.resolve(ok())
    },
    freeNameBeside(path) {
      let name = `${path}.before`
      while (files.has(name)) name += '-more'
      return Promise.resolve(ok(name))
    },
    keepAside(path, aside) {
      const text = files.get(path)
      if (text === undefined || readOnly.has(path)) return Promise.resolve(refused(path))
      files.delete(path)
      files.set(aside, text)
      return Promise.resolve(ok())
    },
    putBack(keptAside, path) {
      const text = files.get(keptAside)
      if (text === undefined) return Promise.resolve(fail('not-found'))
      if (readOnly.has(path)) return Promise.resolve(refused(path))
      files.delete(keptAside)
      files.set(path, text)
      return Promise.resolve(ok())
    },
    remove(path, text) {
      const found = files.get(path)
      if (found === undefined) return Promise.resolve(ok(false))
      if (found !== text) return Promise.resolve(fail('foreign-file-changed', { path }))
      files.delete(path)
      return Promise.resolve(ok(true))
    },
  }
}
