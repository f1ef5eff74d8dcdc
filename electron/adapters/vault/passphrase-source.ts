/** Passphrases that nobody types: from an open file descriptor, or as systemd hands credentials to a service. */
import { closeSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import { Secret } from '../../core/secret.ts'
import type { VaultDesk } from '../../core/vault/vault-desk.ts'
import { systemCode } from '../saving.ts'

const mostBytes = 4096
/** `LoadCredential=latchkey-passphrase:…` in the unit (systemd.exec(5)). */
const credential = 'latchkey-passphrase'

/**
 * The lines of a file descriptor: the first is the passphrase, for a change the second is the new one. Reads to the end
 * and closes it. Errors: `file-unreadable`, also for more than 4,096 bytes.
 */
export function passphrasesFromFd(fd: number): Outcome<readonly Secret[]> {
  const buffer = Buffer.alloc(mostBytes + 1)
  try {
    let length = 0
    for (;;) {
      const read = readChunk(fd, buffer, length)
      length += read
      if (read === 0 || length > mostBytes) break
    }
    return length > mostBytes ? fail('file-unreadable') : ok(linesOf(buffer.subarray(0, length)))
  } catch (cause) {
    systemCode(cause)
    return fail('file-unreadable')
  } finally {
    buffer.fill(0)
    closeQuietly(fd)
  }
}

function readChunk(fd: number, buffer: Buffer, at: number): number {
  for (;;) {
    try {
      return readSync(fd, buffer, at, buffer.length - at, null)
    } catch (cause) {
      const code = systemCode(cause)
      if (code === 'EOF') return 0
      if (code !== 'EAGAIN') throw cause
      // Whoever writes it has not done so yet.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd)
  } catch (cause) {
    systemCode(cause)
  }
}

/** Null where systemd gave none. Errors: `file-unreadable`. */
export async function passphraseFromSystemd(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Outcome<Secret | null>> {
  const folder = env['CREDENTIALS_DIRECTORY']
  if (folder === undefined || folder === '') return ok(null)
  try {
    const handle = await open(join(folder, credential), 'r')
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(mostBytes + 1), 0, mostBytes + 1, 0)
      const [first] = linesOf(buffer.subarray(0, bytesRead))
      buffer.fill(0)
      return first && bytesRead <= mostBytes ? ok(first) : fail('file-unreadable')
    } finally {
      await handle.close()
    }
  } catch (cause) {
    return systemCode(cause) === 'ENOENT' ? ok(null) : fail('file-unreadable')
  }
}

/** Without the ends of the lines; empty lines do not count. */
function linesOf(bytes: Buffer): readonly Secret[] {
  return bytes
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => new Secret(line))
}

const triesAtMost = 3

/**
 * What an owner does at its start: unlocks with the file descriptor if one was named, else with systemd's credential,
 * else by asking (up to three times), else not at all: it then runs with a locked vault.
 * Errors: those of `VaultDesk.unlock` and of reading; they do not keep it from running.
 */
export async function unlockAtStart(
  desk: Pick<VaultDesk, 'unlock'>,
  from: {
    readonly fd: number | null
    readonly env: Readonly<Record<string, string | undefined>>
    /** Null where nobody can be asked. Answers null when nobody answers. */
    readonly ask: (() => Promise<Secret | null>) | null
  },
): Promise<Outcome<null>> {
  if (from.fd !== null) {
    const given = passphrasesFromFd(from.fd)
    if (!given.ok) return given
    return given.value[0] ? desk.unlock(given.value[0]) : fail('vault-wrong-passphrase')
  }
  const credentialGiven = await passphraseFromSystemd(from.env)
  if (!credentialGiven.ok) return credentialGiven
  if (credentialGiven.value) return desk.unlock(credentialGiven.value)
  for (let left = triesAtMost; from.ask && left > 0; left -= 1) {
    const typed = await from.ask()
    if (!typed) break
    const unlocked = await desk.unlock(typed)
    if (unlocked.ok || unlocked.error.code !== 'vault-wrong-passphrase' || left === 1) return unlocked
  }
  return ok()
}
