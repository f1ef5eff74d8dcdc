import type TokenList from './TokenList.svelte'

/**
 * The tokens of a grant with their pictures and causes: more script than the list of accounts itself, so it
 * comes after the first picture. `load` may be called as often as one likes.
 */
class LaterParts {
  TokenList = $state.raw<typeof TokenList | null>(null)
  #loading: Promise<void> | null = null

  load = (): Promise<void> => (this.#loading ??= this.#import())

  async #import(): Promise<void> {
    this.TokenList = (await import('./TokenList.svelte')).default
  }
}

export const laterParts = new LaterParts()
