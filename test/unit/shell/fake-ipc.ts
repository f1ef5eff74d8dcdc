/** Just enough of Electron's IPC to call a host as a frame would. */
import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron'
import type { CommandHandlers } from '../../../electron/contract/answer.ts'
import type { CommandName } from '../../../electron/contract/commands.ts'
import { commands } from '../../../electron/contract/commands.ts'
import { ok } from '../../../electron/contract/outcome.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import type { IpcHost, IpcHostOptions, Refusal } from '../../../electron/shell/ipc-host.ts'
import { ipcHost } from '../../../electron/shell/ipc-host.ts'

type Listener = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown

export interface FakeFrame {
  readonly url: string
  readonly origin: string
  readonly parent: FakeFrame | null
}

export class FakeContents {
  readonly sent: unknown[][] = []
  destroyed = false
  crashed = false
  readonly mainFrame: FakeFrame

  constructor(url = 'app://latchkey/index.html', origin = 'app://latchkey') {
    this.mainFrame = { url, origin, parent: null }
  }

  isDestroyed(): boolean {
    return this.destroyed
  }

  isCrashed(): boolean {
    return this.crashed
  }

  send(...args: unknown[]): void {
    this.sent.push(args)
  }

  /** As Electron's types name it; the host uses nothing that is not here. */
  asContents(): WebContents {
    return this as unknown as WebContents
  }
}

export interface HostUnderTest {
  readonly host: IpcHost
  readonly window: FakeContents
  readonly calls: { command: string; params: unknown }[]
  readonly refusals: Refusal[]
  readonly faults: string[]
  readonly channels: ReadonlyMap<string, Listener>
  /** Asks as `frame` of `sender`; by default the main frame of the trusted window. */
  ask(
    command: unknown,
    params: unknown,
    from?: { sender?: FakeContents; frame?: FakeFrame | null },
  ): Promise<Outcome<unknown>>
}

/** A host whose handlers note that they were called; `overrides` replaces single ones. */
export function hostUnderTest(
  overrides: Partial<CommandHandlers> = {},
  options: Partial<IpcHostOptions> = {},
): HostUnderTest {
  const window = new FakeContents()
  const calls: HostUnderTest['calls'] = []
  const refusals: Refusal[] = []
  const faults: string[] = []
  const channels = new Map<string, Listener>()
  const ipcMain: Pick<IpcMain, 'handle' | 'removeHandler'> = {
    handle: (channel, listener) => void channels.set(channel, listener),
    removeHandler: (channel) => void channels.delete(channel),
  }
  const handlers = { ...notingHandlers(calls), ...overrides }
  const host = ipcHost({
    ipcMain,
    trusted: () => window.asContents(),
    handlers: () => handlers,
    onFault: (command) => faults.push(command),
    onRefusal: (refusal) => refusals.push(refusal),
    checkResults: false,
    ...options,
  })
  const ask: HostUnderTest['ask'] = async (command, params, from = {}) => {
    const sender = from.sender ?? window
    const senderFrame = from.frame === undefined ? sender.mainFrame : from.frame
    const event = { sender: sender.asContents(), senderFrame } as unknown as IpcMainInvokeEvent
    const [listener] = channels.values()
    if (listener === undefined) throw new Error('nobody answers')
    return (await listener(event, command, params)) as Outcome<unknown>
  }
  return { host, window, calls, refusals, faults, channels, ask }
}

function notingHandlers(calls: HostUnderTest['calls']): CommandHandlers {
  const note = (command: CommandName) => async (params: unknown) => {
    calls.push({ command, params })
    return ok()
  }
  return Object.fromEntries(
    (Object.keys(commands) as CommandName[]).map((name) => [name, note(name)]),
  ) as CommandHandlers
}
