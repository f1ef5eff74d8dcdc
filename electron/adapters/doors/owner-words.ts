/**
 * What the app and `latchkey agent` say to each other about one profile, version 1. The one that has it listens; the
 * other connects and says `hello`.
 *
 * The app to an agent that has the profile: hello → `take` → the agent closes the profile → `yours` → the app opens it
 * and tells which doors it wants; the agent keeps them open to programs and asks the app for every answer. When the
 * app leaves, or is gone, the agent takes the profile again.
 *
 * An agent to the app: hello → `welcome`, and then it waits for the line to end.
 */
import type { AppError } from '../../contract/outcome.ts'
import type { DoorListener, DoorPeer, DoorPlace } from '../../core/ports.ts'

export const ownerProtocol = 1

export type OwnerKind = 'app' | 'agent'

export type Announcement = Parameters<DoorListener['announce']>[0]

/** A request at a door that the agent holds open, as it came; `id` names it until it is answered. */
export interface AskedWord {
  readonly say: 'ask'
  readonly id: number
  readonly door: number
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type OwnerWord =
  | {
      readonly say: 'hello'
      readonly protocol: number
      readonly key: string
      readonly kind: OwnerKind
      readonly pid: number
    }
  | { readonly say: 'welcome' }
  | { readonly say: 'refused'; readonly reason: 'key' | 'protocol' | 'kind' | 'taken' }
  | { readonly say: 'take' }
  /** The profile is free. `issuer`: the practice Google that goes on running here. */
  | { readonly say: 'yours'; readonly issuer: string | null }
  | { readonly say: 'open'; readonly door: number; readonly place: DoorPlace }
  | {
      readonly say: 'opened'
      readonly door: number
      readonly address: string
      readonly port: number | null
    }
  | { readonly say: 'not-opened'; readonly door: number; readonly error: AppError }
  | { readonly say: 'close'; readonly door: number }
  | { readonly say: 'closed'; readonly door: number }
  | { readonly say: 'announce'; readonly doors: Announcement }
  | { readonly say: 'announced'; readonly error: AppError | null }
  | { readonly say: 'withdraw' }
  /** The app is about to give the profile back: doors that it closes from now on are to be kept. */
  | { readonly say: 'leaving' }
  | AskedWord
  /** What of the body is still to come: nothing, the rest of a text, or parts that come as they are made. */
  | {
      readonly say: 'answer'
      readonly id: number
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
      readonly rest: 'none' | 'text' | 'stream'
    }
  | { readonly say: 'part'; readonly id: number; readonly text: string }
  /** So many letters of the parts went on to who asked: as many more may come. */
  | { readonly say: 'read'; readonly id: number; readonly letters: number }
  | { readonly say: 'end'; readonly id: number }
  /** The rest will never come. */
  | { readonly say: 'broken'; readonly id: number }
  /** Who asked went away. */
  | { readonly say: 'gone'; readonly id: number }
  | { readonly say: 'who'; readonly id: number }
  | { readonly say: 'peer'; readonly id: number; readonly peer: DoorPeer }

/** Letters of a body that one word carries at most. */
export const longestPart = 64 * 1024
/** Letters of one body that may be on their way before the other side says that it has read some. */
export const mostUnread = 1024 * 1024

/** A text in parts that a word can carry each. */
export function* pieces(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    let to = Math.min(from + longestPart, text.length)
    // Not between the two halves of one letter.
    if (to < text.length && /[\uD800-\uDBFF]/.test(text.charAt(to - 1))) to -= 1
    yield text.slice(from, to)
    from = to
  }
}
