/** `latchkey exec`: a program with access of its own, for as long as it runs. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LeaseWish } from '../../contract/doors.ts'
import type { CommandContext } from '../command.ts'
import { flag, textOf } from '../command.ts'
import type { Result } from '../failure.ts'
import { unclear } from '../failure.ts'
import type { GivenLease, Subject } from '../leasing.ts'
import { fixedSubject, giveLease } from '../leasing.ts'
import type { Meant } from '../names.ts'
import type { Owner } from '../owner.ts'
import type { Access } from '../presets.ts'
import { pastTheProxy, readsTokenFile, tokenVariableOf, variablesFor, withVariables } from '../presets.ts'
import type { TokenAnswer } from './token.ts'

export async function run(context: CommandContext): Promise<number> {
  const [program, ...args] = context.words
  if (program === undefined) return context.failed(unclear('“exec” takes a program to run.').error)
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const session = new Session(context, owner.value)
  try {
    const kind = textOf(context, 'as') ?? program
    const access = await session.open(kind)
    if (!access.ok) return context.failed(access.error)
    const env = withVariables(context.env, {
      ...variablesFor(kind, access.value),
      ...pastTheProxy(context.env),
    })
    return await runProgram(context, program, args, env)
  } finally {
    await session.close()
  }
}

/** Leases that last as long as the program, and the folder with its file. */
class Session {
  readonly #context: CommandContext
  readonly #owner: Owner
  readonly #folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  readonly #leases: string[] = []

  constructor(context: CommandContext, owner: Owner) {
    this.#context = context
    this.#owner = owner
  }

  /** Errors: those of finding out who is meant, and of giving leases. */
  async open(program: string): Promise<Result<Access>> {
    const fixed = await fixedSubject(this.#context, this.#owner)
    if (!fixed.ok) return fixed
    const { subject, meant } = fixed.value
    const door = flag(this.#context, 'metadata') ? 'metadata' : 'adc'
    const file = door === 'adc' ? join(this.#folder, 'application_default_credentials.json') : null
    const main = await this.#give(subject, { door, file }, program)
    if (!main.ok) return main
    const gcloud = await this.#give(subject, { door: 'gcloud', file: null }, program)
    if (!gcloud.ok) return gcloud
    if (readsTokenFile(program)) await this.#untilWritten(gcloud.value.file ?? null)
    const token = tokenVariableOf(program) === null ? null : await this.#token(subject, program)
    if (token?.ok === false) return token
    return {
      ok: true,
      value: {
        ...{ adcFile: file, metadata: door === 'metadata' ? (main.value.address ?? null) : null },
        ...{ tokenFile: gcloud.value.file ?? null, token: token?.value ?? null },
        ...{ project: this.#projectOf(subject, meant), quotaProject: main.value.lease.quotaProject },
      },
    }
  }

  async #give(
    subject: Subject,
    door: Pick<LeaseWish, 'door' | 'file'>,
    program: string,
  ): Promise<Result<GivenLease>> {
    const label = `exec ${basename(program)}`.slice(0, 120)
    const wish = {
      label,
      ...subject,
      ...door,
      term: 'session',
      expiresAt: null,
      remote: false,
      port: null,
    } as const
    const given = await giveLease(this.#context, this.#owner, wish)
    if (given.ok) this.#leases.push(given.value.lease.leaseId)
    return given
  }

  /** The file is written as soon as there is a token for it; the program would not wait. */
  async #untilWritten(file: string | null): Promise<void> {
    if (file === null) return
    for (let left = 100; left > 0 && !this.#context.signal.aborted; left -= 1) {
      if (sizeOf(file) > 0) return
      await sleep(100)
    }
    this.#context.out.tell('latchkey: there is no token for gcloud yet. “latchkey lease” says why.')
  }

  /** One token for a program that takes nothing else. */
  async #token(subject: Subject, program: string): Promise<Result<string>> {
    const given = await this.#give(subject, { door: 'http', file: null }, program)
    if (!given.ok) return given
    const { handle } = given.value
    const headers = { Authorization: `Bearer ${handle ?? ''}` }
    const reply = await this.#owner.post('/v1/token', { minTtlMs: mostOfAnHourMs }, headers)
    if (!reply.ok) return reply
    const { access_token: token, expires_in: seconds } = reply.value.body as TokenAnswer
    const minutes = Math.floor(seconds / 60)
    this.#context.out.tell(
      `latchkey: ${basename(program)} takes one token, which is not renewed: ${String(minutes)} minutes.`,
    )
    return { ok: true, value: token }
  }

  /** What the person set themselves stays. */
  #projectOf(subject: Subject, meant: Meant): string | null {
    return (this.#context.env['GOOGLE_CLOUD_PROJECT'] ?? '') === '' ? projectOf(subject, meant) : null
  }

  /** What cannot be taken back now ends with the session anyway. */
  async close(): Promise<void> {
    for (const leaseId of this.#leases) await this.#owner.command('leases.end', { leaseId }, unstoppable)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Signals have ended the program by then; taking its leases back is not to be stopped by them. */
const unstoppable = new AbortController().signal
/** A token that is nearly over would end in the middle of what the program does. */
const mostOfAnHourMs = 45 * 60 * 1000

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** The service account's own project, otherwise the client's. */
function projectOf({ clientId }: Subject, { account, snapshot }: Meant): string | null {
  const service = account.email.match(/@([a-z0-9-]+)\.iam\.gserviceaccount\.com$/)?.[1]
  if (service !== undefined) return service
  return snapshot.clients.find((client) => client.clientId === clientId)?.projectId ?? null
}

/** Signals that a person at the terminal sends to us alone; from a terminal's keys the program has them already. */
const forwarded = ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGINT'] as const

function runProgram(
  { out, cwd }: CommandContext,
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], { stdio: 'inherit', env, cwd, shell: false })
    const forward = (signal: NodeJS.Signals): void => {
      if (signal !== 'SIGINT' || !out.isTerminal('in')) child.kill(signal)
    }
    // They are for the program: how it ends is how we end.
    for (const signal of forwarded) process.removeAllListeners(signal).on(signal, forward)
    child.on('error', (cause: NodeJS.ErrnoException) => {
      out.tell(`latchkey: ${program} could not be started (${cause.code ?? 'unknown'}).`)
      resolve(cause.code === 'ENOENT' ? 127 : 126)
    })
    child.on('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    )
  })
}
