import type { CheckEvery } from '../../../electron/contract/views.ts'
import { m } from '../../messages/generated/messages.js'

const names = { day: m.check_day, week: m.check_week, month: m.check_month, never: m.check_never }

/** How often an account is checked unasked, in words. */
export function checkEveryText(checkEvery: CheckEvery): string {
  return names[checkEvery]()
}
