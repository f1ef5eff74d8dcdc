import type { PracticeAccount } from '../accounts.ts'
import { projectNumberOf } from '../client.ts'
import { picturePath } from '../picture.ts'
import { canonicalScopes, isSignInScope, separableScopes } from '../scopes.ts'
import type { Answer } from '../server.ts'
import type { Visit } from '../tickets.ts'
import { withApp } from './app-name.ts'
import { returns } from './chooser-page.ts'
import type { Html } from './html.ts'
import { html, nothing } from './html.ts'
import { pageAnswer } from './layout.ts'
import { describeScope } from './scope-words.ts'
import type { PageLanguage, PageWords } from './words.ts'
import { wordsFor } from './words.ts'

interface ConsentPage {
  readonly ticket: string
  readonly visit: Visit
  readonly account: PracticeAccount
  /** The boxes arrive empty, as Google's do. */
  readonly ticked: 'none' | 'all'
  readonly ongoing: boolean
  readonly action: string
}

/** What the client may do: a box for each separable scope, the rest as one. */
export function consentPage(page: ConsentPage): Answer {
  const { visit, account } = page
  const words = wordsFor(visit.language)
  const separable = separableScopes(visit.request.scopes)
  const whole = canonicalScopes(visit.request.scopes).filter((scope) => !separable.includes(scope))
  const sentence =
    separable.length > 0 || !whole.every(isSignInScope) ? words.consentTitle : words.signInTitle
  const title = withApp(sentence, projectNumberOf(visit.request.clientId), visit.language)
  // Enter in a form presses its first button, so the first is one that continues. It is not shown.
  const content = html`<form class="card" method="post" action="${page.action}" autocomplete="off">
    <input type="hidden" name="ticket" value="${page.ticket}" />
    <button name="action" value="continue" hidden></button>
    <h1>${title}</h1>
    <div class="chip">
      <img src="${picturePath(account)}" alt="" width="28" height="28" /><span>${account.email}</span>
      <button class="plain" name="action" value="switch">${words.useAnother}</button>
    </div>
    ${separable.length === 0 ? nothing : boxes(separable, page.ticked, words, visit.language)}
    ${whole.length === 0 ? nothing : list(whole, separable.length === 0 ? words.oneLead : words.alsoLead, visit.language)}
    ${lasts(visit.request) ? ongoingBox(page.ongoing, words) : nothing}
    <div class="actions">
      <button class="plain" name="action" value="cancel">${words.cancel}</button>
      <button class="main" name="action" value="continue">${words.continue}</button>
    </div>
  </form>`
  return pageAnswer({
    status: 200,
    language: visit.language,
    title,
    content,
    ...returns(visit.request),
  })
}

/** A token without a refresh token ends within the hour by itself. */
function lasts(request: Visit['request']): boolean {
  return request.via === 'device' || request.responseType === 'code'
}

function ongoingBox(ticked: boolean, words: PageWords): Html {
  return html`<div class="ongoing">
    <label
      ><input
        type="checkbox"
        name="ongoing"
        value="yes"
        ${checked(ticked)}
        aria-labelledby="ongoing"
        aria-describedby="ongoing-help"
      />
      <span class="text"
        ><span id="ongoing">${words.ongoing}</span><small id="ongoing-help">${words.ongoingHelp}</small></span
      ></label
    >
  </div>`
}

function checked(is: boolean): Html {
  return is ? html`checked` : nothing
}

function boxes(
  scopes: readonly string[],
  ticked: ConsentPage['ticked'],
  words: PageWords,
  language: PageLanguage,
): Html {
  const rows = scopes.map((scope) => {
    const input = html`<input type="checkbox" name="scope" value="${scope}" ${checked(ticked === 'all')} />`
    return html`<li><label>${input}${scopeText(scope, language)}</label></li>`
  })
  return html`<section class="part" aria-labelledby="boxes">
    <div class="part-head">
      <h2 id="boxes">${words.selectLead}</h2>
      <button class="plain" name="action" value="select-all">${words.selectAll}</button>
    </div>
    <ul class="boxes">
      ${rows}
    </ul>
  </section>`
}

function list(scopes: readonly string[], lead: string, language: PageLanguage): Html {
  return html`<section class="part" aria-labelledby="whole">
    <div class="part-head"><h2 id="whole">${lead}</h2></div>
    ${grantedScopes(scopes, language)}
  </section>`
}

/** Scopes in words, each with its own name. */
export function grantedScopes(scopes: readonly string[], language: PageLanguage): Html {
  return html`<ul class="granted">
    ${scopes.map((scope) => html`<li>${scopeText(scope, language)}</li>`)}
  </ul>`
}

function scopeText(scope: string, language: PageLanguage): Html {
  return html`<span class="text"><span>${describeScope(scope, language)}</span><code>${scope}</code></span>`
}
