import type { Clock } from '../../electron/core/ports.ts'
import type { FakeTokenError, Person } from './fake-people.ts'
import type { FakeAnswer, FakeHttp } from './fake-http.ts'

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

export interface FakeDevices {
  /** What a person does with the code at the page; without scopes they grant all that was asked. */
  enter(userCode: string, person: Person, granted?: readonly string[]): void
  deny(userCode: string): void
  /** Replaces parts of the next answer with codes; undefined takes a field away. */
  changeNext(change: Readonly<Record<string, unknown>>): void
  /** The next request for codes gets this in place of an answer of Google's. */
  answerNext(answer: FakeAnswer): void
  /** Every request for codes so far, as its form. */
  readonly requests: readonly URLSearchParams[]
  /** Every device code that it gave. */
  readonly deviceCodes: readonly string[]
  /** Its side of the token endpoint. */
  poll(form: URLSearchParams, clientId: string): Polled
}

type Polled =
  | { readonly kind: 'entered'; readonly person: Person; readonly granted: readonly string[] }
  | { readonly kind: 'refused'; readonly refusal: FakeTokenError }

interface Code {
  readonly clientId: string
  readonly userCode: string
  readonly scopes: readonly string[]
  readonly endsAt: number
  state: 'waiting' | 'denied' | 'claimed' | { readonly person: Person; readonly granted: readonly string[] }
}

const refused = (error: string, description: string, status: number): Polled => ({
  kind: 'refused',
  refusal: { error, error_description: description, status },
})

/** Google's codes for limited-input devices behind a FakeHttp: google-oauth.md 5. */
export function fakeDevices(http: FakeHttp, clock: Clock): FakeDevices {
  const codes = new Map<string, Code>()
  const requests: URLSearchParams[] = []
  const insteads: FakeAnswer[] = []
  let change: Readonly<Record<string, unknown>> = {}
  const withCode = (userCode: string, state: Code['state']): void => {
    const code = [...codes.values()].find((one) => one.userCode === userCode)
    if (!code) throw new Error('no such code was ever given')
    code.state = state
  }

  http.on('https://oauth2.googleapis.com/device/code', (request) => {
    const form = new URLSearchParams(request.body)
    requests.push(form)
    const instead = insteads.shift()
    if (instead) return instead
    const number = String(codes.size + 1)
    const userCode = `ABCD-EFG${number}`
    codes.set(`AH-1device-${number}`, {
      ...{ clientId: form.get('client_id') ?? '', userCode, scopes: (form.get('scope') ?? '').split(' ') },
      ...{ endsAt: clock.now() + 1_800_000, state: 'waiting' },
    })
    const body = {
      ...{ device_code: `AH-1device-${number}`, user_code: userCode, expires_in: 1800, interval: 5 },
      ...{ verification_url: 'https://www.google.com/device', ...change },
    }
    change = {}
    return { body }
  })

  return {
    enter(userCode, person, granted) {
      const asked = [...codes.values()].find((one) => one.userCode === userCode)?.scopes ?? []
      withCode(userCode, { person, granted: granted ?? asked })
    },
    deny: (userCode) => withCode(userCode, 'denied'),
    changeNext: (next) => {
      change = next
    },
    answerNext: (next) => {
      insteads.push(next)
    },
    requests,
    get deviceCodes() {
      return [...codes.keys()]
    },
    poll(form, clientId) {
      const code = codes.get(form.get('device_code') ?? '')
      if (!code || code.clientId !== clientId || code.state === 'claimed' || clock.now() >= code.endsAt)
        return refused('invalid_grant', 'Bad Request', 400)
      if (code.state === 'waiting') return refused('authorization_pending', 'Precondition Required', 428)
      if (code.state === 'denied') return refused('access_denied', 'Forbidden', 403)
      const { person, granted } = code.state
      code.state = 'claimed'
      return { kind: 'entered', person, granted }
    },
  }
}
