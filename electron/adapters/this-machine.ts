import { hostname, userInfo } from 'node:os'

/** Who and where this is. In a container a user can have a number and no name; the environment may know one then. */
export function thisMachine(env: Readonly<Record<string, string | undefined>>): {
  readonly user: string
  readonly host: string
} {
  return { user: userName() ?? env['USER'] ?? env['LOGNAME'] ?? 'user', host: hostname() }
}

function userName(): string | null {
  try {
    return userInfo().username
  } catch {
    return null
  }
}
