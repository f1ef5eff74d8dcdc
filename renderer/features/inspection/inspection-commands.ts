import { m } from '../../messages/generated/messages.js'
import type { Maker } from '../palette/palette-command.ts'

/** Looking into a token from anywhere. */
export const inspectionCommands: Maker = ({ inspectToken }) => [
  { id: 'inspect-token', text: m.foreign_open(), hint: m.action(), run: inspectToken },
]
