/** A process that takes the lock of the folder named in its arguments when told to, says so, and holds it. */
import { createInterface } from 'node:readline'
import { openProfileFolder } from '../../electron/adapters/profile-folder.ts'

const [, , path = ''] = process.argv
createInterface({ input: process.stdin }).once('line', () => {
  void takeLock()
})

async function takeLock(): Promise<void> {
  const folder = await openProfileFolder(path)
  const lock = folder.ok ? await folder.value.lock() : folder
  process.stdout.write(lock.ok ? 'owner\n' : `${lock.error.code}\n`)
}
