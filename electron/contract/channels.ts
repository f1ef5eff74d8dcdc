/** The two channels that carry the boundary in Electron: one to ask, one to be told. */
export const invokeChannel = 'latchkey:invoke'
export const eventChannel = 'latchkey:event'
