import type { PracticeAccount } from '../accounts.ts'
import { picturePath } from '../picture.ts'
import type { Answer } from '../server.ts'
import { appName, withApp } from './app-name.ts'
import { accountButtons } from './chooser-page.ts'
import { grantedScopes } from './consent-page.ts'
import type { Html } from './html.ts'
import { html, nothing } from './html.ts'
import { pageAnswer } from './layout.ts'
import type { PageLanguage } from './words.ts'
import { wordsFor } from './words.ts'

interface Connection {
  readonly projectNumber: string
  readonly scopes: readonly string[]
}

interface ConnectionsPage {
  readonly ticket: string
  readonly language: PageLanguage
  readonly account: PracticeAccount
  readonly connections: readonly Connection[]
  /** The project that has just lost its access; null when none has. */
  readonly removed: string | null
  readonly action: string
}

/** Everything that has access to an account: one entry for each project, as at Google (google-oauth.md 2.3). */
export function connectionsPage(page: ConnectionsPage): Answer {
  const { language, account, connections, removed, action } = page
  const words = wordsFor(language)
  const title = words.connectionsTitle
  const content = html`<div class="card">
    <h1>${title}</h1>
    <div class="chip">
      <img src="${picturePath(account)}" alt="" width="28" height="28" /><span>${account.email}</span>
      <a class="plain" href="${action}?hl=${language}">${words.useAnother}</a>
    </div>
    ${removed === null ? nothing : html`<p role="status">${withApp(words.accessRemoved, removed, language)}</p>`}
    <p class="lead">${connections.length === 0 ? words.connectionsNone : words.connectionsLead}</p>
    <form method="post" action="${action}" autocomplete="off">
      <input type="hidden" name="ticket" value="${page.ticket}" />
      ${connections.map((connection) => entry(connection, language))}
    </form>
  </div>`
  return pageAnswer({ status: 200, language, title, content })
}

function entry({ projectNumber, scopes }: Connection, language: PageLanguage): Html {
  const name = `project-${projectNumber}`
  return html`<section class="connection" aria-labelledby="${name}">
    <div class="part-head">
      <h2 id="${name}">${appName(projectNumber, language)}</h2>
      <button class="plain" name="project" value="${projectNumber}" aria-describedby="${name}">
        ${wordsFor(language).removeAccess}
      </button>
    </div>
    ${grantedScopes(scopes, language)}
  </section>`
}

/** Whose connections are meant. Only a question: nothing is done by it. */
export function connectionsChooserPage(
  accounts: readonly PracticeAccount[],
  language: PageLanguage,
  action: string,
): Answer {
  const words = wordsFor(language)
  const content = html`<div class="card">
    <h1>${words.chooseTitle}</h1>
    <p class="lead">${words.connectionsChooseLead}</p>
    <form method="get" action="${action}">
      <input type="hidden" name="hl" value="${language}" />
      ${accountButtons(accounts, 'authuser', (account) => account.email)}
    </form>
  </div>`
  return pageAnswer({ status: 200, language, title: words.chooseTitle, content })
}
