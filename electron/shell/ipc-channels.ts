/** The two channels of the boundary. `preload.ts` may import nothing from here and repeats them. */
export const invokeChannel = 'latchkey:invoke'
export const eventChannel = 'latchkey:event'
