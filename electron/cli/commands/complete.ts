/** `latchkey __complete -- WORDS`: what a shell asks when somebody presses Tab. Silent about everything that fails. */
import type { Snapshot } from '../../contract/views.ts'
import type { CommandContext, OtherDoor } from '../command.ts'
import type { Candidate } from '../complete-words.ts'
import { completionFor } from '../complete-words.ts'
import { clean } from '../output.ts'

export async function run(context: CommandContext): Promise<number> {
  const { out, words } = context
  const current = words.at(-1) ?? ''
  const completion = completionFor(words)
  const all =
    completion.kind === 'candidates' ? completion.candidates : await looked(context, completion.value)
  const fitting = all.filter(({ word }) => word.toLowerCase().startsWith(current.toLowerCase()))
  out.raw(fitting.map(({ word, words: said }) => `${clean(word)}\t${clean(said)}\n`).join(''))
  return 0
}

async function looked(context: CommandContext, value: string): Promise<readonly Candidate[]> {
  if (value !== 'ACCOUNT' && value !== 'CLIENT') return []
  const owner = await context.owner(doorTyped(context.words))
  if (!owner.ok) return []
  const snapshot = await owner.value.command('app.snapshot', {})
  if (!snapshot.ok) return []
  return value === 'ACCOUNT' ? accountsOf(snapshot.value) : clientsOf(snapshot.value)
}

/** The line that is being typed may name another door than this process was started with. */
function doorTyped(words: readonly string[]): OtherDoor {
  const at = words.indexOf('--socket')
  const socket = at < 0 ? words.find((word) => word.startsWith('--socket='))?.slice(9) : words[at + 1]
  return {
    ...(words.includes('--practice') ? { profile: 'practice' as const } : {}),
    ...(socket === undefined || socket === '' ? {} : { socket }),
  }
}

function accountsOf({ accounts }: Snapshot): readonly Candidate[] {
  return accounts.map(({ email, label }) => ({ word: email, words: label ?? '' }))
}

function clientsOf({ clients }: Snapshot): readonly Candidate[] {
  return clients.map(({ clientId, label }) => ({ word: clientId, words: label }))
}
