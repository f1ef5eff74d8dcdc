import type { PracticeAccount } from '../accounts.ts'
import { picturePath } from '../picture.ts'
import type { Answer } from '../server.ts'
import type { Visit } from '../tickets.ts'
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
  const words = wordsFor(visit.language)
  const content = html`<div class="card">
    <h1>${words.chooseTitle}</h1>
    <p class="lead">${words.chooseLead}</p>
    <form method="post" action="${action}">
      <input type="hidden" name="ticket" value="${ticket}" />
      <ul class="accounts">
        ${accounts.map(accountRow)}
      </ul>
    </form>
  </div>`
  const returnsTo = visit.request.redirectUri
  return pageAnswer({ status: 200, language: visit.language, title: words.chooseTitle, content, returnsTo })
}

/** The button holds the address alone, so that its name is what is seen; the style makes the whole row press it. */
function accountRow(account: PracticeAccount): Html {
  const name = `name-${account.sub}`
  const domain = account.hostedDomain === null ? nothing : html`<span class="tag">Workspace</span>`
  return html`<li>
    <img src="${picturePath(account)}" alt="" width="40" height="40" />
    <span class="who"
      ><b id="${name}">${account.name}</b>
      <button name="account" value="${account.sub}" aria-describedby="${name}">${account.email}</button></span
    >${domain}
  </li>`
}
