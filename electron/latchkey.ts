/** Entry of the `latchkey` command: plain Node, and as little of anything as a short run needs. */
import { runCommand } from './cli/main.ts'

// Where nothing is left to wait for before the command has come to its end, that was no success.
process.exitCode = 1
runCommand(process.argv.slice(2), () => import('./agent.ts'))
  .catch((cause: unknown) => {
    // A fault of ours: its place helps whoever reports it, and its text could hold anything.
    const place = cause instanceof Error ? (cause.stack ?? '').split('\n').slice(1, 4).join('\n') : ''
    const message = 'Something inside Latchkey failed. Nothing was lost.'
    const error = { code: 'internal', message, next: '', retryable: true }
    if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error })}\n`)
    process.stderr.write(`latchkey: ${message}\n${place}\n`)
    return 1
  })
  .then((code) => process.exit(code))
  .catch(() => process.exit(1))
