import RevokeDialog from '../revocation/RevokeDialog.svelte'
import AccountDialogs from './AccountDialogs.svelte'
import GrantBlock from './GrantBlock.svelte'

/** Of the accounts' page what the list does not need; loaded by `later-parts.svelte.ts` only. */
export const accountParts = { AccountDialogs, GrantBlock, RevokeDialog }
