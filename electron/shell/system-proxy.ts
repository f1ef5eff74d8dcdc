/** The proxy that the system's settings name, as Chromium reads them; answered without waiting long. */
export interface SystemProxyOptions {
  /** Electron's `session.resolveProxy`, once the app is ready. */
  readonly resolve: (url: string) => Promise<string>
  /**
   * Electron's `session.forceReloadProxyConfig`, once the app is ready; awaited once, before the first question. A
   * new session answers `DIRECT` until it has read the settings; asked to read them, it waits.
   */
  readonly readSettings: () => Promise<void>
  /** A clock that only goes forward, ms. */
  readonly elapsedMs: () => number
  readonly onFault: (what: string, cause: unknown) => void
}

/** How long an answer serves, ms: a laptop that changes its network is not held to the older one's proxy for long. */
const answerServesMs = 60_000
/** How long the system may think, ms: a configuration script that cannot be loaded would hold everything up. */
const patienceMs = 5_000

interface Answer {
  readonly text: Promise<string>
  readonly since: number
}

/**
 * Answers as a PAC script does: `PROXY host:port; DIRECT`. Asks once a minute for each origin; only the origin is
 * given to the system, never a path. Where the system has no answer in time, it is `DIRECT`, as in browsers.
 * A script that must be fetched is not loaded, since Chromium looks up no names in this app; that is `DIRECT` too.
 */
export function systemProxy(options: SystemProxyOptions): (url: string) => Promise<string> {
  const answers = new Map<string, Answer>()
  let loaded: Promise<void> | null = null
  const resolve = async (url: string): Promise<string> => {
    loaded ??= options.readSettings().catch((cause: unknown) => {
      options.onFault('system-proxy', cause)
    })
    await loaded
    return options.resolve(url)
  }
  return (url) => {
    const { origin } = new URL(url)
    const known = answers.get(origin)
    const now = options.elapsedMs()
    if (known && now - known.since < answerServesMs) return known.text
    const text = ask(() => resolve(`${origin}/`), options.onFault)
    answers.set(origin, { text, since: now })
    return text
  }
}

async function ask(resolve: () => Promise<string>, onFault: SystemProxyOptions['onFault']): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs)
  })
  try {
    return await Promise.race([resolve(), tooLong])
  } catch (cause) {
    onFault('system-proxy', cause)
    return 'DIRECT'
  } finally {
    clearTimeout(timer)
  }
}
