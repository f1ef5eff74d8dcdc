/** `latchkey`: finds the command that is meant and runs it. */
import { mkdirSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isatty } from 'node:tty'
import { dataFolderOf } from '../adapters/data-folder.ts'
import type { AgentModule } from './agent-module.ts'
import type { CommandContext } from './command.ts'
import { readCommandLine } from './command-line.ts'
import { findDoor } from './door-place.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import type { Result } from './failure.ts'
import { commandModules } from './modules.ts'
import { Output, writeNow } from './output.ts'
import { Owner } from './owner.ts'

/** Runs one command to its end. Answers the exit code; what there is to say has been said. */
export async function runCommand(
  args: readonly string[],
  agent: () => Promise<AgentModule>,
): Promise<number> {
  const line = readCommandLine(args)
  const { env } = process
  const json = line.kind === 'command' ? line.options['json'] === true : args.includes('--json')
  const out = new Output({ write: writeNow, isTerminal, env, json })
  if (line.kind === 'unclear') {
    const next = `See “latchkey help${line.name === null ? '' : ` ${line.name}`}”.`
    out.fail({ code: 'arguments-unclear', message: line.reason, next, retryable: false })
    return exitCodes.unclear
  }
  const { name, words, options } = line
  const context = contextOf({ out, words, options, agent })
  const module = await commandModules[name]()
  return module.run(context)
}

type Given = Pick<CommandContext, 'out' | 'words' | 'options' | 'agent'>

function contextOf(given: Given): CommandContext {
  const { env, platform } = process
  const { options, out } = given
  const home = homedir()
  const dataFolder = dataFolderOf({ platform, env, home })
  const practice = options['practice'] === true || env['LATCHKEY_PROFILE'] === 'practice'
  const profile = practice ? 'practice' : 'real'
  const socket = typeof options['socket'] === 'string' ? options['socket'] : (env['LATCHKEY_SOCKET'] ?? '')
  const place = { platform, env, home, dataFolder, profile, socket: socket === '' ? null : socket } as const
  const signal = stopSignal()
  return {
    ...given,
    agent: () => {
      keepCompiled(dataFolder)
      return given.agent()
    },
    ...{ env, platform, home, dataFolder, profile, signal },
    cwd: currentFolder(),
    owner: (elsewhere = {}) => connectTo(() => findDoor({ ...place, ...elsewhere }), signal),
    failed: (error) => {
      out.fail(error)
      return exitCodeOf(error.code)
    },
  }
}

/**
 * Node keeps what it compiled, since 22.8: the whole product is half a megabyte. Not for short commands, which it makes
 * slower by the look at the disk.
 */
function keepCompiled(dataFolder: string): void {
  const { enableCompileCache } = nodeModule as Partial<typeof nodeModule>
  if (!enableCompileCache) return
  const cache = join(dataFolder, 'command-cache')
  try {
    // For this user alone, as everything of ours: Node would make them as open as everything is made here.
    mkdirSync(cache, { recursive: true, mode: 0o700 })
    enableCompileCache(cache)
  } catch {
    // It is only slower without.
  }
}

async function connectTo(
  find: () => ReturnType<typeof findDoor>,
  signal: AbortSignal,
): Promise<Result<Owner>> {
  const place = await find()
  if (!place.ok) return place
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
  return { ok: true, value: new Owner({ find, signal, now: () => Date.now(), wait }, place.value) }
}

/** It may have been deleted below us; then no folder says anything. */
function currentFolder(): string {
  try {
    return process.cwd()
  } catch {
    return homedir()
  }
}

/** The first signal asks to end, the second one ends. */
function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(exitCodes.interrupted)
      stop.abort()
    })
  return stop.signal
}

function isTerminal(stream: 'in' | 'out' | 'err'): boolean {
  return isatty({ in: 0, out: 1, err: 2 }[stream])
}
