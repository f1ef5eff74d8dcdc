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
    // With our file gone, the lease that it was of is what the earlier one is put back by.
    const writer = found === 'none' && keptAside !== null ? this.#leaseOf(path) : leaseId
    return ok({ path, found, holdsSecret, leaseId: writer, keptAside })
  }

  /**
   * Writes the file of a lease. Whatever is not provably of a lease of this profile is kept aside first, and put back
   * when this fails. Errors: those of `ForeignFiles` and of the profile's folder.
   */
  async write(path: string, port: number, lease: LeaseRecord, handle: Secret): Promise<Outcome<WrittenFile>> {
    const { foreignFiles } = this.#context.ports
    const before = await this.#read(path)
    if (!before.ok) return before
    const { reading } = before.value
    const ours = this.#proven(reading)
    const inTheWay = reading.found !== 'none' && ours === null
    const aside = inTheWay ? await this.#keepAside(path) : ok(await this.#kept.of(path))
    if (!aside.ok) return aside
    const text = adcFileText({ handle, port, quotaProject: lease.quotaProject })
    const written = await foreignFiles.write(path, text.reveal())
    if (!written.ok) {
      if (inTheWay && aside.value !== null) await this.#putBack(path, aside.value)
      return written
    }
    // A copy of it elsewhere was replaced, not the file itself.
    return ok({ keptAside: aside.value, replaced: ours?.file === path ? ours.leaseId : null })
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
  #isOf(reading: AdcReading, text: string, lease: LeaseRecord): boolean {
    const { handle } = reading
    if (handle === null || this.#proven(reading)?.leaseId !== lease.leaseId) return false
    const port = this.#context.settings.current().doorPort
    if (port === null) return false
    return adcFileText({ handle, port, quotaProject: lease.quotaProject }).reveal() === text
  }

  /** The lease of this profile whose handle a file holds. An id alone could be anybody's, or another profile's. */
  #proven({ handle, leaseId }: AdcReading): LeaseRecord | null {
    const lease = this.#context.ledger.state().leases.get(leaseId ?? '')
    return handle && lease?.handleHash && isHandleOf(handle, lease.handleHash) ? lease : null
  }

  /** The latest that was given a file there. */
  #leaseOf(path: string): string | null {
    const leases = [...this.#context.ledger.state().leases.values()]
    const there = leases.filter(({ door, file }) => door === 'adc' && file === path)
    return there[there.length - 1]?.leaseId ?? null
  }

  async #read(
    path: string,
  ): Promise<Outcome<{ readonly reading: AdcReading; readonly text: string | null }>> {
    const bytes = await this.#context.ports.foreignFiles.read(path, maxAdcBytes)
    if (!bytes.ok) return bytes
    const text = bytes.value === null ? null : Buffer.from(bytes.value).toString('utf8')
    return ok({ reading: readAdcFile(bytes.value), text })
  }

  /**
   * What lies there now is what goes back one day; an older one stays beside it. Where it goes is noted first: killed in
   * between, the next one still knows it.
   */
  async #keepAside(path: string): Promise<Outcome<string>> {
    const { foreignFiles } = this.#context.ports
    const aside = await foreignFiles.freeNameBeside(path)
    if (!aside.ok) return aside
    const older = await this.#kept.of(path)
    const noted = await this.#kept.note(path, aside.value)
    if (!noted.ok) return noted
    const kept = await foreignFiles.keepAside(path, aside.value)
    if (kept.ok) return aside
    await (older === null ? this.#kept.forget(path) : this.#kept.note(path, older))
    return kept
  }

  async #putBack(path: string, keptAside: string): Promise<Outcome<null>> {
    const back = await this.#context.ports.foreignFiles.putBack(keptAside, path)
    // Somebody took it away meanwhile: there is nothing left to put back.
    if (!back.ok && back.error.code !== 'not-found') return back
    return this.#kept.forget(path)
  }
}
