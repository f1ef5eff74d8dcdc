/** A profile with tokens of two clients of one project and one of another, all of them to be revoked. */
import * as v from 'valibot'
import type { GrantName, RevocationRow, RevocationView } from '../../../electron/contract/revocation.ts'
import { revocationViewSchema } from '../../../electron/contract/revocation.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { AccessTokens } from '../../../electron/core/access/access-tokens.ts'
import { ClientSideAccess } from '../../../electron/core/access/client-side-access.ts'
import { dyingIn } from '../../../electron/core/revocation/blast-radius.ts'
import { Revocations } from '../../../electron/core/revocation/revocations.ts'
import type { AccountRecord } from '../../../electron/core/state/state.ts'
import { otherClientId, testClientId } from '../../support/client-files.ts'
import type { MintedToken, TestContext } from '../../support/test-context.ts'
import { openTestContext } from '../../support/test-context.ts'
import type { TestWorld } from '../../support/test-world.ts'

/** Of another project than the clients of `client-files.ts`. */
export const foreignClientId = '999-foreign.apps.googleusercontent.com'
export const project = '123456789012'

export interface Scene extends TestContext {
  readonly access: AccessTokens
  readonly clientSide: ClientSideAccess
  readonly revocations: Revocations
  /** What the window was told, the latest last. */
  readonly told: readonly (RevocationView | null)[]
  /** Asks for the preview, confirms what it shows, starts; answers the revocation's id. */
  revoke(grants: readonly GrantName[]): string
  start(grants: readonly GrantName[]): Outcome<{ revocationId: string }>
  view(revocationId: string): RevocationView
  row(revocationId: string): RevocationRow
  /** The view once nothing runs: it has ended, or waits. */
  quiet(revocationId: string): Promise<RevocationRow>
  end(revocationId: string): Promise<RevocationRow>
  account(): AccountRecord
}

export async function openScene(world?: TestWorld): Promise<Scene> {
  const test = await openTestContext(world ? { world } : {})
  if (!world)
    for (const clientId of [testClientId, otherClientId, foreignClientId]) await test.addClient(clientId)
  const access = new AccessTokens(test.context, () => undefined)
  const clientSide = new ClientSideAccess(test.context, () => undefined)
  const told: (RevocationView | null)[] = []
  const revocations = new Revocations(test.context, access, clientSide, (_, view) => {
    told.push(view ? v.parse(revocationViewSchema, view) : null)
  })
  const start: Scene['start'] = (grants) => {
    const radius = revocations.preview(grants)
    if (!radius.ok) return radius
    const { projects, confirm } = radius.value
    const tokens = dyingIn(projects)
    return revocations.start({ grants, tokens, confirmation: confirm.kind === 'none' ? null : confirm.text })
  }
  const view: Scene['view'] = (revocationId) => {
    const found = revocations.views().find((one) => one.revocationId === revocationId)
    if (!found) throw new Error('the revocation is not in view')
    return found
  }
  const row: Scene['row'] = (revocationId) => {
    const [first] = view(revocationId).rows
    if (!first) throw new Error('the revocation has no row')
    return first
  }
  const reached = async (happened: () => boolean): Promise<void> => {
    while (!happened()) await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    ...test,
    ...{ access, clientSide, revocations, told, start, view, row },
    revoke(grants) {
      const started = start(grants)
      if (!started.ok) throw new Error(started.error.code)
      return started.value.revocationId
    },
    async quiet(revocationId) {
      await reached(() => view(revocationId).ended || row(revocationId).retryAt !== null)
      return row(revocationId)
    },
    async end(revocationId) {
      await reached(() => view(revocationId).ended)
      return row(revocationId)
    },
    account() {
      const [account] = test.state().accounts.values()
      if (!account) throw new Error('nobody is signed in')
      return account
    },
  }
}

export interface Tokens {
  readonly one: MintedToken
  readonly sibling: MintedToken
  readonly foreign: MintedToken
}

/** One token under each client, an hour ago. */
export async function mintThree(scene: Scene): Promise<Tokens> {
  const one = await scene.mint()
  const sibling = await scene.mint({ clientId: otherClientId })
  const foreign = await scene.mint({ clientId: foreignClientId })
  scene.world.clock.advance(3_600_000)
  return { one, sibling, foreign }
}

export async function isInKeychain({ world, context }: TestContext, tokenId: string): Promise<boolean> {
  const got = await world.secretStore.get(context.services.refreshToken, tokenId)
  return got.ok && got.value !== null
}
