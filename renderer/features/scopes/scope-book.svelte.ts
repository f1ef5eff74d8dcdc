import { locale } from '../../state/locale.svelte.ts'
import type { KnownGroup, KnownScope, Catalogue, ScopeTexts } from './scope-text.ts'
import { describeScope, groupScopes } from './scope-text.ts'

/**
 * The catalogue of scopes and its Hindi texts. Neither is needed for the first picture, so both arrive when something
 * that shows scopes asks; until then a scope is shown by its own name.
 */
class ScopeBook {
  catalogue = $state.raw<Catalogue | null>(null)
  #hindi = $state.raw<ScopeTexts | null>(null)
  #loading: Promise<void> | null = null
  #loadingHindi: Promise<void> | null = null

  /** The texts of the window's language; null for English, which is the catalogue's own. */
  get texts(): ScopeTexts | null {
    return locale() === 'hi' ? this.#hindi : null
  }

  /** Brings what is missing for the window's language; may be called as often as one likes. */
  load = async (): Promise<void> => {
    const hindi = locale() === 'hi' ? (this.#loadingHindi ??= this.#loadHindi()) : null
    await Promise.all([(this.#loading ??= this.#loadCatalogue()), hindi])
  }

  describe = (scope: string): KnownScope => describeScope(scope, this.catalogue, this.texts)

  group = (scopes: readonly string[]): KnownGroup[] => groupScopes(scopes, this.catalogue, this.texts)

  async #loadCatalogue(): Promise<void> {
    this.catalogue = await import('../../../electron/contract/scopes/catalogue.ts')
  }

  async #loadHindi(): Promise<void> {
    this.#hindi = (await import('../../messages/scopes.hi.json')).default
  }
}

export const scopeBook = new ScopeBook()
