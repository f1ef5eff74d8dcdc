import { m } from '../../messages/generated/messages.js'
import { titleOf } from '../accounts/account-list.ts'
import type { Maker, PaletteCommand } from '../palette/palette-command.ts'
import { ServiceActions } from './service-actions.ts'
import { isService } from './service-view.ts'

/** What the page of a service account does, for each of them. */
export const serviceCommands: Maker = ({ snapshot, actions, navigation }) =>
  snapshot.readOnly
    ? []
    : snapshot.accounts.filter(isService).flatMap((account) => {
        const { accountId, service } = account
        const own = new ServiceActions(actions.tools)
        const make = (id: string, text: string, run: () => void): PaletteCommand => ({
          id: `service-${id}-${accountId}`,
          text: `${text}: ${titleOf(account)}`,
          hint: m.service_account(),
          run: () => {
            navigation.go({ page: 'accounts', accountId })
            run()
          },
        })
        const token =
          service.signingKeyId !== null && service.scopes.length > 0
            ? [make('access', m.copy_access_token(), () => void own.copyAccessToken(accountId))]
            : []
        return [...token, make('bring', m.rotate_bring(), () => void own.bringKey(accountId, 'file'))]
      })
