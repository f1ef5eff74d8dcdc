import type { overlayParts } from './overlay-parts.ts'

/**
 * Dialogs and menus with their library, half of all script: there after the first picture or when the first of
 * them opens, so that the list of accounts does not wait for it.
 */
class Overlays {
  parts = $state.raw<typeof overlayParts | null>(null)
  /** Makes `parts` be there. The window says how: it loads them with its other pages, as one file. */
  load: () => Promise<void> = () => Promise.resolve()
}

export const overlays = new Overlays()
