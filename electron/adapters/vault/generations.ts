/**
 * The secrets of one profile in files: the newest generation, and the one before it. A write is whole on the disk and
 * was read back before it takes the place of what was there, so that a crash at any step leaves one of the two.
 */
import { randomBytes } from 'node:crypto'
import { copyFile, link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ProfileName } from '../../contract/views.ts'
import { Secret } from '../../core/secret.ts'
import { renameWithPatience, syncFolder, writeDraft } from '../replace-file.ts'
import { saving, systemCode } from '../saving.ts'
import type { Seal } from './age-files.ts'

const format = 1

export interface VaultItem {
  readonly service: string
  readonly account: string
  readonly secret: Secret
}
export interface Generation {
  /** Counts the writes. It stands inside the encryption, so that nobody can pass an old file off as a newer one. */
  readonly number: number
  readonly items: readonly VaultItem[]
}
export interface GenerationPlace {
  readonly folder: string
  /** Stands inside the file too: one of the other profile is not taken for this one's. */
  readonly profile: ProfileName
}
export interface Reading {
  readonly generation: Generation
  /** The newest file was damaged or gone, and this is the one before it. */
  readonly older: boolean
  /** The generation before it still has something that this one has no more: a deletion that was stopped. */
  readonly lingering: boolean
}

const names = {
  current: 'secrets.age',
  previous: 'secrets.previous.age',
  draft: '.secrets.age.draft',
} as const
const previousDraft = '.secrets.previous.age.draft'

/**
 * Reads the newest generation, or the one before it where the newest is damaged or gone. Changes nothing.
 * Errors: `vault-damaged` when neither can be read or both are gone; `file-unreadable` when the system does not let
 * it be read, which says nothing about the file.
 */
export async function readGeneration(place: GenerationPlace, seal: Seal): Promise<Outcome<Reading>> {
  const current = await openFile(place, names.current, seal)
  const previous = await openFile(place, names.previous, seal)
  if (!current.ok) return current
  if (!previous.ok) return previous
  if (current.value === 'newer-format' || previous.value === 'newer-format') return fail('vault-damaged')
  const [newest, before] = [current.value, previous.value]
  // An older file in the newer one's place: somebody put files back, or mixed them up.
  if (newest && (!before || newest.number >= before.number)) {
    const lingering = before !== null && hasMore(before, newest)
    return ok({ generation: newest, older: false, lingering })
  }
  return before ? ok({ generation: before, older: true, lingering: false }) : fail('vault-damaged')
}

function hasMore(before: Generation, newest: Generation): boolean {
  const name = ({ service, account }: VaultItem): string => JSON.stringify([service, account])
  const there = new Set(newest.items.map(name))
  return before.items.some((item) => !there.has(name(item)))
}

async function openFile(
  { folder, profile }: GenerationPlace,
  name: string,
  seal: Seal,
): Promise<Outcome<Generation | 'newer-format' | null>> {
  const bytes = await readOrNull(join(folder, name))
  if (!bytes.ok) return bytes
  const plain = bytes.value && (await seal.decrypt(bytes.value))
  if (!plain) return ok(null)
  try {
    return ok(parsed(plain, profile))
  } finally {
    plain.fill(0)
  }
}

async function readOrNull(path: string): Promise<Outcome<Uint8Array | null>> {
  try {
    return ok(await readFile(path))
  } catch (cause) {
    return systemCode(cause) === 'ENOENT' ? ok(null) : fail('file-unreadable')
  }
}

export interface WriteOptions {
  /** The newest file is damaged: it is put aside, and does not take the place of the good one before it. */
  readonly keepAside: boolean
  /** Told before each step that reaches the disk; tests stop it there. */
  readonly onStep?: (step: WriteStep) => void | Promise<void>
}
export type WriteStep = 'draft' | 'read-back' | 'previous' | 'rename' | 'folder'

/**
 * Writes a generation and keeps the one before it. Only one process may do so at a time: the owner of the profile.
 * Errors: `disk-full`, `folder-read-only`, `save-failed`, `keychain-mismatch` when it reads back as something else.
 * After each of them the files are as they were, but for a disk that failed once the new one had its name: they are to
 * be read again.
 */
export async function writeGeneration(
  place: GenerationPlace,
  seal: Seal,
  generation: Generation,
  { keepAside, onStep = () => undefined }: WriteOptions,
): Promise<Outcome<null>> {
  const at = (name: string): string => join(place.folder, name)
  const plain = Buffer.from(serialised(place.profile, generation))
  const written = await saving(async () => {
    const made = await mkdir(place.folder, { recursive: true, mode: 0o700 })
    if (made !== undefined) await syncFolder(join(made, '..'))
    await onStep('draft')
    await writeDraft(at(names.draft), await seal.encrypt(plain))
    await onStep('read-back')
    if (!(await readsBack(at(names.draft), seal, plain))) return false
    await onStep('previous')
    if (keepAside) await putAside(place.folder)
    else await keepPrevious(place.folder)
    await onStep('rename')
    await renameWithPatience(at(names.draft), at(names.current))
    await onStep('folder')
    await syncFolder(place.folder)
    return true
  })
  plain.fill(0)
  if (written.ok && written.value) return ok()
  await unlink(at(names.draft)).catch(() => undefined)
  return written.ok ? fail('keychain-mismatch') : written
}

async function readsBack(path: string, seal: Seal, plain: Uint8Array): Promise<boolean> {
  const read = await seal.decrypt(await readFile(path))
  const same = read !== null && Buffer.compare(read, plain) === 0
  read?.fill(0)
  return same
}

/** The newest file under the name of the one before it too: at no moment is there none under its own. */
async function keepPrevious(folder: string): Promise<void> {
  const [current, draft] = [join(folder, names.current), join(folder, previousDraft)]
  await unlink(draft).catch(() => undefined)
  try {
    await link(current, draft)
  } catch (cause) {
    const code = systemCode(cause)
    if (code === 'ENOENT') return
    if (['ENOSPC', 'EDQUOT', 'EROFS'].includes(code)) throw cause
    // Disks without hard links.
    await copyFile(current, draft)
    await syncFile(draft)
  }
  await renameWithPatience(draft, join(folder, names.previous))
}

/** The damaged file may still be of use to somebody; the good one before it stays where it is. */
async function putAside(folder: string): Promise<void> {
  const aside = join(folder, `secrets.damaged-${randomBytes(4).toString('hex')}.age`)
  try {
    await renameWithPatience(join(folder, names.current), aside)
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw cause
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function serialised(profile: ProfileName, { number, items }: Generation): string {
  const rows = items.map(({ service, account, secret }) => [service, account, secret.reveal()])
  return JSON.stringify({ format, profile, generation: number, items: rows })
}

function parsed(bytes: Uint8Array, profile: ProfileName): Generation | 'newer-format' | null {
  const file = parsedJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  if (typeof file !== 'object' || file === null) return null
  const fields = file as Readonly<Record<string, unknown>>
  if (typeof fields['format'] === 'number' && fields['format'] > format) return 'newer-format'
  const { generation, items } = fields
  if (fields['format'] !== format || fields['profile'] !== profile) return null
  if (!Number.isSafeInteger(generation) || !Array.isArray(items) || !items.every(isRow)) return null
  return {
    number: generation as number,
    items: items.map(([service, account, text]) => ({ service, account, secret: new Secret(text) })),
  }
}

function isRow(row: unknown): row is readonly [string, string, string] {
  return Array.isArray(row) && row.length === 3 && row.every((part) => typeof part === 'string')
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
