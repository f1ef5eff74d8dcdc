import { abilitiesOf } from '../../../electron/contract/kinds.ts'
import type { AccountView, ClientView, GrantView } from '../../../electron/contract/views.ts'
import { m } from '../../messages/generated/messages.js'
import type { AccountAsk } from '../../state/navigation.svelte.ts'
import { isRenewable } from '../accounts/renewal.ts'
import { signsIn } from '../clients/client-ways.ts'
import { canRevoke, holdsUsable } from '../accounts/access.ts'
import type { Maker, PaletteCommand, PaletteWorld } from '../palette/palette-command.ts'
import { canRetry } from './blast.ts'
import { whomText } from './outcome-text.ts'

/** Those that are there, to be shown, tried again and closed. */
const shownOnes: Maker = ({ snapshot, actions, navigation }) =>
  snapshot.revocations.flatMap((revocation) => {
    const { revocationId } = revocation
    const name = whomText(revocation)
    const place = { page: 'revocation', revocationId } as const
    return [
      {
        id: `revocation-${revocationId}`,
        text: m.revocation_show_of({ name }),
        hint: m.go(),
        run: () => navigation.go(place),
      },
      ...(canRetry(revocation) && !snapshot.readOnly
        ? [
            {
              id: `revocation-retry-${revocationId}`,
              text: `${m.revocation_retry_named()}: ${name}`,
              hint: m.action(),
              run: () => {
                navigation.go(place)
                void actions.retryRevocation(revocationId)
              },
            },
          ]
        : []),
      ...(revocation.ended
        ? [
            {
              id: `revocation-close-${revocationId}`,
              text: `${m.revocation_close()}: ${name}`,
              hint: m.action(),
              run: () => void actions.dismissRevocation(revocationId),
            },
          ]
        : []),
    ]
  })

function renewals(
  { actions }: PaletteWorld,
  { accountId, email, needs }: AccountView,
  { clientId, tokens }: GrantView,
  hint: string,
): PaletteCommand[] {
  const token = tokens.find((one) => isRenewable(one, needs))
  if (!token) return []
  return [
    {
      id: `renew-${accountId}-${clientId}`,
      text: m.renew_named({ email }),
      hint,
      run: () => void actions.signInAgain(accountId, { clientId, granted: token.scopes }),
    },
  ]
}

/** What the menu of one grant holds, in its words and its order. */
function ofGrant(
  world: PaletteWorld,
  account: AccountView,
  grant: GrantView,
  client: ClientView | null,
): PaletteCommand[] {
  const { accountId, email } = account
  const { clientId } = grant
  const hint = client?.label ?? clientId
  const ask = (id: string, text: string, what: AccountAsk): PaletteCommand => ({
    id: `${id}-${accountId}-${clientId}`,
    text: `${text}: ${email}`,
    hint,
    run: () => world.navigation.go({ page: 'accounts', accountId, ask: what }),
  })
  const holdsAny = client !== null && holdsUsable(grant)
  const renewable = signsIn(client) && abilitiesOf[grant.kind].refreshes
  return [
    ...(renewable ? renewals(world, account, grant, hint) : []),
    ...(holdsAny ? [ask('inspect', m.inspect_token(), { what: 'inspect', clientId })] : []),
    ...(holdsAny && renewable ? [ask('drop', m.remove_access(), { what: 'drop', clientId })] : []),
    ask('forget-grant', m.forget_here(), { what: 'forget-grant', clientId }),
    ...(canRevoke(grant) ? [ask('revoke', m.revoke_at_google(), { what: 'revoke', clientId })] : []),
  ]
}

const ofAccounts: Maker = (world) => {
  const { snapshot, actions, navigation } = world
  const clients = new Map(snapshot.clients.map((client) => [client.clientId, client]))
  return snapshot.accounts.flatMap((account) => {
    const { accountId, email, grants } = account
    // Nobody signs in to a service account, so there is no page of it to go to.
    const manage = account.service
      ? []
      : [
          {
            id: `manage-${accountId}`,
            text: `${m.manage_at_google()}: ${email}`,
            hint: m.account(),
            run: () => void actions.manageAtGoogle(accountId),
          },
        ]
    if (snapshot.readOnly) return manage
    const whole =
      grants.filter(canRevoke).length < 2
        ? []
        : [
            {
              id: `revoke-all-${accountId}`,
              text: `${m.revoke_at_google()}: ${email}`,
              hint: m.account(),
              run: () => navigation.go({ page: 'accounts', accountId, ask: 'revoke' }),
            },
          ]
    return [
      ...grants.flatMap((grant) => ofGrant(world, account, grant, clients.get(grant.clientId) ?? null)),
      ...whole,
      ...manage,
    ]
  })
}

const selection: Maker = ({ snapshot, navigation }) =>
  snapshot.readOnly || snapshot.accounts.length === 0
    ? []
    : [
        {
          id: 'select-accounts',
          text: m.select_accounts_long(),
          hint: m.accounts(),
          run: () => navigation.go({ page: 'accounts', accountId: null, ask: 'select' }),
        },
      ]

/** Revoking, forgetting, renewing and looking into a token: whatever a button of these pages does. */
export const revocationCommands: Maker = (world) => [
  ...shownOnes(world),
  ...selection(world),
  ...ofAccounts(world),
]
