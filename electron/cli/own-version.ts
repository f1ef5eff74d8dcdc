declare const LATCHKEY_VERSION: string | undefined

/** Written in by the build; empty where the sources run as they are. */
export const ownVersion: string = typeof LATCHKEY_VERSION === 'string' ? LATCHKEY_VERSION : ''
