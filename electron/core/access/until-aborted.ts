/** What was promised, or null when the signal comes first. The promise itself goes on. */
export function untilAborted<T>(promised: Promise<T>, signal: AbortSignal | undefined): Promise<T | null> {
  if (!signal) return promised
  if (signal.aborted) return Promise.resolve(null)
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(null)
    signal.addEventListener('abort', stop, { once: true })
    promised.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
