import type { AskView, DoorsView, LeaseView } from '../../contract/doors.ts'
import type { RevocationView } from '../../contract/revocation.ts'
import type {
  AccountView,
  ClientView,
  FlowView,
  PracticeView,
  ProblemView,
  SettingsView,
  StateDelta,
} from '../../contract/views.ts'
import type { FoldersView } from '../../contract/who.ts'

/** Views are made when the delta is sent, so that ten changes of one row cost one. */
type Changed<T> = Map<string, () => T | null>

/**
 * Collects what changed and sends it as one delta with the next revision, once per turn of the event loop:
 * a batch of a hundred facts is one message. A null view means that the row is gone.
 */
export class Publisher {
  #revision = 0
  #scheduled = false
  #readOnly: boolean | null = null
  #clockOffsetMs: number | null = null
  #settings: SettingsView | null = null
  #practice: PracticeView | null = null
  readonly #accounts: Changed<AccountView> = new Map()
  readonly #clients: Changed<ClientView> = new Map()
  #folders: (() => FoldersView) | null = null
  readonly #flows: Changed<FlowView> = new Map()
  readonly #revocations: Changed<RevocationView> = new Map()
  #doors: (() => DoorsView) | null = null
  readonly #leases: Changed<LeaseView> = new Map()
  readonly #asks: Changed<AskView> = new Map()
  readonly #problems: Changed<ProblemView> = new Map()
  readonly #send: (delta: StateDelta) => void

  constructor(send: (delta: StateDelta) => void) {
    this.#send = send
  }

  /** The revision of everything sent so far. What is still collected is sent first, so that a snapshot fits it. */
  revision(): number {
    this.#flush()
    return this.#revision
  }

  account(accountId: string, view: () => AccountView | null): void {
    this.#accounts.set(accountId, view)
    this.#schedule()
  }

  client(clientId: string, view: () => ClientView | null): void {
    this.#clients.set(clientId, view)
    this.#schedule()
  }

  flow(flowId: string, view: FlowView | null): void {
    this.#flows.set(flowId, () => view)
    this.#schedule()
  }

  revocation(revocationId: string, view: RevocationView | null): void {
    this.#revocations.set(revocationId, () => view)
    this.#schedule()
  }

  doors(view: () => DoorsView): void {
    this.#doors = view
    this.#schedule()
  }

  lease(leaseId: string, view: () => LeaseView | null): void {
    this.#leases.set(leaseId, view)
    this.#schedule()
  }

  ask(askId: string, view: AskView | null): void {
    this.#asks.set(askId, () => view)
    this.#schedule()
  }

  folders(view: () => FoldersView): void {
    this.#folders = view
    this.#schedule()
  }

  problem(problemId: string, view: ProblemView | null): void {
    this.#problems.set(problemId, () => view)
    this.#schedule()
  }

  settings(view: SettingsView): void {
    this.#settings = view
    this.#schedule()
  }

  practice(view: PracticeView): void {
    this.#practice = view
    this.#schedule()
  }

  readOnly(value: boolean): void {
    this.#readOnly = value
    this.#schedule()
  }

  clockOffset(ms: number): void {
    this.#clockOffsetMs = ms
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#flush()
    })
  }

  #flush(): void {
    if (!this.#scheduled) return
    this.#scheduled = false
    this.#revision += 1
    const accounts = take(this.#accounts)
    const clients = take(this.#clients)
    const flows = take(this.#flows)
    const revocations = take(this.#revocations)
    const leases = take(this.#leases)
    const asks = take(this.#asks)
    const problems = take(this.#problems)
    const delta: StateDelta = {
      revision: this.#revision,
      ...(this.#readOnly === null ? {} : { readOnly: this.#readOnly }),
      ...(this.#clockOffsetMs === null ? {} : { clockOffsetMs: this.#clockOffsetMs }),
      ...(this.#settings === null ? {} : { settings: this.#settings }),
      ...(this.#practice === null ? {} : { practice: this.#practice }),
      ...(accounts ? { accounts } : {}),
      ...(clients ? { clients } : {}),
      ...(flows ? { flows } : {}),
      ...(this.#folders === null ? {} : { folders: this.#folders() }),
      ...(revocations ? { revocations } : {}),
      ...(this.#doors === null ? {} : { doors: this.#doors() }),
      ...(leases ? { leases } : {}),
      ...(asks ? { asks } : {}),
      ...(problems ? { problems } : {}),
    }
    this.#readOnly = null
    this.#clockOffsetMs = null
    this.#settings = null
    this.#practice = null
    this.#folders = null
    this.#doors = null
    this.#send(delta)
  }
}

function take<T>(changed: Changed<T>): { upsert: T[]; remove: string[] } | null {
  if (changed.size === 0) return null
  const upsert: T[] = []
  const remove: string[] = []
  for (const [id, view] of changed) {
    const row = view()
    if (row === null) remove.push(id)
    else upsert.push(row)
  }
  changed.clear()
  return { upsert, remove }
}
