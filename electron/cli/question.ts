/** “PROGRAM in FOLDER asks for ACCOUNT”: a program's question, answered on a terminal. */
import type { AskAnswer, AskView } from '../contract/doors.ts'
import type { CommandContext } from './command.ts'
import type { Result } from './failure.ts'
import type { Output } from './output.ts'
import type { Owner, Reply } from './owner.ts'
import { prompt } from './prompt.ts'
import { scopeInWords } from './scope-words.ts'

export interface Answer {
  readonly answer: AskAnswer
  /** Fewer than asked for; null for what was asked. */
  readonly scopes: readonly string[] | null
}

/** Reads one line of an answer. `fewer`: which scopes is asked next. Null for what is none of them. */
export function readAnswer(line: string): AskAnswer | 'fewer' | null {
  const word = line.trim().toLowerCase()
  if (['o', 'once'].includes(word)) return 'once'
  if (['s', 'session'].includes(word)) return 'session'
  if (['a', 'always'].includes(word)) return 'always'
  if (['f', 'fewer'].includes(word)) return 'fewer'
  return ['n', 'no', ''].includes(word) ? 'no' : null
}

/** Reads numbers of a list: `1,3` or `1 3`. Null where one of them is not in it, or there is none. */
export function readChoice(line: string, from: readonly string[]): readonly string[] | null {
  const numbers = line.split(/[\s,]+/).filter((text) => text !== '')
  const chosen = numbers.map((text) => (/^\d{1,4}$/.test(text) ? from[Number(text) - 1] : undefined))
  const known = chosen.filter((scope) => scope !== undefined)
  return known.length === 0 || known.length < chosen.length ? null : Array.from(new Set(known))
}

/** What the question says of the program and of what it asks for. */
export function questionLines(ask: AskView): readonly string[] {
  const { program, email, scopes, remote } = ask
  const where = program.folder === null ? '' : ` in ${program.folder}`
  const far = remote ? ` on another machine${program.host === null ? '' : ` (it says ${program.host})`}` : ''
  const head = `${program.name}${where}${far} asks for ${email}:`
  return [head, ...scopes.map((scope, index) => `  ${String(index + 1)}. ${scopeInWords(scope)}`)]
}

const choices = '[o]nce, this [s]ession, [a]lways, [f]ewer scopes, or [n]o?'

/** Asks until it is answered. Null at the end of input, and when `signal` ends it: unanswered, which means no. */
export async function askPerson(out: Output, ask: AskView, signal: AbortSignal): Promise<Answer | null> {
  out.tell(...questionLines(ask))
  let scopes: readonly string[] | null = null
  for (;;) {
    const line = await prompt(choices, { signal })
    if (line === null) {
      if (!signal.aborted) out.tell('Nobody can answer here any more. The Latchkey window still can.')
      return null
    }
    const answer = readAnswer(line)
    if (answer === 'fewer') {
      scopes = (await fewer(out, ask.scopes, signal)) ?? scopes
      if (!signal.aborted) out.tell(...standing(scopes))
    } else if (answer !== null) return { answer, scopes }
  }
}

/** What a yes would give now. */
function standing(scopes: readonly string[] | null): readonly string[] {
  return scopes === null
    ? ['All that was asked for, as before.']
    : ['Only:', ...scopes.map((scope) => `  ${scopeInWords(scope)}`)]
}

async function fewer(
  out: Output,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  const line = await prompt('Which of them? Numbers, with spaces between:', { signal })
  const chosen = line === null ? null : readChoice(line, scopes)
  if (chosen === null && line !== null) out.tell(`Numbers from 1 to ${String(scopes.length)}.`)
  return chosen
}

/** Waits for the answer of a question that was told, while it is asked here as well. */
export async function answered(
  context: CommandContext,
  owner: Owner,
  ask: AskView,
  waiting: object,
): Promise<Result<Reply>> {
  const stop = new AbortController()
  const asking = askPerson(context.out, ask, stop.signal).then(async (answer) => {
    if (answer === null) return null
    const scopes = answer.scopes === null ? null : [...answer.scopes]
    const told = await owner.command('asks.answer', { askId: ask.askId, answer: answer.answer, scopes })
    // Somebody else was faster: what they said counts.
    if (!told.ok && told.error.code !== 'not-found') context.out.tell(told.error.message)
    return null
  })
  const reply = await owner.post('/v1/token', waiting)
  stop.abort()
  await asking
  return reply
}
