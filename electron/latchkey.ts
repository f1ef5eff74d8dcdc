/** Entry of the `latchkey` command: plain Node, and as little of anything as a short run needs. */
import { runCommand } from './cli/main.ts'

runCommand(process.argv.slice(2), () => import('./agent.ts'))
  .catch((cause: unknown) => {
    // A fault of ours: its place helps whoever reports it, and its text could hold anything.
    const place = cause instanceof Error ? (cause.stack ?? '').split('\n').slice(1, 4).join('\n') : ''
    process.stderr.write(`latchkey: Something inside Latchkey failed. Nothing was lost.\n${place}\n`)
    return 1
  })
  .then((code) => process.exit(code))
  .catch(() => undefined)
