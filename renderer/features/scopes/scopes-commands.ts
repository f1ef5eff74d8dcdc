import { abilitiesOf } from '../../../electron/contract/kinds.ts'
import { m } from '../../messages/generated/messages.js'
import { signsIn } from '../clients/client-ways.ts'
import type { Maker } from '../palette/palette-command.ts'
import { scopeView } from './scope-view.svelte.ts'

/** Who can do what, for each account; and more access for each of its grants that can be signed in again. */
export const scopeCommands: Maker = ({ snapshot, navigation }) => {
  const clients = new Map(snapshot.clients.map((client) => [client.clientId, client]))
  const who = {
    id: 'who-can-do',
    text: m.who_can_do(),
    hint: m.scopes(),
    run: () => {
      scopeView.by = 'scope'
      navigation.go({ page: 'scopes' })
    },
  }
  const each = snapshot.accounts.flatMap(({ accountId, email, grants }) => {
    const what = {
      id: `what-can-${accountId}`,
      text: m.what_can_do({ email }),
      hint: m.scopes(),
      run: () => {
        scopeView.showAccount(accountId)
        navigation.go({ page: 'scopes' })
      },
    }
    if (snapshot.readOnly) return [what]
    const additions = grants.flatMap(({ clientId, kind }) => {
      const client = clients.get(clientId)
      if (!client || !signsIn(client) || !abilitiesOf[kind].refreshes) return []
      return [
        {
          id: `add-access-${accountId}-${clientId}`,
          text: `${m.add_access()} ${email} · ${client.label}`,
          hint: m.account(),
          run: () => navigation.go({ page: 'sign-in', accountId, clientId, add: true }),
        },
      ]
    })
    return [what, ...additions]
  })
  return [who, ...each]
}
