import { hostname, userInfo } from 'node:os'

/** Who and where this is. In a container a user can have a number and no name; the environment may know one then. */
export function thisMachine(
  env: Readonly<Record<string, string | undefined>>,
  read: () => { readonly username: string } = userInfo,
): { readonly user: string; readonly host: string } {
  return { user: userName(read) ?? env['USER'] ?? env['LOGNAME'] ?? 'user', host: hostname() }
}

function userName(read: () => { readonly username: string }): string | null {
  try {
    return read().username
  } catch {
    return null
  }
}
