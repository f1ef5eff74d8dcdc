/** Makes the real clients ready, before the tests that start them; `LATCHKEY_CLIENTS` says which there are. */
import { prepareClients } from './setup/clients.mjs'

export default async function setup() {
  process.env['LATCHKEY_CLIENTS'] = JSON.stringify(await prepareClients())
}
