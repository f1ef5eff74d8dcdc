/** `latchkey agent` for the practice profile, without the rest of the command. Folder and practice Google by environment. */
import { runAgent } from '../../electron/agent.ts'

process.exit(await runAgent({ profile: 'practice', passphraseFd: null }))
