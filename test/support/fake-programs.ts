import type { Programs, SeenProgram } from '../../electron/core/ports.ts'

export interface FakePrograms extends Programs {
  /** By process: what runs as it. */
  readonly running: Map<number, SeenProgram>
  /** By process: the one that had it started. */
  readonly callers: Map<number, number>
  /** The machine restarts. */
  restart(): void
}

/** Programs that a test starts by hand. */
export function fakePrograms(): FakePrograms {
  const running = new Map<number, SeenProgram>()
  const callers = new Map<number, number>()
  let runs = 1
  return {
    running,
    callers,
    restart() {
      runs += 1
    },
    describe: (pid) => Promise.resolve(running.get(pid) ?? null),
    callerOf: (pid) => Promise.resolve(running.get(callers.get(pid) ?? pid) ?? null),
    session: () => Promise.resolve(`run-${String(runs)}`),
  }
}
