/** A process that appends pairs of entries to the ledger in the folder of its arguments and says which are kept. */
import { systemClock } from '../../electron/adapters/clock.ts'
import { openProfileFolder } from '../../electron/adapters/profile-folder.ts'
import { openLedger } from '../../electron/core/ledger/ledger.ts'
import { fakeLog } from './fake-log.ts'
import { note, noteFold } from './note-fold.ts'

const [, , path = '', first = '0'] = process.argv

async function run(): Promise<void> {
  const opened = await openProfileFolder(path)
  if (!opened.ok) throw new Error(opened.error.code)
  const folder = opened.value
  const opening = await openLedger({
    profile: 'practice',
    folder,
    clock: systemClock,
    fold: noteFold,
    log: fakeLog(),
  })
  if (opening.kind !== 'open') throw new Error(opening.kind)
  for (let number = Number(first); ; number += 1) {
    const text = `${number} ${'x'.repeat(500)}`
    const kept = await opening.ledger.append([note(text), note(text)])
    if (!kept.ok) throw new Error(kept.error.code)
    process.stdout.write(`${number}\n`)
  }
}

void run()
