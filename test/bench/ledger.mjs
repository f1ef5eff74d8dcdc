/**
 * What the ledger costs beside the bare thing: an append against a bare append and fsync of the same bytes, and
 * folding 100,000 lines against a bare JSON.parse of the same lines. Rounds alternate; nothing is asserted.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openProfileFolder } from '../../electron/adapters/profile-folder.ts'
import { ledgerFile } from '../../electron/core/ledger/continue.ts'
import { openLedger } from '../../electron/core/ledger/ledger.ts'
import { stateFold } from '../../electron/core/state/state-fold.ts'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'latchkey-bench-'))
const clock = { now: () => Date.now(), offsetMs: () => 0 }
const log = { info() {}, warn() {}, error() {} }

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const summary = (values, digits) =>
  `${median(values).toFixed(digits)} [${Math.min(...values).toFixed(digits)}-${Math.max(...values).toFixed(digits)}]`
const timed = async (work) => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function open(name) {
  const folder = await openProfileFolder(path.join(root, name))
  if (!folder.ok) throw new Error(folder.error.code)
  const opening = await openLedger({ profile: 'practice', folder: folder.value, clock, fold: stateFold, log })
  if (opening.kind !== 'open') throw new Error(`${opening.kind} ${opening.reason ?? ''}`)
  return opening.ledger
}

const scopes = ['openid', 'https://www.googleapis.com/auth/drive.readonly']
const scopeFields = { asked: scopes, granted: scopes, expiresAt: null }

/** A sign-in as it is written: what is intended, then that it was kept. */
function signIn(number) {
  const tokenId = `token_${String(number).padStart(8, '0')}`
  const sub = String(100_000 + (number % 50))
  const identity = {
    accountId: `account_${sub}`,
    issuer: 'https://accounts.google.com',
    sub,
    email: `${sub}@gmail.com`,
  }
  const person = { ...identity, name: 'Ada Lovelace', hostedDomain: null }
  const intended = {
    ...person,
    tokenId,
    clientId: 'bench-client',
    ...scopeFields,
  }
  return [
    { type: 'token.intended', data: intended },
    { type: 'account.signedIn', data: person },
    { type: 'token.minted', data: { tokenId } },
  ]
}

async function benchAppend(rounds, appends) {
  const ledger = await open('append')
  const handle = await fs.promises.open(path.join(root, 'bare'), 'a')
  const descriptor = fs.openSync(path.join(root, 'bare-sync'), 'a')
  const times = { ledger: [], bare: [], sync: [] }
  for (let round = 0; round < rounds; round += 1) {
    const events = Array.from({ length: appends }, (_, index) => signIn(round * appends + index)[0])
    const size = fs.statSync(path.join(root, 'append', ledgerFile)).size
    const ours = await timed(async () => {
      for (const event of events) {
        const kept = await ledger.append([event])
        if (!kept.ok) throw new Error(kept.error.code)
      }
    })
    const lines = fs
      .readFileSync(path.join(root, 'append', ledgerFile))
      .subarray(size)
      .toString()
      .split(/(?<=\n)/)
    const bare = await timed(async () => {
      for (const line of lines) {
        await handle.write(Buffer.from(line))
        await handle.sync()
      }
    })
    const sync = await timed(() => {
      for (const line of lines) {
        fs.writeSync(descriptor, Buffer.from(line))
        fs.fsyncSync(descriptor)
      }
    })
    times.ledger.push((ours / appends) * 1000)
    times.bare.push((bare / appends) * 1000)
    times.sync.push((sync / appends) * 1000)
  }
  await ledger.close()
  console.log(`append, one event, µs          ${summary(times.ledger, 0)}   (${rounds} rounds of ${appends})`)
  console.log(
    `  bare append + fsync          ${summary(times.bare, 0)}   ratio ${(median(times.ledger) / median(times.bare)).toFixed(2)} (wanted ≤ 1.5)`,
  )
  console.log(
    `  the same, blocking           ${summary(times.sync, 0)}   ratio ${(median(times.ledger) / median(times.sync)).toFixed(2)}`,
  )
}

async function benchFold(rounds, lines) {
  const writing = await open('fold')
  // Three lines a sign-in, in batches, because that fills the file sooner; a fold reads each line the same way.
  for (let number = 0; number < lines / 3; number += 500) {
    const events = Array.from({ length: 500 }, (_, index) => signIn(number + index)).flat()
    await writing.append(events)
  }
  const file = path.join(root, 'fold', ledgerFile)
  const snapshot = path.join(root, 'fold', 'ledger-snapshot.json')
  await writing.close()
  const times = { fold: [], parse: [], snapshot: [], verify: [] }
  for (let round = 0; round < rounds; round += 1) {
    let ledger
    times.snapshot.push(
      await timed(async () => {
        ledger = await open('fold')
      }),
    )
    times.verify.push(await timed(() => ledger.verify()))
    await ledger.close()
    fs.rmSync(snapshot)
    times.fold.push(
      await timed(async () => {
        ledger = await open('fold')
      }),
    )
    await ledger.append(signIn(lines + round))
    await ledger.close()
    times.parse.push(
      await timed(() => {
        for (const line of fs.readFileSync(file, 'utf8').split('\n')) if (line !== '') JSON.parse(line)
      }),
    )
  }
  const bytes = fs.statSync(file).size
  console.log(
    `fold of ${lines} lines, ms       ${summary(times.fold, 0)}   (${rounds} rounds, ${(bytes / lines).toFixed(0)} bytes a line)`,
  )
  console.log(
    `  bare read + JSON.parse       ${summary(times.parse, 0)}   ratio ${(median(times.fold) / median(times.parse)).toFixed(2)} (wanted ≤ 2)`,
  )
  console.log(`  start from the snapshot      ${summary(times.snapshot, 0)}`)
  console.log(`  verify the whole chain       ${summary(times.verify, 0)}`)
}

try {
  console.log(`ledger, Node ${process.versions.node}, median [min-max]`)
  await benchAppend(7, 300)
  await benchFold(7, 100_000)
} finally {
  fs.rmSync(root, { recursive: true, force: true })
}
