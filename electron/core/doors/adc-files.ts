/** Files of application default credentials on the disk: written for a lease, looked at, taken back. */
import type { AdcFileView } from '../../contract/doors.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { ProfileContext } from '../profile-context.ts'
import type { Secret } from '../secret.ts'
import type { LeaseRecord } from '../state/state.ts'
import type { AdcReading } from './adc-file.ts'
import { adcFileText, maxAdcBytes, readAdcFile } from './adc-file.ts'
import { KeptAside } from './kept-aside.ts'
import { isHandleOf } from './lease-handle.ts'

export interface WrittenFile {
  /** Where the file that was there before was kept aside; null where none was. */
  readonly keptAside: string | null
  /** The lease that the file before was of. */
  readonly replaced: string | null
}

export class AdcFiles {
  readonly #context: ProfileContext
  readonly #kept: KeptAside

  constructor(context: ProfileContext) {
    this.#context = context
    this.#kept = new KeptAside(context.ports.folder)
  }

  /** Where Google's libraries look, unless told. */
  pathOf(path: string | null): string {
    return path ?? this.#context.ports.foreignFiles.adcPath()
  }

  /** As it lies there now. */
  async look(path: string): Promise<Outcome<AdcFileView>> {
    const read = await this.#read(path)
    const keptAside = await this.#kept.of(path)
    if (!read.ok) {
      const nothing = { holdsSecret: false, leaseId: null }
      return ok({ path, found: 'unreadable', ...nothing, keptAside })
    }
    const { found, holdsSecret, leaseId } = read.value.reading
    return ok({ path, found, holdsSecret, leaseId, keptAside })
  }

  /**
   * Writes the file of a lease. Somebody else's file there is kept aside first, and put back when this fails; an older
   * one of ours is replaced. Errors: those of `ForeignFiles` and of the profile's folder.
   */
  async write(path: string, port: number, lease: LeaseRecord, handle: Secret): Promise<Outcome<WrittenFile>> {
    const { foreignFiles } = this.#context.ports
    const before = await this.#read(path)
    if (!before.ok) return before
    const { reading } = before.value
    const aside = reading.found === 'other' ? await this.#keepAside(path) : ok(await this.#kept.of(path))
    if (!aside.ok) return aside
    const text = adcFileText({ handle, port, quotaProject: lease.quotaProject })
    const written = await foreignFiles.write(path, text.reveal())
    if (!written.ok) {
      if (reading.found === 'other' && aside.value !== null) await this.#putBack(path, aside.value)
      return written
    }
    return ok({ keptAside: aside.value, replaced: reading.leaseId })
  }

  /**
   * Removes the file of a lease if it is still what was written, and puts the one back that was there before. Errors:
   * `foreign-file-changed`, and those of `ForeignFiles`.
   */
  async undo(path: string, lease: LeaseRecord): Promise<Outcome<null>> {
    const read = await this.#read(path)
    if (!read.ok) return read
    const { text, reading } = read.value
    if (reading.found !== 'none') {
      if (text === null || !this.#isOf(reading, text, lease)) return fail('foreign-file-changed', { path })
      const removed = await this.#context.ports.foreignFiles.remove(path, text)
      if (!removed.ok) return removed
    }
    const keptAside = await this.#kept.of(path)
    return keptAside === null ? ok() : this.#putBack(path, keptAside)
  }

  /** Byte for byte: the handle proves whose it is, and the rest follows from it. */
  #isOf({ handle, leaseId }: AdcReading, text: string, lease: LeaseRecord): boolean {
    if (handle === null || leaseId !== lease.leaseId || lease.handleHash === null) return false
    if (!isHandleOf(handle, lease.handleHash)) return false
    const port = this.#context.settings.current().doorPort
    if (port === null) return false
    return adcFileText({ handle, port, quotaProject: lease.quotaProject }).reveal() === text
  }

  async #read(
    path: string,
  ): Promise<Outcome<{ readonly reading: AdcReading; readonly text: string | null }>> {
    const bytes = await this.#context.ports.foreignFiles.read(path, maxAdcBytes)
    if (!bytes.ok) return bytes
    const text = bytes.value === null ? null : Buffer.from(bytes.value).toString('utf8')
    return ok({ reading: readAdcFile(bytes.value), text })
  }

  /** What lies there now is what goes back one day; an older one stays beside it. */
  async #keepAside(path: string): Promise<Outcome<string>> {
    const kept = await this.#context.ports.foreignFiles.keepAside(path)
    if (!kept.ok) return kept
    const noted = await this.#kept.note(path, kept.value)
    if (noted.ok) return kept
    await this.#putBack(path, kept.value)
    return noted
  }

  async #putBack(path: string, keptAside: string): Promise<Outcome<null>> {
    const back = await this.#context.ports.foreignFiles.putBack(keptAside, path)
    // Somebody took it away meanwhile: there is nothing left to put back.
    if (!back.ok && back.error.code !== 'not-found') return back
    return this.#kept.forget(path)
  }
}
