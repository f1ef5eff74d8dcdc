import type { Log, LogFields } from '../../electron/core/ports.ts'

export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error'
  readonly event: string
  readonly fields: LogFields
  readonly cause?: unknown
}

export interface FakeLog extends Log {
  readonly entries: readonly LogEntry[]
}

export function fakeLog(): FakeLog {
  const entries: LogEntry[] = []
  return {
    entries,
    info(event, fields = {}) {
      entries.push({ level: 'info', event, fields })
    },
    warn(event, fields = {}) {
      entries.push({ level: 'warn', event, fields })
    },
    error(event, cause, fields = {}) {
      entries.push({ level: 'error', event, fields, cause })
    },
  }
}
