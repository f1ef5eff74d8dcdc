import type { AppError } from '../../electron/contract/outcome.ts'

export type Toast =
  | { readonly id: number; readonly kind: 'done'; readonly text: () => string }
  | { readonly id: number; readonly kind: 'error'; readonly error: AppError }

/** How long a word of success stays. An error stays until it is closed. */
const doneMs = 4_000

export class Toasts {
  list = $state.raw<readonly Toast[]>([])
  #nextId = 1

  /** `text` is a function so that a change of language reaches it. */
  done(text: () => string): void {
    const id = this.#nextId++
    this.list = [...this.list.filter((toast) => toast.kind === 'error'), { id, kind: 'done', text }]
    setTimeout(() => this.close(id), doneMs)
  }

  error(error: AppError): void {
    const same = (toast: Toast): boolean => toast.kind === 'error' && toast.error.code === error.code
    this.list = [
      ...this.list.filter((toast) => !same(toast)).slice(-2),
      { id: this.#nextId++, kind: 'error', error },
    ]
  }

  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id)
  }
}
