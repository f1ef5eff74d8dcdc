/** The passphrase of the vault for one command: from an open file descriptor, systemd, or whoever sits at the terminal. */
import { passphraseFromSystemd, passphrasesFromFd } from '../adapters/vault/passphrase-source.ts'
import { Secret } from '../core/secret.ts'
import type { CommandContext } from './command.ts'
import type { Result } from './failure.ts'
import { failureFrom } from './failure.ts'
import { prompt } from './prompt.ts'

export interface PassphraseOptions {
  readonly descriptor: number | null
  readonly question: string
}

/**
 * Null where there is none. It never comes from arguments or variables: others can read those.
 * Errors: `file-unreadable`.
 */
export async function readPassphrase(
  { env, out, signal }: CommandContext,
  { descriptor, question }: PassphraseOptions,
): Promise<Result<Secret | null>> {
  if (descriptor !== null) {
    const lines = await passphrasesFromFd(descriptor, { signal })
    if (!lines.ok) return { ok: false, error: await failureFrom(lines.error) }
    return { ok: true, value: lines.value[0] ?? null }
  }
  const given = await passphraseFromSystemd(env)
  if (!given.ok) return { ok: false, error: await failureFrom(given.error) }
  if (given.value !== null || !out.canAsk()) return { ok: true, value: given.value }
  const typed = await prompt(question, { hidden: true, signal })
  return { ok: true, value: typed === null || typed === '' ? null : new Secret(typed) }
}
