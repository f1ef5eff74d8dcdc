/**
 * The folded state at one place of the ledger, so that a start reads only what came after. It is never the
 * truth: a snapshot that is missing, old, damaged or not of this file is left aside and everything is folded
 * again.
 */
import { createHash } from 'node:crypto'
import type { Head } from './scan.ts'

/** The version of the snapshot's form that this code writes, and the newest that it reads. */
export const snapshotVersion = 1

export interface Snapshot {
  readonly profile: string
  readonly foldVersion: number
  readonly head: Head
  /** What `Fold.encode` gave. */
  readonly state: unknown
}

const stateKey = ',"state":'

/** The text of the snapshot file. The state stands last, under a checksum of its own text. */
export function encodeSnapshot(snapshot: Snapshot): string {
  const { profile, foldVersion, head } = snapshot
  const state = JSON.stringify(snapshot.state)
  const frame = { version: snapshotVersion, foldVersion, profile, ...head, check: checksum(state) }
  return `${JSON.stringify(frame).slice(0, -1)}${stateKey}${state}}\n`
}

/** Reads a snapshot; `newer` when a later version wrote it, null when it is of no use. */
export function decodeSnapshot(text: string): Snapshot | 'newer' | null {
  const cut = text.indexOf(stateKey)
  const frame = cut === -1 ? null : readObject(`${text.slice(0, cut)}}`)
  if (!frame) return null
  const { version, foldVersion, profile, seq, hash, offset, lineStart, check } = frame
  if (typeof version === 'number' && version > snapshotVersion) return 'newer'
  if (version !== snapshotVersion || typeof foldVersion !== 'number' || typeof profile !== 'string')
    return null
  if (!isPlace(seq) || !isPlace(offset) || !isPlace(lineStart) || typeof hash !== 'string') return null
  if (lineStart >= offset) return null
  const state = text.slice(cut + stateKey.length, text.lastIndexOf('}'))
  if (check !== checksum(state)) return null
  return { profile, foldVersion, head: { seq, hash, offset, lineStart }, state: JSON.parse(state) as unknown }
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function readObject(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function isPlace(json: unknown): json is number {
  return typeof json === 'number' && Number.isSafeInteger(json) && json >= 0
}
