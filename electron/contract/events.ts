/** What main tells the window. One object literal, like the commands. */
import * as v from 'valibot'
import { stateDeltaSchema } from './views.ts'

export const events = {
  'state.changed': stateDeltaSchema,
  /** Another world was opened, or the history was replaced: fetch the snapshot again. */
  'state.reset': v.strictObject({}),
} as const

export type EventName = keyof typeof events
export type EventPayload<N extends EventName> = v.InferOutput<(typeof events)[N]>
