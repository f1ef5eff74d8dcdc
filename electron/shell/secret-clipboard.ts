import type { Clipboard } from 'electron'
import type { Secret } from '../core/secret.ts'

/** How long a copied secret may lie in the clipboard, ms: enough to paste it, too short to forget it there. */
const secretStaysMs = 60_000
/** A clipboard that another program keeps busy is asked again so often, at this distance, ms. */
const clearingTries = 3
const clearAgainMs = 5_000

export interface SecretClipboardOptions {
  readonly clipboard: Pick<Clipboard, 'readText' | 'writeText'>
  readonly onFault: (what: string, cause: unknown) => void
}

export interface SecretClipboard {
  /**
   * Copies it, and empties the clipboard after a minute unless something else was copied meanwhile. Where the copy
   * fails, one that lies there from before keeps its own minute.
   */
  copy(secret: Secret): void
  /** Empties the clipboard now if it still holds a secret from here. Never rejects. */
  clear(): Promise<void>
}

interface Copy {
  readonly secret: Secret
  /** Of the minute, and of the tries after it. */
  timer: NodeJS.Timeout
}

/**
 * Secrets in the clipboard: a new one takes the place of the older one and starts the minute anew. A clipboard
 * manager that keeps a history of its own is out of reach.
 */
export function secretClipboard({ clipboard, onFault }: SecretClipboardOptions): SecretClipboard {
  /** What may lie in the clipboard, oldest first; more than one only while a copy is under way. */
  const copies = new Set<Copy>()
  /**
   * One write after the other: the latest copy is the one that stays. Emptying stands in the same line, or a copy
   * between its look and its write would be wiped.
   */
  let line: Promise<void> = Promise.resolve()
  const inLine = (work: () => Promise<void>): Promise<void> => (line = line.then(work))

  const forget = (copy: Copy): void => {
    clearTimeout(copy.timer)
    copies.delete(copy)
  }
  const forgetOlder = (than: Copy): void => {
    for (const copy of copies) {
      if (copy === than) return
      forget(copy)
    }
  }

  const write = async (copy: Copy): Promise<void> => {
    try {
      await clipboard.writeText(copy.secret.reveal())
      forgetOlder(copy)
    } catch (cause) {
      forget(copy)
      onFault('clipboard.write', cause)
    }
  }

  /** Answers whether it is certain that none of them lies there any more. */
  const empty = async (gone: readonly Copy[]): Promise<boolean> => {
    try {
      const text = await clipboard.readText()
      if (gone.some(({ secret }) => secret.reveal() === text)) await clipboard.writeText('')
      gone.forEach(forget)
      return true
    } catch (cause) {
      onFault('clipboard.clear', cause)
      return false
    }
  }

  const expire = async (copy: Copy, tries: number): Promise<void> => {
    if (!copies.has(copy) || (await empty([copy]))) return
    if (tries > 1) copy.timer = setTimeout(() => void inLine(() => expire(copy, tries - 1)), clearAgainMs)
    else forget(copy)
  }

  return {
    copy(secret) {
      const copy: Copy = {
        secret,
        timer: setTimeout(() => void inLine(() => expire(copy, clearingTries)), secretStaysMs),
      }
      copies.add(copy)
      void inLine(() => write(copy))
    },
    clear: () =>
      inLine(async () => {
        const left = [...copies]
        if (left.length === 0 || (await empty(left))) return
        left.forEach(forget)
      }),
  }
}
