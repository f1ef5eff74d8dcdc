/** Which way a sign-in goes: what was asked for, against what the client's registration allows. */
import type { WayKind } from '../../../../contract/kinds.ts'
import type { Outcome } from '../../../../contract/outcome.ts'
import { fail, ok } from '../../../../contract/outcome.ts'
import { addressesFor, lineToRegister, registrationOf, waysOf } from '../../../clients/registration.ts'
import type { ProfileContext } from '../../../profile-context.ts'
import type { ClientRecord } from '../../../state/state.ts'
import { ClientSideWay } from './client-side.ts'
import { CodeInBrowserWay } from './code-in-browser.ts'
import { DeviceWay } from './device.ts'
import type { Way } from './way.ts'

export interface WantedWay {
  /** The client's usual one unless told. */
  readonly way?: WayKind
  /** One of the registered addresses; the usual one of the way unless told. */
  readonly redirectUri?: string
}

export interface ChosenWay {
  readonly wayKind: WayKind
  readonly way: Way
}

/**
 * A new way for one sign-in of a client.
 *
 * Errors: `way-not-possible`, `redirect-none` (`line`), `redirect-unregistered`, `client-side-no-origin` (`line`,
 * `origin`).
 */
export function chooseWay(
  context: ProfileContext,
  client: ClientRecord,
  wanted: WantedWay,
): Outcome<ChosenWay> {
  const wayKind = wanted.way ?? registrationOf(client).ways[0] ?? waysOf(client.kind)[0]
  if (wayKind === undefined || !waysOf(client.kind).includes(wayKind)) return fail('way-not-possible')
  const address = chooseAddress(client, wayKind, wanted.redirectUri)
  return address.ok ? ok({ wayKind, way: newWay(context, wayKind, address.value) }) : address
}

/** The registered address that the answer goes to, to the letter; empty where the way needs none. */
function chooseAddress(client: ClientRecord, way: WayKind, wanted: string | undefined): Outcome<string> {
  const fitting = addressesFor(client, way)
  if (wanted !== undefined) return fitting.includes(wanted) ? ok(wanted) : fail('redirect-unregistered')
  if (registrationOf(client).ways.includes(way)) return ok(fitting[0] ?? '')
  const { redirect: line, origin } = lineToRegister(client)
  return way === 'client-side'
    ? fail('client-side-no-origin', { line, origin })
    : fail('redirect-none', { line })
}

function newWay(context: ProfileContext, way: WayKind, redirectUri: string): Way {
  switch (way) {
    case 'loopback':
      return new CodeInBrowserWay(context, { kind: 'any-port' })
    case 'redirect':
      return new CodeInBrowserWay(context, { kind: 'listen', redirectUri })
    case 'paste':
      return new CodeInBrowserWay(context, { kind: 'paste', redirectUri })
    case 'device':
      return new DeviceWay()
    case 'client-side':
      return new ClientSideWay(context, redirectUri)
  }
}
