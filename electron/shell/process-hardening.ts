/** What is switched off for the whole process before Electron is ready. */
import { writeFileSync } from 'node:fs'
import type { App, CommandLine } from 'electron'

/** Switches of Chromium and why each is set. */
const switches: readonly (readonly [name: string, value?: string])[] = [
  // Chromium's own cookie encryption would open a keychain prompt under our name. We keep nothing in Chromium.
  ['password-store', 'basic'],
  ['use-mock-keychain'],
  // Field trials, component updates, reliability reports: requests nobody asked for.
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-domain-reliability'],
  ['no-pings'],
  // No name is ever looked up by Chromium; what main fetches goes through Node.
  ['host-resolver-rules', 'MAP * ~NOTFOUND'],
]

/**
 * Hardens the process. Chromium's sandbox for every renderer, whatever a window says; no crash reporter is
 * started, and on Linux a core dump of this process, the only one that holds secrets, would hold no memory.
 */
export function hardenProcess(
  app: Pick<App, 'enableSandbox'>,
  commandLine: Pick<CommandLine, 'appendSwitch' | 'hasSwitch'>,
  userId: number | undefined,
): void {
  withholdCoreDumps()
  if (!runsWithoutSandbox(commandLine, userId)) app.enableSandbox()
  for (const [name, value] of switches) {
    if (value === undefined) commandLine.appendSwitch(name)
    else commandLine.appendSwitch(name, value)
  }
}

/**
 * Root on Linux has no Chromium sandbox and must say so with `--no-sandbox`; `enableSandbox` would take that word
 * back and no renderer would start. For everybody else the switch is overruled.
 */
function runsWithoutSandbox(
  commandLine: Pick<CommandLine, 'hasSwitch'>,
  userId: number | undefined,
): boolean {
  return userId === 0 && commandLine.hasSwitch('no-sandbox')
}

/**
 * A core file would be a copy of every token in memory (the filter is described in core(5)). Where it cannot be
 * set, nothing is lost but this precaution.
 */
function withholdCoreDumps(): void {
  if (process.platform !== 'linux') return
  try {
    writeFileSync('/proc/self/coredump_filter', '0')
  } catch {
    // A kernel without this file, or a container that forbids it.
  }
}
