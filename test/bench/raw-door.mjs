/** Doors without anybody behind them: a socket and a port that answer everything with the text named second. */
import { createDoorListener } from '../../electron/adapters/doors/door-listener.ts'

const [dataFolder = '', body = ''] = process.argv.slice(2)
const listener = createDoorListener({ dataFolder, profile: 'practice' })
const answer = async () => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body })
const doors = [
  await listener.open({ kind: 'socket', name: 'door' }, answer),
  await listener.open({ kind: 'port', port: null }, answer),
]
const addresses = doors.map((door) => (door.ok ? door.value.address : door.error.code))
process.stdout.write(`${JSON.stringify(addresses)}\nready\n`)
