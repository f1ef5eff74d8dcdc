import type { Maker } from '../palette/palette-commands.ts'

export const scopeCommands: Maker = () => []
