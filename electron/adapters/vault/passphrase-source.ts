/** Passphrases that nobody types: from an open file descriptor, or as systemd hands credentials to a service. */
import { createReadStream, fstatSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { isatty, ReadStream } from 'node:tty'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import { Secret } from '../../core/secret.ts'
import type { VaultDesk } from '../../core/vault/vault-desk.ts'
import { systemCode } from '../saving.ts'

const mostBytes = 4096
/** `LoadCredential=latchkey-passphrase:…` in the unit (systemd.exec(5)). */
const credential = 'latchkey-passphrase'

/** Whoever gives a passphrase through a descriptor has it ready, or asks somebody for it first. */
const patienceMs = 60_000

export interface DescriptorReading {
  /** Ends it. */
  readonly signal?: AbortSignal
  /** How long whoever writes may take, ms: 60 seconds unless told. */
  readonly limitMs?: number
}

/**
 * The lines of a file descriptor: the first is the passphrase, for a change the second is the new one. Reads to the end
 * and closes it. Errors: `file-unreadable`, also for more than 4,096 bytes, and where the end does not come in time or
 * `signal` ends the reading.
 */
export async function passphrasesFromFd(
  fd: number,
  { signal, limitMs = patienceMs }: DescriptorReading = {},
): Promise<Outcome<readonly Secret[]>> {
  const stream = streamOf(fd)
  if (!stream || signal?.aborted === true) return fail('file-unreadable')
  const chunks: Buffer[] = []
  const whole = await readWhole(stream, chunks, { limitMs, ...(signal && { signal }) })
  const bytes = Buffer.concat(chunks)
  try {
    return whole ? ok(linesOf(bytes)) : fail('file-unreadable')
  } finally {
    for (const one of [bytes, ...chunks]) one.fill(0)
  }
}

/** Fills `chunks`; answers whether the end was reached. Afterwards the descriptor is closed. */
function readWhole(
  stream: Readable,
  chunks: Buffer[],
  { limitMs, signal }: DescriptorReading & { readonly limitMs: number },
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (whole: boolean): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
      stream.destroy()
      resolve(whole)
    }
    const giveUp = (): void => end(false)
    const timer = setTimeout(giveUp, limitMs)
    signal?.addEventListener('abort', giveUp, { once: true })
    let length = 0
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.length
      if (length > mostBytes) giveUp()
    })
    stream.once('end', () => end(true))
    stream.on('error', giveUp)
  })
}

/**
 * Never a read that blocks: one that waits for a pipe in a thread of the pool cannot be ended, and keeps the process
 * from ending. Null for what cannot be read.
 */
function streamOf(fd: number): Readable | null {
  try {
    if (isatty(fd)) return new ReadStream(fd)
    const kind = fstatSync(fd)
    if (kind.isFIFO() || kind.isSocket()) return new Socket({ fd, readable: true, writable: false })
    return createReadStream('', { fd })
  } catch (cause) {
    systemCode(cause)
    return null
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
    /** Ends the reading of the descriptor. */
    readonly signal?: AbortSignal
  },
): Promise<Outcome<null>> {
  if (from.fd !== null) {
    const given = await passphrasesFromFd(from.fd, from)
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
