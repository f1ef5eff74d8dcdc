import type ScopeList from '../sign-in/ScopeList.svelte'

/**
 * The scopes of a grant in words, with their marks: comes after the first picture, which shows their names alone.
 * `load` may be called as often as one likes.
 */
class ScopeParts {
  ScopeList = $state.raw<typeof ScopeList | null>(null)
  #loading: Promise<void> | null = null

  load = (): Promise<void> => (this.#loading ??= this.#import())

  async #import(): Promise<void> {
    this.ScopeList = (await import('../sign-in/ScopeList.svelte')).default
  }
}

export const scopeParts = new ScopeParts()
