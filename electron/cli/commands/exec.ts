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
import { interrupted, unstoppable } from '../owner.ts'
import type { Access } from '../presets.ts'
import { pastTheProxy, readsTokenFile, tokenVariableOf, variablesFor, withVariables } from '../presets.ts'
import type { TokenAnswer } from './token.ts'

export async function run(context: CommandContext): Promise<number> {
  const [program, ...args] = context.words
  if (program === undefined) return context.failed(unclear('“exec” takes a program to run.').error)
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const session = new Session(context, owner.value)
  const ended = await inSession(context, session, program, args).finally(() => session.close())
  // Only now: whoever reads what is said may be gone, which ends this process.
  return ended.ok ? ended.value : context.failed(ended.error)
}

async function inSession(
  context: CommandContext,
  session: Session,
  program: string,
  args: readonly string[],
): Promise<Result<number>> {
  const kind = textOf(context, 'as') ?? program
  const access = await session.open(kind)
  if (!access.ok) return access
  const variables = { ...variablesFor(kind, access.value), ...pastTheProxy(context.env) }
  if (context.signal.aborted) return { ok: false, error: interrupted }
  return { ok: true, value: await runProgram(context, program, args, withVariables(context.env, variables)) }
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
    const tokenFile = readsTokenFile(program) ? await this.#tokenFile(subject, program) : null
    if (tokenFile?.ok === false) return tokenFile
    const token = tokenVariableOf(program) === null ? null : await this.#token(subject, program)
    if (token?.ok === false) return token
    return {
      ok: true,
      value: {
        ...{ adcFile: file, metadata: door === 'metadata' ? (main.value.address ?? null) : null },
        // Otherwise a file at the place where Google's libraries look would go before the metadata server.
        emptyConfig: door === 'metadata' ? this.#folder : null,
        ...{ tokenFile: tokenFile?.value ?? null, token: token?.value ?? null },
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
    if (this.#context.signal.aborted) return { ok: false, error: interrupted }
    // A lease that was given is to be known here, whatever is pressed meanwhile: only so it can be taken back.
    const given = await giveLease(this.#context, this.#owner, wish, { signal: unstoppable })
    if (given.ok) this.#leases.push(given.value.lease.leaseId)
    return this.#context.signal.aborted ? { ok: false, error: interrupted } : given
  }

  /** For gcloud, which reads its token from a file that is kept fresh. */
  async #tokenFile(subject: Subject, program: string): Promise<Result<string | null>> {
    const given = await this.#give(subject, { door: 'gcloud', file: null }, program)
    if (!given.ok) return given
    const file = given.value.file ?? null
    if (file !== null) await this.#untilWritten(file)
    return { ok: true, value: file }
  }

  /** The file is written as soon as there is a token for it; the program would not wait. */
  async #untilWritten(file: string): Promise<void> {
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
    const reply = await this.#owner.post('/v1/token', { minTtlMs: mostOfAnHourMs }, { headers })
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
