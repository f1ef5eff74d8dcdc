import type { FlowView, ProfileName, Snapshot } from '../../../electron/contract/views.ts'
import { isOver } from '../sign-in/flow-text.ts'
import { titleOf } from '../accounts/account-list.ts'
import type { WeekRow } from './week-list.ts'

export interface SittingItem {
  readonly tokenId: string
  readonly accountId: string
  readonly clientId: string
  readonly title: string
  readonly scopes: readonly string[]
  readonly state: 'waiting' | 'running' | 'renewed' | 'failed' | 'skipped'
}

/** One sitting: accounts signed in again one after the other, each only when the person asks for the next. */
export interface Sitting {
  readonly profile: ProfileName
  readonly items: readonly SittingItem[]
  /** The item that was begun last, and its sign-in. */
  readonly current: number
  readonly flowId: string | null
}

/** A sitting over the renewable rows, in their order. Nothing runs yet. */
export function beginSitting(rows: readonly WeekRow[], profile: ProfileName): Sitting {
  const items = rows
    .filter((row) => row.need.renewable)
    .map((row) => ({
      tokenId: row.need.tokenId,
      accountId: row.account.accountId,
      clientId: row.need.clientId,
      title: titleOf(row.account),
      scopes: row.scopes,
      state: 'waiting' as const,
    }))
  return { profile, items, current: -1, flowId: null }
}

export function currentItem(sitting: Sitting): SittingItem | null {
  return sitting.items[sitting.current] ?? null
}

/** The first that is still to come; null when none is left. */
export function nextItem(sitting: Sitting): SittingItem | null {
  return sitting.items.find((item) => item.state === 'waiting') ?? null
}

export function countIn(sitting: Sitting, state: SittingItem['state']): number {
  return sitting.items.filter((item) => item.state === state).length
}

export function isRunning(sitting: Sitting): boolean {
  return currentItem(sitting)?.state === 'running'
}

/** The item becomes the current one, with its sign-in; `flowId` is null when that could not be started. */
export function begun(sitting: Sitting, item: SittingItem, flowId: string | null): Sitting {
  const current = sitting.items.findIndex((one) => one.tokenId === item.tokenId)
  return withState({ ...sitting, current, flowId }, current, flowId === null ? 'failed' : 'running')
}

export function skipped(sitting: Sitting, item: SittingItem): Sitting {
  return withState(
    sitting,
    sitting.items.findIndex((one) => one.tokenId === item.tokenId),
    'skipped',
  )
}

/**
 * What the window now shows, taken into the sitting: the current sign-in ended, was begun anew on its own page, or
 * somebody settled a need by another way. The same object when nothing changed.
 */
export function noticed(sitting: Sitting, snapshot: Snapshot): Sitting {
  let next = followFlow(sitting, snapshot)
  const inHand = snapshot.flows.some((flow) => flow.flowId === next.flowId)
  const needed = new Set(snapshot.accounts.flatMap((account) => account.needs.map((need) => need.tokenId)))
  next.items.forEach((item, index) => {
    if (needed.has(item.tokenId) || item.state === 'renewed') return
    if (item.state === 'running' && inHand) return
    const gone = !snapshot.accounts.some((account) => account.accountId === item.accountId)
    next = withState(next, index, gone ? 'skipped' : 'renewed')
  })
  return next
}

function followFlow(sitting: Sitting, snapshot: Snapshot): Sitting {
  const item = currentItem(sitting)
  if (!item || item.state === 'renewed' || item.state === 'skipped') return sitting
  const own = (flow: FlowView): boolean =>
    flow.accountId === item.accountId && flow.clientId === item.clientId
  const again = snapshot.flows.find((flow) => own(flow) && !isOver(flow))
  if (again) {
    const followed = again.flowId === sitting.flowId ? sitting : { ...sitting, flowId: again.flowId }
    return withState(followed, sitting.current, 'running')
  }
  const flow = snapshot.flows.find((one) => one.flowId === sitting.flowId)
  if (!flow) return sitting
  const arrived = flow.step.kind === 'done' && flow.step.accountId === item.accountId
  return withState(sitting, sitting.current, arrived ? 'renewed' : 'failed')
}

function withState(sitting: Sitting, index: number, state: SittingItem['state']): Sitting {
  if (index < 0 || sitting.items[index]?.state === state) return sitting
  return {
    ...sitting,
    items: sitting.items.map((item, position) => (position === index ? { ...item, state } : item)),
  }
}
