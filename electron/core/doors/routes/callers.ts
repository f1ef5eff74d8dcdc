/** Which program a request comes from: what the system says, what it says of itself, and how sure that is. */
import type { ProgramView } from '../../../contract/doors.ts'
import type { DoorRequest, Programs, SeenProgram } from '../../ports.ts'
import { harmless } from './door-body.ts'

export interface Caller {
  /** Null where nothing is known. */
  readonly program: ProgramView | null
  /** Null where only what it says is known: then the broker recognises it by that. */
  readonly programKey: string | null
  /** The folder that it works in; null where that is of another machine, or not known. */
  readonly folder: string | null
  readonly remote: boolean
}

/** What a request may say of the program that it comes from. */
export interface Said {
  readonly pid?: number
  readonly folder?: string
  readonly program?: {
    readonly name: string
    readonly folder?: string | null
    readonly host?: string | null
  }
}

/** Over the socket. `remote`: through a forwarded one, where a process number means nothing here. */
export async function callerOverSocket(programs: Programs, said: Said, remote: boolean): Promise<Caller> {
  const folder = remote ? null : (said.folder ?? null)
  const seen = remote || said.pid === undefined ? null : await programs.callerOf(said.pid)
  if (seen) return { ...described(seen, 'stated'), folder: folder ?? seen.folder, remote }
  if (!said.program) return { program: null, programKey: null, folder, remote }
  return { ...claimed(said.program, remote), folder, remote }
}

/** Over HTTP: the process at the other end of the connection. Looking for it costs; only by-rule leases need it. */
export async function callerOverHttp(programs: Programs, request: DoorRequest): Promise<Caller> {
  const { pid } = await request.peer()
  const seen = pid === null ? null : await programs.describe(pid)
  if (!seen) return nobody
  return { ...described(seen, 'seen'), folder: seen.folder, remote: false }
}

export const nobody: Caller = { program: null, programKey: null, folder: null, remote: false }

function described(seen: SeenProgram, certainty: 'seen' | 'stated'): Pick<Caller, 'program' | 'programKey'> {
  const { pid, name, path, folder, key } = seen
  const program = { name: nameOf(name), path, folder, pid, host: null, certainty } as const
  return { program, programKey: key }
}

function claimed(
  said: NonNullable<Said['program']>,
  remote: boolean,
): Pick<Caller, 'program' | 'programKey'> {
  const name = nameOf(said.name)
  const host = remote ? harmless(said.host ?? '').slice(0, 255) || '?' : null
  const folder = harmless(said.folder ?? '').slice(0, 4096) || null
  return {
    program: { ...{ name, path: null, folder, pid: null, host }, certainty: 'claimed' },
    programKey: null,
  }
}

function nameOf(said: string): string {
  return harmless(said).slice(0, 120) || '?'
}
