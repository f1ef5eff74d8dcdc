import type { Programs } from '../../core/ports.ts'

export const systemPrograms: Programs = {
  describe: () => Promise.resolve(null),
  callerOf: () => Promise.resolve(null),
  session: () => Promise.resolve('unknown'),
}
