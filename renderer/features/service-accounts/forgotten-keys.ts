import { SvelteMap } from 'svelte/reactivity'

/**
 * Google's names of the keys that were forgotten here while the window was open, by account: they are still to be
 * deleted at Google, which nothing else remembers.
 */
export const forgottenKeys = new SvelteMap<string, readonly string[]>()
