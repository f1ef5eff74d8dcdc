import type { WayKind } from '../../../electron/contract/kinds.ts'
import type { FlowView } from '../../../electron/contract/views.ts'
import { m } from '../../messages/generated/messages.js'

const names: Readonly<Record<WayKind, () => string>> = {
  loopback: m.way_name_loopback,
  redirect: m.way_name_redirect,
  paste: m.way_name_paste,
  device: m.way_name_device,
  'client-side': m.way_name_client_side,
}

const sentences: Readonly<Record<WayKind, () => string>> = {
  loopback: m.way_loopback_text,
  redirect: m.way_redirect_text,
  paste: m.way_paste_text,
  device: m.way_device_text,
  'client-side': m.way_client_side_text,
}

/** A way of signing in by its name. */
export function wayText(way: WayKind): string {
  return names[way]()
}

/** How a sign-in goes: its way, and where the browser is if not here. */
export function flowWayText({ way, elsewhere }: Pick<FlowView, 'way' | 'elsewhere'>): string {
  if (!elsewhere) return wayText(way)
  return way === 'loopback' ? m.how_elsewhere() : `${wayText(way)} · ${m.how_elsewhere()}`
}

/** Where a browser would open here, and does not. */
const sentencesElsewhere: Partial<Record<WayKind, () => string>> = {
  loopback: m.way_loopback_elsewhere,
  redirect: m.way_redirect_elsewhere,
}

/** What happens on that way, in a sentence; `elsewhere` says that the browser is not on this computer. */
export function waySentence(way: WayKind, elsewhere = false): string {
  return ((elsewhere ? sentencesElsewhere[way] : undefined) ?? sentences[way])()
}
