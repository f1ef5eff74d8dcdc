import type { PracticeAccount } from '../accounts.ts'
import { projectNumberOf } from '../client.ts'
import { picturePath } from '../picture.ts'
import type { Answer } from '../server.ts'
import type { Visit } from '../tickets.ts'
import { withApp } from './app-name.ts'
import type { Html } from './html.ts'
import { html, nothing } from './html.ts'
import { pageAnswer } from './layout.ts'
import { wordsFor } from './words.ts'

interface ChooserPage {
  readonly ticket: string
  readonly visit: Visit
  readonly accounts: readonly PracticeAccount[]
  readonly action: string
}

/** Who signs in: a button for each account, named by its e-mail address. */
export function chooserPage({ ticket, visit, accounts, action }: ChooserPage): Answer {
  const { language, request } = visit
  const words = wordsFor(language)
  const content = html`<div class="card">
    <h1>${words.chooseTitle}</h1>
    <p class="lead">${withApp(words.chooseLead, projectNumberOf(request.clientId), language)}</p>
    <form method="post" action="${action}">
      <input type="hidden" name="ticket" value="${ticket}" />
      ${accountButtons(accounts, 'account', (account) => account.sub)}
    </form>
  </div>`
  return pageAnswer({ status: 200, language, title: words.chooseTitle, content, ...returns(request) })
}

/** Where a form of the page may end, when the answer goes back by a redirect. */
export function returns(request: Visit['request']): { readonly returnsTo?: string } {
  return request.via === 'redirect' ? { returnsTo: request.redirectUri } : {}
}

/** A button for each account, to stand in a form; `field` is what it sends `value` under. */
export function accountButtons(
  accounts: readonly PracticeAccount[],
  field: string,
  value: (account: PracticeAccount) => string,
): Html {
  return html`<ul class="accounts">
    ${accounts.map((account) => accountRow(account, field, value(account)))}
  </ul>`
}

/** The button holds the address alone, so that its name is what is seen; the style makes the whole row press it. */
function accountRow(account: PracticeAccount, field: string, value: string): Html {
  const name = `name-${account.sub}`
  const domain = account.hostedDomain === null ? nothing : html`<span class="tag">Workspace</span>`
  return html`<li>
    <img src="${picturePath(account)}" alt="" width="40" height="40" />
    <span class="who"
      ><b id="${name}">${account.name}</b>
      <button name="${field}" value="${value}" aria-describedby="${name}">${account.email}</button></span
    >${domain}
  </li>`
}
