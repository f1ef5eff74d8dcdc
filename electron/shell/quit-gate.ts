/** Holds the end of the app until the ledger is closed: once, and not forever. Pure but for its timer. */
export interface QuitGateOptions {
  /** Closes what must be closed. Called at most once. */
  readonly beforeQuit: () => Promise<void>
  /** Goes on with the end. */
  readonly quit: () => void
  readonly onFault: (what: string, cause: unknown) => void
  /** After this long the app ends anyway, ms. The ledger survives that: each line is on disk when it is written. */
  readonly patienceMs: number
}

type Phase = 'running' | 'closing' | 'closed'

/**
 * Answers Electron's `before-quit`: the first one is held back while `beforeQuit` runs, and `quit` is called
 * when it is done, has failed, or takes too long. The one after that passes.
 */
export function quitGate(options: QuitGateOptions): (event: { preventDefault(): void }) => void {
  let phase: Phase = 'running'
  const close = async (): Promise<void> => {
    try {
      await within(options.patienceMs, options.beforeQuit())
    } catch (cause) {
      options.onFault('before-quit', cause)
    }
    phase = 'closed'
    options.quit()
  }
  return (event) => {
    if (phase === 'closed') return
    event.preventDefault()
    if (phase === 'closing') return
    phase = 'closing'
    void close()
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${ms} ms`)), ms)
  })
  try {
    await Promise.race([work, tooLong])
  } finally {
    clearTimeout(timer)
  }
}
