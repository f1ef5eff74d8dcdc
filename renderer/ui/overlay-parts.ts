import DialogFrame from './DialogFrame.svelte'
import MenuFrame from './MenuFrame.svelte'
import MenuRow from './MenuRow.svelte'

/** What needs the library of overlays; loaded by `overlays.svelte.ts` only. */
export const overlayParts = { DialogFrame, MenuFrame, MenuRow }
