import type { RenderProcessGoneDetails, WebContents } from 'electron'

/** A page that dies again within this time would die forever; it is then left alone, ms. */
const calmMs = 60_000

/**
 * Loads the page again when its process died. Nothing is lost by that, since main holds all state. A second
 * death soon after the first is only reported.
 */
export function recoverFromCrash(
  contents: WebContents,
  options: { readonly now: () => number; readonly onFault: (what: string, cause: unknown) => void },
): void {
  let lastDeath: number | null = null
  contents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return
    options.onFault('window.process', describe(details))
    const now = options.now()
    const isFirst = lastDeath === null || now - lastDeath > calmMs
    lastDeath = now
    // Not within the event itself: Chromium is still taking the old process apart.
    if (isFirst) setImmediate(() => reload(contents))
  })
}

function describe({ reason, exitCode }: RenderProcessGoneDetails): Error {
  return new Error(`the window's process ended: ${reason}, exit code ${exitCode}`)
}

function reload(contents: WebContents): void {
  if (!contents.isDestroyed()) contents.reload()
}
