import type { CommandName, CommandParams, CommandResult } from './commands.ts'
import { commands } from './commands.ts'
import type { EventName, EventPayload } from './events.ts'
import { events } from './events.ts'
import type { Outcome } from './outcome.ts'

/** What carries the boundary: Electron's IPC in the app, HTTP on loopback in tests. */
export interface Transport {
  invoke(command: CommandName, params: unknown): Promise<unknown>
  subscribe(event: EventName, listener: (payload: unknown) => void): () => void
  /** The path of a dropped file, or null where the transport cannot know it. */
  pathForFile(file: unknown): string | null
}

type Group<N extends string> = N extends `${infer G}.${string}` ? G : never
type Member<N extends string, G extends string> = N extends `${G}.${infer M}` ? M : never

/** `bridge.clients.pickFile({…})`, one method a command, derived from the literal. */
export type BridgeCommands = {
  readonly [G in Group<CommandName>]: {
    readonly [M in Member<CommandName, G>]: `${G}.${M}` extends infer N extends CommandName
      ? (params: CommandParams<N>) => Promise<Outcome<CommandResult<N>>>
      : never
  }
}

export type Bridge = BridgeCommands & {
  readonly on: <N extends EventName>(event: N, listener: (payload: EventPayload<N>) => void) => () => void
  readonly pathForFile: (file: unknown) => string | null
}

/**
 * Builds the whole surface from the two literals over any transport. The window gets these methods and
 * nothing else: no channel names, no raw `invoke`.
 */
export function createBridge(transport: Transport): Bridge {
  const groups: Record<string, Record<string, (params: unknown) => Promise<unknown>>> = {}
  for (const name of Object.keys(commands) as CommandName[]) {
    const [group = '', member = ''] = name.split('.')
    groups[group] = { ...groups[group], [member]: (params) => transport.invoke(name, params) }
  }
  const on = (event: EventName, listener: (payload: never) => void): (() => void) => {
    if (!Object.hasOwn(events, event)) throw new TypeError(`no such event: ${event}`)
    return transport.subscribe(event, listener as (payload: unknown) => void)
  }
  return { ...groups, on, pathForFile: (file: unknown) => transport.pathForFile(file) } as unknown as Bridge
}
