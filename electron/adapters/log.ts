/** A log of JSON lines in the data folder, redacted before anything is written, at most two files of 1 MiB. */
import { join } from 'node:path'
import electronLog from 'electron-log/node'
import type { Log, LogFields } from '../core/ports.ts'
import { redact } from './redaction.ts'

export interface LogOptions {
  /** Where `latchkey.log` is written, and `latchkey.old.log` beside it. */
  readonly folder: string
  /** The person's home folder, written as `~`. */
  readonly home: string
  /** Bytes after which the file is rotated. */
  readonly maxBytes?: number
}

export const logFile = 'latchkey.log'
const longestText = 4000

export function createLog({ folder, home, maxBytes = 1024 ** 2 }: LogOptions): Log {
  const logger = electronLog.create({ logId: folder })
  const { file, console: terminal } = logger.transports
  terminal.level = false
  file.resolvePathFn = () => join(folder, logFile)
  file.maxSize = maxBytes
  file.writeOptions = { flag: 'a', mode: 0o600, encoding: 'utf8' }
  file.transforms = [({ data }) => data as unknown[]]
  file.format = '{text}'

  const line = (level: string, event: string, fields: LogFields, cause?: object): string => {
    const entry = { at: new Date().toISOString(), level, event, ...fields, ...cause }
    return JSON.stringify(entry, (_key, value: unknown) =>
      typeof value === 'string' ? redact(value, home).slice(0, longestText) : value,
    )
  }
  return {
    info: (event, fields = {}) => {
      logger.info(line('info', event, fields))
    },
    warn: (event, fields = {}) => {
      logger.warn(line('warn', event, fields))
    },
    error: (event, cause, fields = {}) => {
      logger.error(line('error', event, fields, { cause: describeCause(cause) }))
    },
  }
}

/** What is known about an error, with the errors behind it. */
function describeCause(cause: unknown, depth = 0): object | string {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? cause : typeof cause
  const { name, message, stack = '' } = cause
  const { code } = cause as NodeJS.ErrnoException
  const behind =
    cause.cause !== undefined && depth < 3 ? { cause: describeCause(cause.cause, depth + 1) } : {}
  return { name, message, ...(code === undefined ? {} : { code }), stack, ...behind }
}
