/** What goes on for as long as the caller stays: every change of the profile, and the lines of its ledger. */
import type { Snapshot } from '../../../contract/views.ts'
import { ledgerFile } from '../../ledger/continue.ts'
import type { AppendFile, DoorAnswer, DoorRequest, ProfileFolder } from '../../ports.ts'
import type { Watchers } from '../watchers.ts'
import { refusal } from './error-answer.ts'

export interface WatchParts {
  readonly watchers: Watchers
  readonly folder: ProfileFolder
  /** Where the last whole line of the ledger ends, bytes. */
  ledgerEnd(): number
  snapshot(): Snapshot
}

const headers = {
  'content-type': 'application/x-ndjson',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const

/** `/v1/events`: a snapshot, then each change. It ends where the caller falls far behind; then it starts anew. */
export function eventsRoute({ watchers, snapshot }: WatchParts, { signal }: DoorRequest): DoorAnswer {
  const told = watchers.watch(signal)
  const first = snapshot()
  return { status: 200, headers, body: lines() }

  async function* lines(): AsyncGenerator<string> {
    yield line({ snapshot: first })
    for await (const one of told) {
      // What the snapshot has already was told while it was made.
      if ('delta' in one && one.delta.revision <= first.revision) continue
      yield line(one)
      // From here on revisions are of another world.
      if ('reset' in one) return
    }
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}

/** More are read from the beginning. */
const mostLast = 10_000

interface WantedLines {
  /** Null: all of them. */
  readonly last: number | null
  readonly follow: boolean
}

/** `/v1/ledger`: its lines as they stand in the file; `last` so many of them, `follow` goes on with those to come. */
export function ledgerRoute(parts: WatchParts, { query, signal }: DoorRequest): DoorAnswer {
  const last = query.get('last')
  if (last !== null && !/^\d{1,7}$/.test(last))
    return refusal('params-invalid', { reason: 'last should be a number of lines' })
  const wanted = {
    last: last === null ? null : Math.min(Number(last), mostLast),
    follow: query.get('follow') === '1',
  }
  return { status: 200, headers, body: openedLines(parts, wanted, signal) }
}

/** The file is opened by whoever reads, so that a caller who is gone by then leaves none open. */
async function* openedLines(
  parts: WatchParts,
  wanted: WantedLines,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const opened = await parts.folder.openAppendFile(ledgerFile)
  if (opened.ok) yield* ledgerLines(parts, opened.value, wanted, signal)
  else yield line({ error: opened.error })
}

async function* ledgerLines(
  { watchers, ledgerEnd }: WatchParts,
  file: AppendFile,
  { last, follow }: WantedLines,
  signal: AbortSignal,
): AsyncGenerator<string> {
  try {
    let from = ledgerEnd()
    if (last === null) yield* textBetween(file, 0, from)
    else if (last > 0) yield* await lastLines(textBetween(file, 0, from), last)
    if (!follow) return
    while (await watchers.ledgerBeyond(from, ledgerEnd, signal)) {
      const end = ledgerEnd()
      yield* textBetween(file, from, end)
      from = end
    }
  } finally {
    await file.close()
  }
}

async function* textBetween(file: AppendFile, from: number, to: number): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let left = to - from
  for await (const chunk of file.read(from)) {
    if (left <= 0) break
    yield decoder.decode(chunk.subarray(0, left), { stream: true })
    left -= chunk.length
  }
}

async function lastLines(chunks: AsyncIterable<string>, count: number): Promise<readonly string[]> {
  let kept: string[] = []
  let open = ''
  for await (const chunk of chunks) {
    const parts = (open + chunk).split('\n')
    open = parts.pop() ?? ''
    kept.push(...parts.map((part) => `${part}\n`))
    if (kept.length > count) kept = kept.slice(-count)
  }
  return kept
}
