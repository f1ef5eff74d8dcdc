import type { Clipboard } from 'electron'
import type { Secret } from '../core/secret.ts'

/** How long a copied secret may lie in the clipboard, ms: enough to paste it, too short to forget it there. */
const secretStaysMs = 60_000

export interface SecretClipboardOptions {
  readonly clipboard: Pick<Clipboard, 'readText' | 'writeText'>
  readonly onFault: (what: string, cause: unknown) => void
}

export interface SecretClipboard {
  /** Copies it, and empties the clipboard after a minute unless something else was copied meanwhile. */
  copy(secret: Secret): void
  /** Empties the clipboard now if it still holds the latest secret. Never rejects. */
  clear(): Promise<void>
}

/**
 * Secrets in the clipboard, one at a time: a new one takes the place of the older one and starts the minute anew.
 * A clipboard manager that keeps a history of its own is out of reach.
 */
export function secretClipboard({ clipboard, onFault }: SecretClipboardOptions): SecretClipboard {
  let copied: Secret | null = null
  let timer: NodeJS.Timeout | undefined
  let written: Promise<void> = Promise.resolve()

  const clear = async (): Promise<void> => {
    const secret = copied
    copied = null
    clearTimeout(timer)
    if (secret === null) return
    try {
      await written
      if ((await clipboard.readText()) === secret.reveal()) await clipboard.writeText('')
    } catch (cause) {
      onFault('clipboard.clear', cause)
    }
  }

  return {
    copy(secret) {
      copied = secret
      clearTimeout(timer)
      timer = setTimeout(() => void clear(), secretStaysMs)
      written = write(clipboard, secret).catch((cause: unknown) => onFault('clipboard.write', cause))
    },
    clear,
  }
}

async function write(clipboard: SecretClipboardOptions['clipboard'], secret: Secret): Promise<void> {
  await clipboard.writeText(secret.reveal())
}
