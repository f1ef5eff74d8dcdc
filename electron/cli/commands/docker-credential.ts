/** `latchkey docker-credential`: a credential helper for Artifact Registry and Container Registry. */
import type { CommandContext } from '../command.ts'
import { textOf } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { readInput } from '../input.ts'
import { askForToken } from './token.ts'

/** In exactly these words Docker takes it for “none here” and goes on without. */
const notFound = 'credentials not found in native keychain'

export async function run(context: CommandContext): Promise<number> {
  const { out } = context
  const [action = '', ...more] = context.words
  if (more.length > 0) return refused(context, 'one of: get, store, erase, list')
  if (action === 'list') out.raw('{}\n')
  // What `docker login` would keep is made anew each time; there is nothing to erase.
  if (action === 'list' || action === 'erase') return exitCodes.done
  if (action === 'store')
    return refused(context, 'Latchkey keeps no passwords; “docker login” is not needed.')
  if (action !== 'get') return refused(context, 'one of: get, store, erase, list')
  return get(context, (await readInput()).trim())
}

async function get(context: CommandContext, server: string): Promise<number> {
  if (!isGoogleRegistry(server)) return refused(context, notFound)
  const owner = await context.owner()
  if (!owner.ok) return refused(context, `${owner.error.message} ${owner.error.next}`)
  const wish = { account: textOf(context, 'account'), client: textOf(context, 'client'), scopes: null }
  const token = await askForToken(context, owner.value, { ...wish, quiet: true })
  if (!token.ok) return refused(context, `${token.error.message} ${token.error.next}`)
  const answer = { ServerURL: server, Username: 'oauth2accesstoken', Secret: token.value.access_token }
  context.out.raw(`${JSON.stringify(answer)}\n`)
  return exitCodes.done
}

/** Docker shows what stands on the standard output of a helper that failed. */
function refused({ out }: CommandContext, reason: string): number {
  out.say(reason)
  return exitCodes.failed
}

/** `europe-docker.pkg.dev`, `gcr.io` and `eu.gcr.io`, with or without `https://` and a path. */
export function isGoogleRegistry(server: string): boolean {
  const host = /^(?:https:\/\/)?([a-z0-9.-]+)(?:\/[^\s]*)?$/i.exec(server)?.[1]?.toLowerCase() ?? ''
  return host === 'gcr.io' || /^[a-z0-9-]+\.gcr\.io$/.test(host) || /^[a-z0-9-]+\.pkg\.dev$/.test(host)
}
