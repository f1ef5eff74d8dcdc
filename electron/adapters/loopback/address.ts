/** What a listener listens on: the hosts of this machine alone, and one port and path. */
export interface LoopbackAddress {
  /** Literal addresses to bind. Of the further ones each may be missing on this machine, but not be somebody else's. */
  readonly hosts: readonly [string, ...string[]]
  /** 0 leaves it to the system. */
  readonly port: number
  /** The path of the request, as it stands in its first line. */
  readonly path: string
  /** The registered address as it was given; null where it follows from the port. */
  readonly registered: URL | null
}

/**
 * `localhost` is what a browser makes of it, so that nobody else may answer on the other of its two addresses
 * (google-oauth.md 1.3).
 */
const hostsOf: Readonly<Record<string, readonly [string, ...string[]]>> = {
  '127.0.0.1': ['127.0.0.1'],
  '[::1]': ['::1'],
  localhost: ['127.0.0.1', '::1'],
}

/** A registered `http://` address of this machine, or null for anything else. A query of it does not count. */
export function registeredAddress(at: string): LoopbackAddress | null {
  const url = urlOf(at)
  const hosts = url?.protocol === 'http:' ? hostsOf[url.hostname] : undefined
  if (!url || !hosts || url.username !== '' || url.password !== '') return null
  return { hosts, port: Number(url.port || '80'), path: url.pathname, registered: url }
}

/** Any port of the literal address, under a path that cannot be guessed. */
export function freeAddress(path: string): LoopbackAddress {
  return { hosts: ['127.0.0.1'], port: 0, path, registered: null }
}

/** The spellings of `Host` that mean this address once it is bound to `port`, the usual one first. */
export function hostHeaders({ registered }: LoopbackAddress, port: number): readonly [string, ...string[]] {
  if (!registered) return [`127.0.0.1:${String(port)}`]
  return registered.port === '' ? [registered.host, `${registered.host}:80`] : [registered.host]
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
