import { createHash } from 'node:crypto'
import type { AppError } from '../../contract/outcome.ts'
import type { ProblemView } from '../../contract/views.ts'

/** Where an orphan lies, so that it can be removed when a person asks for it. */
export interface OrphanPlace {
  readonly service: string
  readonly account: string
}

interface Problem {
  readonly view: ProblemView
  readonly orphan: OrphanPlace | null
}

/** What was found and needs a person's eye. Lives in memory: each start looks again. */
export class Problems {
  readonly #problems = new Map<string, Problem>()
  readonly #onChange: (problemId: string, view: ProblemView | null) => void

  constructor(onChange: (problemId: string, view: ProblemView | null) => void) {
    this.#onChange = onChange
  }

  views(): ProblemView[] {
    return [...this.#problems.values()].map((problem) => problem.view)
  }

  /** The same finding found again stays one problem: its id is a digest of `key`. */
  report(
    key: string,
    error: AppError,
    action: ProblemView['action'],
    orphan: OrphanPlace | null = null,
  ): void {
    const problemId = problemIdOf(key)
    const view: ProblemView = {
      problemId,
      error: { ...error },
      action,
      dismissible: action !== 'continue-ledger',
    }
    this.#problems.set(problemId, { view, orphan })
    this.#onChange(problemId, view)
  }

  orphan(problemId: string): OrphanPlace | null {
    return this.#problems.get(problemId)?.orphan ?? null
  }

  /** Answers false when there is no such problem, or it cannot be waved away. */
  dismiss(problemId: string): boolean {
    if (this.#problems.get(problemId)?.view.dismissible !== true) return false
    this.remove(problemId)
    return true
  }

  resolve(key: string): void {
    this.remove(problemIdOf(key))
  }

  remove(problemId: string): void {
    if (this.#problems.delete(problemId)) this.#onChange(problemId, null)
  }
}

function problemIdOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 22)
}
