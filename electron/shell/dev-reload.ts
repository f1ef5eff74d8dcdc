import { watch } from 'node:fs'
import { join } from 'node:path'

/** A build writes many files; the window reloads once they are quiet, ms. */
const quietMs = 150

/** True only for a developer's own start: never in a packaged app, whatever its environment says. */
export function wantsDevReload(app: { readonly isPackaged: boolean }, env: NodeJS.ProcessEnv): boolean {
  return !app.isPackaged && env['LATCHKEY_DEV'] === '1'
}

/** Calls `reload` after the built pages changed. Answers what stops it. */
export function watchBuiltPages(root: string, reload: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const soon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(reload, quietMs)
  }
  // Watching a tree in one call does not exist on Linux before Node 20, so: the two folders that a build writes.
  const watchers = [root, join(root, 'assets')].flatMap((folder) => watchFolder(folder, soon))
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}

function watchFolder(folder: string, changed: () => void): ReturnType<typeof watch>[] {
  try {
    const watcher = watch(folder, changed)
    watcher.on('error', () => watcher.close())
    return [watcher]
  } catch {
    return []
  }
}
