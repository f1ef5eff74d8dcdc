/** An open practice profile with one person signed in, and a lease at each door that faults are tried at. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { DoorUser, GivenLease } from '../clients/door-user.ts'
import { doorUser } from '../clients/door-user.ts'
import type { HttpReply } from './door-programs.ts'
import { askAsLibrary, askMetadata, askWithBearer } from './door-programs.ts'
import { asha } from './real-google.ts'
import type { RealProfile } from './real-profile.ts'
import type { RealWorld } from './real-world.ts'

export const emailScope = 'https://www.googleapis.com/auth/userinfo.email'
export const driveScope = 'https://www.googleapis.com/auth/drive.file'
export const calendarScope = 'https://www.googleapis.com/auth/calendar.readonly'

export interface ProfileDoors {
  readonly app: RealProfile
  readonly door: DoorUser
  readonly accountId: string
  /** `127.0.0.1:PORT` of the HTTP door. */
  readonly http: string
  readonly leases: Readonly<Record<'http' | 'adc' | 'metadata', GivenLease>>
  readonly handles: Readonly<Record<'http' | 'adc', string>>
  /** Asks at each of them. */
  ask(): Promise<Readonly<Record<'http' | 'adc' | 'metadata', HttpReply>>>
  /** Whom practice Google takes the token in an answer for. */
  ownerOf(reply: HttpReply): Promise<string | null>
  /** Past the end of every access token, for Google and for the profile. */
  endTokens(): Promise<void>
}

/** Signs asha in and gives her access at three doors; `world` closes what this opens. */
export async function openProfileDoors(world: RealWorld): Promise<ProfileDoors> {
  const app = await world.open()
  const scopes = [emailScope, driveScope, calendarScope]
  expect((await app.signIn(asha, { scopes })).kind).toBe('done')
  const { accountId } = await app.account(asha)
  const door = doorUser(world.dataFolder)
  const file = join(world.dataFolder, '..', 'adc.json')
  const leases = {
    http: await door.lease({ door: 'http', label: 'a script', accountId }),
    adc: await door.lease({ door: 'adc', label: 'a library', accountId, file }),
    metadata: await door.lease({ door: 'metadata', label: 'a container', accountId }),
  }
  const { refresh_token: adc } = JSON.parse(await readFile(file, 'utf8')) as { refresh_token: string }
  const handles = { http: leases.http.handle ?? '', adc }
  const http = (await door.announcement()).http ?? ''
  return {
    ...{ app, door, accountId, http, leases, handles },
    ask: async () => ({
      http: await askWithBearer(http, handles.http),
      adc: await askAsLibrary(http, handles.adc),
      metadata: await askMetadata(leases.metadata.address ?? ''),
    }),
    async ownerOf({ status, body }) {
      const { access_token: token = '' } = JSON.parse(status === 200 ? body : '{}') as {
        access_token?: string
      }
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`${world.google.issuer}/v1/userinfo`, { headers })
      return answer.status === 200 ? ((await answer.json()) as { email: string }).email : null
    },
    async endTokens() {
      await app.get('practice.moveClock', { byMs: 2 * 3600 * 1000 })
    },
  }
}

/** The code of an answer in the form of protocol 1; null of one that is no error. */
export function codeOf({ body }: HttpReply): string | null {
  return (JSON.parse(body) as { error?: { code: string } }).error?.code ?? null
}
