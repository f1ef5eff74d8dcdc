/** `latchkey login`: with whoever has the profile open, otherwise in this process. */
import type { CommandContext } from '../command.ts'
import { flag, scopesOf, textOf } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { failureFrom } from '../failure.ts'
import type { LoginParts, LoginWish } from '../login.ts'
import { login } from '../login.ts'
import type { Owner } from '../owner.ts'
import { typedClipboard } from '../clipboard.ts'
import { remoteHandlers, watchFlows } from '../remote-sign-in.ts'
import type { Terminal } from '../terminal.ts'
import { openTerminal } from '../terminal.ts'

export async function run(context: CommandContext): Promise<number> {
  const owner = await context.owner()
  if (!owner.ok && owner.error.code !== 'owner-missing') return context.failed(owner.error)
  const { out, env } = context
  const terminal = openTerminal({
    input: process.stdin,
    output: out.json ? process.stderr : process.stdout,
    env,
  })
  try {
    return await (owner.ok ? withOwner(context, owner.value, terminal) : here(context, terminal))
  } finally {
    terminal.close()
  }
}

async function withOwner(context: CommandContext, owner: Owner, terminal: Terminal): Promise<number> {
  const stop = new AbortController()
  const watch = await watchFlows(owner, stop.signal)
  if (!watch.ok) {
    // It was announced and is gone: the profile is free.
    return watch.error.code === 'owner-missing' ? here(context, terminal) : context.failed(watch.error)
  }
  const clipboard = typedClipboard()
  const handlers = remoteHandlers(owner, clipboard)
  let gone = false
  void watch.value.lost.then(() => (gone = true))
  try {
    const parts = { ...watch.value, handlers, terminal, clipboard, signal: context.signal }
    const code = await converse(context, parts)
    // Whoever has the profile next can be asked again.
    return code === exitCodes.failed && gone ? exitCodes.passing : code
  } finally {
    stop.abort()
  }
}

async function here(context: CommandContext, terminal: Terminal): Promise<number> {
  const { openHere } = await context.agent()
  const opened = await openHere({ profile: context.profile })
  if (!opened.ok) return context.failed(await failureFrom(opened.error))
  const { handlers, clipboard, watch } = opened.value
  try {
    return await converse(context, { handlers, terminal, clipboard, watch, signal: context.signal })
  } finally {
    await opened.value.close()
  }
}

async function converse(context: CommandContext, parts: LoginParts): Promise<number> {
  let email: string | null = null
  const done = await login({ ...parts, onDone: (signedIn) => (email = signedIn) }, wishOf(context))
  if (context.out.json) context.out.object({ signed_in: done, account: email })
  return done ? exitCodes.done : context.signal.aborted ? exitCodes.interrupted : exitCodes.failed
}

function wishOf(context: CommandContext): LoginWish {
  const { scope } = context.options
  const older = Array.isArray(scope) ? (scope as readonly string[]) : []
  const scopes = scopesOf({ ...context, options: { scopes: [...older, ...named(context)] } })
  return {
    ...{ client: textOf(context, 'client'), account: textOf(context, 'account') },
    ...{ device: flag(context, 'device'), scopes: scopes ?? [] },
  }
}

function named({ options: { scopes } }: CommandContext): readonly string[] {
  return Array.isArray(scopes) ? (scopes as readonly string[]) : []
}
