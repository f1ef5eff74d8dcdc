/** `latchkey git-credential`: a credential helper for Google's git hosts (google-oauth.md 8.7). */
import type { CommandContext } from '../command.ts'
import { textOf } from '../command.ts'
import { unclear } from '../failure.ts'
import { readInput } from '../input.ts'
import { askForToken } from './token.ts'

export async function run(context: CommandContext): Promise<number> {
  const [action, ...more] = context.words
  if (action === undefined || more.length > 0)
    return context.failed(unclear('“git-credential” takes get, store or erase.').error)
  // git keeps nothing of ours, and helpers are to be silent about what they do not know.
  if (action !== 'get') return 0
  const { protocol, host, username } = readCredential(await readInput())
  if (protocol !== 'https' || host === undefined || !isGoogleGit(host)) return 0
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const account = textOf(context, 'account') ?? accountOf(username)
  const client = textOf(context, 'client')
  const token = await askForToken(context, owner.value, { account, client, scopes: null })
  if (!token.ok) return context.failed(token.error)
  context.out.raw(answerOf(token.value.access_token, token.value.expires_at, username))
  return 0
}

/** The lines of git-credential(1): NAME=VALUE up to an empty one. */
export function readCredential(text: string): Readonly<Record<string, string | undefined>> {
  const [head = ''] = text.split(/\r?\n\r?\n/)
  const pairs = head
    .split(/\r?\n/)
    .map((line) => /^([^=\0]+)=([^\0]*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, name = '', value = '']) => [name, value] as const)
  return Object.fromEntries(pairs)
}

const exactHosts: readonly string[] = ['source.developers.google.com']
const parentHosts = ['.googlesource.com', '.sourcemanager.dev', '.blueoryx.dev', '.developerconnect.dev']

/** Whether a host is one of Google's that take an access token for a password; a port makes it another one. */
export function isGoogleGit(host: string): boolean {
  const name = host.toLowerCase()
  return (
    exactHosts.includes(name) || parentHosts.some((end) => name.endsWith(end) && /^[a-z0-9.-]+$/.test(name))
  )
}

/** A name in the address of the repository says which account is meant, if it is an e-mail address. */
function accountOf(username: string | undefined): string | null {
  return username?.includes('@') === true ? username : null
}

/** The name does not matter to Google; one that git named is repeated, as git asks for. */
export function answerOf(token: string, expiresAt: number, username: string | undefined): string {
  const expiry = Math.floor(expiresAt / 1000)
  return `username=${username ?? 'git-account'}\npassword=${token}\npassword_expiry_utc=${String(expiry)}\n`
}
