/** A file with further certificate authorities, for networks whose proxy opens TLS and signs it anew. */
import { X509Certificate } from 'node:crypto'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { Desktop } from '../ports.ts'

/** What `readSmallFile` reads at most, bytes; a longer file arrives cut off. */
const maxCaFileBytes = 65_536

const block = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/** A file that the person picks, by its path, after a look inside; null when they closed the dialog. Errors: those of `readCaFile`. */
export async function pickedCaFile(desktop: Desktop): Promise<Outcome<string | null>> {
  const path = await desktop.pickFile('ca-file')
  if (path === null) return ok(null)
  const read = await readCaFile(desktop, path)
  return read.ok ? ok(path) : read
}

/**
 * The certificates of a PEM file, one after the other, without anything else that stands in it (often comments,
 * sometimes a private key). Each of them must be readable: one that is not would be missing silently later.
 * Errors: `file-unreadable`, `ca-file-invalid`.
 */
export async function readCaFile(desktop: Desktop, path: string): Promise<Outcome<string>> {
  const bytes = await desktop.readSmallFile(path)
  if (!bytes.ok) return bytes
  if (bytes.value.byteLength > maxCaFileBytes) return fail('ca-file-invalid')
  const blocks = Buffer.from(bytes.value).toString('latin1').match(block) ?? []
  if (blocks.length === 0 || !blocks.every(isCertificate)) return fail('ca-file-invalid')
  return ok(`${blocks.join('\n')}\n`)
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.byteLength > 0
  } catch {
    return false
  }
}
