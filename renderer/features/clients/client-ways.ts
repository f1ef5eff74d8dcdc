import { abilitiesOf } from '../../../electron/contract/kinds.ts'
import type { WayKind } from '../../../electron/contract/kinds.ts'
import type { ClientView } from '../../../electron/contract/views.ts'

const passing: ReadonlySet<WayKind> = new Set(
  Object.values(abilitiesOf)
    .filter(({ refreshes }) => !refreshes)
    .flatMap(({ ways }) => ways),
)

/** Whether a sign-in of this way leaves a refresh token behind. */
export function givesRefreshToken(way: WayKind): boolean {
  return !passing.has(way)
}

/** The ways of a client that leave a refresh token behind, the usual one first. */
export function lastingWays({ ways }: Pick<ClientView, 'ways'>): WayKind[] {
  return ways.filter(givesRefreshToken)
}

/** Whether a client can sign anybody in for good; false for one that is not here. */
export function signsIn(client: ClientView | null | undefined): boolean {
  return client ? lastingWays(client).length > 0 : false
}

type Redirect = ClientView['redirects'][number]

/** What an address has to be good for, by way; the usual use first, as main takes it. */
const usesOf: Partial<Record<WayKind, readonly Redirect['use'][]>> = {
  redirect: ['listen'],
  paste: ['paste', 'listen'],
}

/** The registered addresses between which a person can choose for this way, the usual one first. */
export function redirectsFor({ redirects }: Pick<ClientView, 'redirects'>, way: WayKind): string[] {
  const uses = usesOf[way] ?? []
  return uses.flatMap((use) => redirects.filter((one) => one.use === use).map(({ uri }) => uri))
}

/** Of the lines to register, those that are not registered yet. */
export function missingLines({
  toRegister,
  redirects,
  javascriptOrigins,
}: Pick<ClientView, 'toRegister' | 'redirects' | 'javascriptOrigins'>): {
  readonly redirect: string | null
  readonly origin: string | null
} {
  const redirect = toRegister?.redirect ?? null
  const origin = toRegister?.origin ?? null
  return {
    redirect: redirects.some(({ uri }) => uri === redirect) ? null : redirect,
    origin: javascriptOrigins.some((known) => known === origin) ? null : origin,
  }
}
