/**
 * A main process for tests of the shell alone: the real shell, with handlers that only note that they were
 * called. What the test wants to know of main it reads from `globalThis.fixture`.
 */
import { mkdirSync } from 'node:fs'
import { BrowserWindow } from 'electron'
import type { CommandHandlers } from '../../../electron/contract/answer.ts'
import type { CommandName } from '../../../electron/contract/commands.ts'
import { commands } from '../../../electron/contract/commands.ts'
import { ok } from '../../../electron/contract/outcome.ts'
import type { RunningShell } from '../../../electron/shell/shell.ts'
import { startShell } from '../../../electron/shell/shell.ts'

export interface Fixture {
  readonly calls: { command: string; params: unknown }[]
  readonly faults: string[]
  readonly refusals: { code: string; command: string }[]
  readonly savedStates: unknown[]
  readonly shell: RunningShell | null
}

interface FixtureSettings {
  readonly rendererRoot: string
  readonly preload: string
  readonly dataFolder: string
  readonly windowState?: unknown
  readonly theme?: 'system' | 'light' | 'dark'
  readonly quitDelayMs?: number
  /** Closes the window as the person would, once it is there. */
  readonly closeWhenShown?: boolean
}

const settings = JSON.parse(process.env['LATCHKEY_SHELL_FIXTURE'] ?? '{}') as FixtureSettings
const calls: Fixture['calls'] = []
const faults: string[] = []
const refusals: Fixture['refusals'] = []
const savedStates: unknown[] = []

function noteCalls(): CommandHandlers {
  const note = (command: CommandName) => async (params: unknown) => {
    calls.push({ command, params })
    return ok()
  }
  const entries = (Object.keys(commands) as CommandName[]).map((command) => [command, note(command)])
  return Object.fromEntries(entries) as CommandHandlers
}

const handlers = noteCalls()
mkdirSync(settings.dataFolder, { recursive: true })
const shell = startShell({
  rendererRoot: settings.rendererRoot,
  preload: settings.preload,
  dataFolder: settings.dataFolder,
  handlers: () => handlers,
  profile: () => 'practice',
  settings: () => ({ theme: settings.theme ?? 'light', language: 'en' }),
  loadWindowState: () => settings.windowState ?? null,
  saveWindowState: (state) => savedStates.push(state),
  beforeQuit: async () => {
    await new Promise((resolve) => {
      setTimeout(resolve, settings.quitDelayMs ?? 0)
    })
    process.stdout.write('closed the ledger\n')
  },
  onShown: () => {
    process.stdout.write('shown\n')
    if (settings.closeWhenShown) setImmediate(() => BrowserWindow.getAllWindows()[0]?.close())
  },
  onFault: (what, cause) => faults.push(`${what}: ${String(cause)}`),
  onRefusal: (refusal) => refusals.push({ ...refusal }),
})
const fixture: Fixture = { calls, faults, refusals, savedStates, shell }
Object.assign(globalThis, { fixture })
