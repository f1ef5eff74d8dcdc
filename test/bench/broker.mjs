/**
 * A practice profile with somebody signed in and its doors open, in a process of its own. Says where the doors are, then
 * does what each line of its input says and answers with a line of JSON: `expire` ends every access token, `slow MS` and
 * `prompt` set how long Google takes, `refreshes` counts the access tokens that Google ever made.
 */
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openClientWorld } from '../clients/client-world.ts'
import { asha } from '../support/real-google.ts'

const world = await openClientWorld()
const accountId = await world.arrive(asha)
// What is checked unasked would be counted among the refreshes.
await world.profile.get('settings.update', { checkEvery: 'never' })
const given = await world.door.lease({ door: 'http', label: 'bench', accountId })
const adcFile = join(world.home, 'adc.json')
await world.door.lease({ door: 'adc', label: 'bench', accountId, file: adcFile })
const { socket, local, http } = await world.door.announcement()

const acts = {
  expire: () => world.endTokens(),
  slow: (ms) => world.google.control.setFault({ kind: 'latency', ms: Number(ms) }, null),
  allow: async () => void (await world.door.answerNext('always')),
  prompt: () => world.google.control.clearFaults(),
  refreshes: () => world.google.issued.filter(({ kind }) => kind === 'access-token').length,
}

const { dataFolder, home, env } = world
const places = { socket, local, http, handle: given.handle, adcFile, dataFolder, home, env }
process.stdout.write(`${JSON.stringify(places)}\nready\n`)
for await (const line of createInterface({ input: process.stdin })) {
  const [act, ...words] = line.split(' ')
  const result = (await acts[act](...words)) ?? null
  process.stdout.write(`${JSON.stringify({ result })}\n`)
}
await world.close()
process.exit(0)
