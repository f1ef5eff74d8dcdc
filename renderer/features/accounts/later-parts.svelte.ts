import type { accountParts } from './account-parts.ts'

/**
 * The grants of an account with their scopes, tokens and pictures, and its dialogs: more script than the list of
 * accounts itself, so it comes after the first picture. `load` may be called as often as one likes.
 */
class LaterParts {
  parts = $state.raw<typeof accountParts | null>(null)
  #loading: Promise<void> | null = null

  load = (): Promise<void> => (this.#loading ??= this.#import())

  async #import(): Promise<void> {
    this.parts = (await import('./account-parts.ts')).accountParts
  }
}

export const laterParts = new LaterParts()
