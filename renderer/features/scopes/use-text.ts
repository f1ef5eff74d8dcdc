import { m } from '../../messages/generated/messages.js'
import { spanText } from '../../ui/span-text.ts'
import type { ScopeUse } from './scope-use.ts'

/** When a scope was last handed out at a door; `now` is the profile's time, epoch ms. */
export function useText(use: ScopeUse | null, now: number): string {
  if (!use) return m.scope_never_used()
  const when = m.time_ago({ span: spanText(Math.max(0, now - use.at)) })
  return use.named ? m.scope_used_named({ when }) : m.scope_used_along({ when })
}
