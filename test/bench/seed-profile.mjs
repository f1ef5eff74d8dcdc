/**
 * Fills the real profile of a data folder as so many sign-ins would: through the real ledger and, where wanted, the
 * real keychain of the session this runs in. Run by the benchmarks inside their private session:
 *
 *   node seed-profile.mjs FOLDER ACCOUNTS [--secrets]
 */
import fs from 'node:fs'
import path from 'node:path'
import { createKeychain } from '../../electron/adapters/keychain.ts'
import { systemClock } from '../../electron/adapters/clock.ts'
import { openProfileFolder } from '../../electron/adapters/profile-folder.ts'
import { systemRandom } from '../../electron/adapters/random.ts'
import { accountIdOf } from '../../electron/core/accounts/identity.ts'
import { openLedger } from '../../electron/core/ledger/ledger.ts'
import { Secret } from '../../electron/core/secret.ts'
import { putSecret, secretServices } from '../../electron/core/secrets.ts'
import { stateFold } from '../../electron/core/state/state-fold.ts'

const issuer = 'https://accounts.google.com'
const clientId = '100000000001-bench.apps.googleusercontent.com'
const scopes = ['openid', 'email', 'https://www.googleapis.com/auth/drive.readonly']
const log = { info() {}, warn() {}, error() {} }

/** @param {number} number */
function identityOf(number) {
  const sub = String(100_000_000_000 + number)
  const email = `account-${String(number).padStart(4, '0')}@example.com`
  return {
    accountId: accountIdOf(issuer, sub),
    issuer,
    sub,
    email,
    name: `Person ${number}`,
    hostedDomain: null,
  }
}

/** @param {string} tokenId @param {number} number */
function signIn(tokenId, number) {
  const identity = identityOf(number)
  const intent = { ...identity, tokenId, clientId, asked: scopes, granted: scopes, expiresAt: null }
  return [
    { type: 'token.intended', data: intent },
    { type: 'account.signedIn', data: identity },
    { type: 'token.minted', data: { tokenId } },
  ]
}

const clientAdded = {
  type: 'client.added',
  data: {
    ...{ clientId, kind: 'installed', projectId: 'bench', label: 'Bench' },
    ...{ redirectUris: ['http://localhost'], javascriptOrigins: [] },
  },
}

/** @param {{ ok: boolean, value?: any, error?: { code: string } }} outcome */
function valueOf(outcome) {
  if (!outcome.ok) throw new Error(`the data folder could not be filled: ${outcome.error?.code}`)
  return outcome.value
}

/** @param {readonly string[]} tokenIds */
async function keepSecrets(tokenIds) {
  const keychain = createKeychain()
  const services = secretServices('real')
  const put = async (service, account) =>
    valueOf(await putSecret(keychain, service, account, new Secret(systemRandom.token(32))))
  await put(services.clientSecret, clientId)
  for (const tokenId of tokenIds) await put(services.refreshToken, tokenId)
}

async function seed(dataFolder, accounts, withSecrets) {
  fs.mkdirSync(path.join(dataFolder, 'profiles'), { recursive: true, mode: 0o700 })
  const folder = valueOf(await openProfileFolder(path.join(dataFolder, 'profiles/real')))
  const opening = await openLedger({ profile: 'real', folder, clock: systemClock, fold: stateFold, log })
  if (opening.kind !== 'open') throw new Error(`the ledger is ${opening.kind}`)
  const tokenIds = Array.from({ length: accounts }, () => systemRandom.token(16))
  valueOf(await opening.ledger.append([clientAdded]))
  for (const [index, tokenId] of tokenIds.entries()) {
    valueOf(await opening.ledger.append(signIn(tokenId, index + 1)))
  }
  if (withSecrets) await keepSecrets(tokenIds)
  await opening.ledger.close()
}

const [dataFolder, accounts, secrets] = process.argv.slice(2)
await seed(dataFolder, Number(accounts), secrets === '--secrets')
