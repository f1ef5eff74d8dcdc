/** What all tests with real clients share: an open practice profile with people signed in, and its doors. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from './program.ts'
import { bareEnvironment } from './program.ts'
import type { DoorUser } from './door-user.ts'
import { doorUser } from './door-user.ts'
import { keyringMissing, startKeyring } from '../support/keyring.ts'
import type { Person, RealGoogle } from '../support/real-google.ts'
import { startRealGoogle } from '../support/real-google.ts'
import type { RealProfile } from '../support/real-profile.ts'
import { filesBelow, openRealProfile, temporaryFolder } from '../support/real-profile.ts'

export const emailScope = 'https://www.googleapis.com/auth/userinfo.email'

export interface ClientWorld {
  readonly google: RealGoogle
  readonly profile: RealProfile
  readonly door: DoorUser
  /** Practice Google's userinfo endpoint. */
  readonly userinfo: string
  readonly dataFolder: string
  /** The home folder of the clients: nothing lies in it but what a test puts there. */
  readonly home: string
  /** Where clients find nothing but programs and their home. */
  readonly env: Environment
  /** Signs somebody in with these scopes; answers the account's id. */
  arrive(who: Person, scopes?: readonly string[]): Promise<string>
  /** Whom practice Google takes an access token for, now; null where it does not take it. */
  ownerOf(accessToken: string): Promise<string | null>
  /** Moves the clocks of Google and of the profile past the end of every access token. */
  endTokens(): Promise<void>
  /** The text holds one of the refresh tokens or client secrets that Google ever made: which kind, else null. */
  lastingSecretIn(text: string): string | null
  /** The same of all files of the clients. */
  lastingSecretInFiles(): Promise<string | null>
  close(): Promise<void>
}

/** Why the doors cannot be opened here, or null. */
export const doorsMissing = keyringMissing()
if (doorsMissing !== null) console.log(`real clients skipped: ${doorsMissing}`)

const hourMs = 3600 * 1000

/** One for a whole file: a process keeps to the keyring that it sees first. */
export async function openClientWorld(): Promise<ClientWorld> {
  const keyring = await startKeyring('unlocked')
  process.env['DBUS_SESSION_BUS_ADDRESS'] = keyring.env['DBUS_SESSION_BUS_ADDRESS']
  const google = await startRealGoogle()
  const folder = await temporaryFolder()
  const dataFolder = join(folder.path, 'data')
  const home = join(folder.path, 'home')
  await mkdir(home)
  const opened = await openRealProfile({ dataFolder, issuer: google.issuer })
  if (!opened.ok) throw new Error(opened.error.code)
  const profile = opened.value
  await profile.ready()
  const lasting = () =>
    google.issued.filter(({ kind }) => kind === 'refresh-token' || kind === 'client-secret')
  const lastingSecretIn: ClientWorld['lastingSecretIn'] = (text) =>
    lasting().find(({ secret }) => text.includes(secret))?.kind ?? null
  return {
    ...{ google, profile, dataFolder, home, lastingSecretIn },
    door: doorUser(dataFolder),
    userinfo: `${google.issuer}/v1/userinfo`,
    env: bareEnvironment(home),
    async arrive(who, scopes = []) {
      const end = await profile.signIn(who, { scopes: [emailScope, ...scopes] })
      if (end.kind !== 'done') throw new Error('the sign-in failed')
      return (await profile.account(who)).accountId
    },
    async ownerOf(accessToken) {
      const headers = { authorization: `Bearer ${accessToken}` }
      const answer = await fetch(`${google.issuer}/v1/userinfo`, { headers })
      return answer.status === 200 ? ((await answer.json()) as { email: string }).email : null
    },
    endTokens: async () => {
      await profile.get('practice.moveClock', { byMs: 2 * hourMs })
    },
    async lastingSecretInFiles() {
      const found = (await filesBelow(home)).map(({ bytes }) => lastingSecretIn(bytes.toString('latin1')))
      return found.find((kind) => kind !== null) ?? null
    },
    async close() {
      await profile.close()
      await google.close()
      await keyring.stop()
      await folder.remove()
    },
  }
}
