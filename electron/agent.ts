/**
 * Composition root without Electron: the same core on plain Node, for servers, ssh and containers. Builds the
 * adapters, opens the profile, runs one command. Nothing else.
 */
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { dataFolderOf } from './adapters/data-folder.ts'
import { createKeychain } from './adapters/keychain.ts'
import { createLog } from './adapters/log.ts'
import { createLoopbackListener } from './adapters/loopback-listener.ts'
import { systemRandom } from './adapters/random.ts'
import { thisMachine } from './adapters/this-machine.ts'
import { readSmallFile } from './adapters/small-file.ts'
import type { BringOptions, LoginOptions } from './cli/arguments.ts'
import { readArguments, usage } from './cli/arguments.ts'
import { bring } from './cli/bring.ts'
import { typedClipboard } from './cli/clipboard.ts'
import { login, tell } from './cli/login.ts'
import { openTerminal } from './cli/terminal.ts'
import { fail } from './contract/outcome.ts'
import type { About, FlowView } from './contract/views.ts'
import { isPracticeIssuer } from './core/clients/issuer.ts'
import { Latchkey } from './core/latchkey.ts'
import { openWorld } from './worlds.ts'

const exit = { done: 0, failed: 1, unclear: 2, owned: 3, interrupted: 130 } as const

declare const LATCHKEY_VERSION: string

const { env, platform, stdin, stdout } = process
const terminal = openTerminal({ input: stdin, output: stdout, env })
const clipboard = typedClipboard()
const dataFolder = dataFolderOf({ platform, env, home: homedir() })

async function run(request: LoginOptions | BringOptions): Promise<number> {
  const log = createLog({ folder: dataFolder, home: homedir() })
  const watchers = new Set<(flow: FlowView) => void>()
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Somebody who presses it twice will not wait for what is being stored.
      if (stop.signal.aborted) leave(exit.interrupted)
      stop.abort()
    })
  }
  const desktop = {
    ...clipboard.desktop,
    readSmallFile,
    machine: () => thisMachine(env),
  }
  const issuer = env['LATCHKEY_PRACTICE_ISSUER'] ?? ''
  const parts = {
    ...{ dataFolder, desktop, log },
    secretStore: createKeychain(),
    listener: createLoopbackListener({ random: systemRandom }),
    browser: {
      open: () => Promise.resolve(fail('browser-not-opened')),
      installed: () => Promise.resolve([]),
    },
    // A command is over before anybody closes the lid.
    wakes: { onResume: () => () => undefined, onScreenLock: null },
    systemProxy: () => Promise.resolve('DIRECT'),
    practiceIssuer: isPracticeIssuer(issuer) ? issuer : null,
  }
  const latchkey = new Latchkey(
    {
      about: about(),
      systemLanguage: () => 'en',
      // The comparison with the keychain is the app's: a command ends first.
      sweepAfterMs: 24 * 3_600_000,
      desktop,
      log,
      openWorld: (profile) => openWorld(profile, parts),
      send: (event, payload) => {
        if (event !== 'state.changed' || !('flows' in payload)) return
        for (const flow of payload.flows?.upsert ?? []) for (const watcher of watchers) watcher(flow)
      },
      onSettings: () => undefined,
    },
    request.profile,
  )
  try {
    const profile = await latchkey.profile()
    if (!profile.ok) {
      tell(terminal, profile.error)
      return profile.error.code === 'profile-owned' ? exit.owned : exit.failed
    }
    await profile.value.settled()
    const common = { handlers: latchkey.handlers, terminal }
    const watch = (watcher: (flow: FlowView) => void): (() => void) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    }
    const done =
      request.kind === 'import'
        ? await bring(common, { ...request, path: resolve(request.path) })
        : await login({ ...common, clipboard, watch, signal: stop.signal }, request)
    return done ? exit.done : exit.failed
  } finally {
    await latchkey.close()
  }
}

function about(): About {
  return {
    version: LATCHKEY_VERSION,
    // There is no browser engine in this process that could be too old.
    ...{ electron: '', chromium: '', realSignInAllowed: true },
    platform: platform === 'darwin' || platform === 'win32' ? platform : 'linux',
    dataFolder,
  }
}

async function main(): Promise<number> {
  const request = readArguments(process.argv.slice(2))
  if (request.kind === 'help') terminal.say(usage)
  if (request.kind === 'help') return exit.done
  if (request.kind !== 'unclear') return run(request)
  terminal.say(request.reason, '', usage)
  return exit.unclear
}

main()
  .catch((cause: unknown) => {
    terminal.say(fail('internal').error.message)
    createLog({ folder: dataFolder, home: homedir() }).error('agent-broke', cause)
    return exit.failed
  })
  .then(leave)
  .catch(() => undefined)

/** Gives the terminal back as it was, and ends whatever else may still wait. */
function leave(code: number): void {
  terminal.close()
  stdout.write('', () => process.exit(code))
}
