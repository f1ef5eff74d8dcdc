/** Calls a person who looks elsewhere when a program waits for their answer. */
import type { NotificationConstructorOptions } from 'electron'
import type { AskView } from '../contract/doors.ts'
import type { EventName, EventPayload } from '../contract/events.ts'
import type { ShellWords } from './shell-words.ts'

/** What of a window is needed here. */
interface CallWindow {
  isFocused(): boolean
  isDestroyed(): boolean
  flashFrame(on: boolean): void
  once(event: 'focus', run: () => void): unknown
}
/** What of a notification is needed here. */
interface Call {
  show(): void
  close(): void
  on(event: 'click', run: () => void): unknown
}

export interface AttentionOptions {
  readonly window: () => CallWindow | null
  /** Null where the system shows no notifications. */
  readonly notification: (options: NotificationConstructorOptions) => Call | null
  readonly words: () => ShellWords
  /** Brings the window to the person. */
  readonly focus: () => void
  readonly onFault: (what: string, cause: unknown) => void
}

export interface Attention {
  /** To be told of everything that is sent to the window. */
  notice<N extends EventName>(event: N, payload: EventPayload<N>): void
}

/** Longer names would push the rest out of a notification. */
const longestName = 60
/** Marks that break lines or turn the text around them have no place in a name. */
const unfit = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

function shownName(name: string): string {
  const letters = Array.from(name.replace(unfit, ' ').trim())
  return letters.length > longestName ? `${letters.slice(0, longestName - 1).join('')}…` : letters.join('')
}

/**
 * Shows a notification and flashes the window's entry in the bar for each question that comes while the window is not
 * in front. What is asked for is not said there: notifications are seen on locked screens and are kept by the system.
 */
export function attention(options: AttentionOptions): Attention {
  const calls = new Map<string, Call | null>()
  /** Windows that say when the person comes to them: one word for all that flashes until then. */
  const listening = new WeakSet<CallWindow>()

  function end(askId: string): void {
    calls.get(askId)?.close()
    calls.delete(askId)
  }

  function call(ask: AskView): void {
    const window = options.window()
    const living = window !== null && !window.isDestroyed() ? window : null
    if (calls.has(ask.askId) || living?.isFocused() === true) return
    calls.set(ask.askId, show(ask))
    if (!living) return
    living.flashFrame(true)
    if (listening.has(living)) return
    listening.add(living)
    living.once('focus', () => {
      listening.delete(living)
      living.flashFrame(false)
    })
  }

  function show({ program, remote }: AskView): Call | null {
    const words = options.words()
    const title = (remote ? words.askTitleRemote : words.askTitle).replace('{name}', () =>
      shownName(program.name),
    )
    const notification = options.notification({ title, body: words.askBody })
    notification?.on('click', () => options.focus())
    notification?.show()
    return notification
  }

  return {
    notice(event, payload) {
      try {
        if (event === 'state.reset') for (const askId of [...calls.keys()]) end(askId)
        if (event !== 'state.changed') return
        const { asks } = payload as EventPayload<'state.changed'>
        for (const askId of asks?.remove ?? []) end(askId)
        for (const ask of asks?.upsert ?? []) call(ask)
      } catch (cause) {
        // The question stands in the window all the same.
        options.onFault('attention', cause)
      }
    },
  }
}
