/**
 * Main's end of the boundary over Electron's IPC: one channel for commands, one for events. Who asks is checked
 * before what is asked; the handler is reached only after both.
 */
import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron'
import type { CommandHandlers } from '../contract/answer.ts'
import { answer } from '../contract/answer.ts'
import { eventChannel, invokeChannel } from '../contract/channels.ts'
import type { EventName, EventPayload } from '../contract/events.ts'
import type { Outcome } from '../contract/outcome.ts'
import { fail } from '../contract/outcome.ts'
import { appOrigin, isAppUrl } from './app-origin.ts'

export interface IpcHostOptions {
  readonly ipcMain: Pick<IpcMain, 'handle' | 'removeHandler'>
  /** The contents of the one window that is trusted, or null while there is none. */
  readonly trusted: () => WebContents | null
  /** The handlers of the profile that is open now; a promise while the core is still starting. */
  readonly handlers: () => CommandHandlers | Promise<CommandHandlers>
  readonly onFault: (command: string, cause: unknown) => void
  /** Told once for each kind of refusal, so that a flood of them cannot fill the log. Never gets a value. */
  readonly onRefusal: (refusal: Refusal) => void
  /** Checks results against their schema on the way out. For development and tests. */
  readonly checkResults: boolean
}

export interface Refusal {
  readonly code: 'sender-refused' | 'command-unknown' | 'params-invalid'
  /** The command's name when it is one of ours, else `unknown`. */
  readonly command: string
}

export interface IpcHost {
  /** Sends an event to the window if it is alive; says nothing and does nothing otherwise. */
  send<N extends EventName>(event: N, payload: EventPayload<N>): void
  dispose(): void
}

/** Starts answering. Answers are envelopes; besides the errors of `answer`: `sender-refused`. */
export function ipcHost(options: IpcHostOptions): IpcHost {
  const noteRefusal = onceEach(options.onRefusal)
  options.ipcMain.handle(invokeChannel, async (event, command: unknown, params: unknown) => {
    const outcome = await respond(event, command, params, options)
    const refusal = refusalIn(outcome, command)
    if (refusal !== null) noteRefusal(refusal)
    return outcome
  })
  return {
    send(event, payload) {
      const contents = options.trusted()
      if (contents === null || contents.isDestroyed() || contents.isCrashed()) return
      contents.send(eventChannel, event, payload)
    },
    dispose: () => options.ipcMain.removeHandler(invokeChannel),
  }
}

async function respond(
  event: IpcMainInvokeEvent,
  command: unknown,
  params: unknown,
  options: IpcHostOptions,
): Promise<Outcome<unknown>> {
  if (!isTrustedSender(event, options.trusted())) return fail('sender-refused')
  if (typeof command !== 'string') return fail('command-unknown')
  try {
    const handlers = await options.handlers()
    return await answer(command, params, { ...options, handlers })
  } catch (cause) {
    options.onFault(command.slice(0, 80), cause)
    return fail('internal')
  }
}

/**
 * Only the main frame of our own window, while it shows a page of the app. The frame is null once it is gone;
 * the origin is compared whole, because an address that merely starts alike is somebody else's.
 */
export function isTrustedSender(event: IpcMainInvokeEvent, trusted: WebContents | null): boolean {
  const frame = event.senderFrame
  if (trusted === null || event.sender !== trusted || frame === null) return false
  if (frame.parent !== null || frame !== trusted.mainFrame) return false
  return frame.origin === appOrigin && isAppUrl(frame.url)
}

function refusalIn(outcome: Outcome<unknown>, command: unknown): Refusal | null {
  if (outcome.ok) return null
  const { code } = outcome.error
  if (code === 'sender-refused' || code === 'command-unknown') return { code, command: 'unknown' }
  return code === 'params-invalid' && typeof command === 'string' ? { code, command } : null
}

function onceEach(tell: (refusal: Refusal) => void): (refusal: Refusal) => void {
  const told = new Set<string>()
  return (refusal) => {
    const key = `${refusal.code} ${refusal.command}`
    if (told.has(key)) return
    told.add(key)
    tell(refusal)
  }
}
