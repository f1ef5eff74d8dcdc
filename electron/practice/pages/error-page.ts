import type { PageError } from '../authorization-request.ts'
import type { Answer } from '../server.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { pageAnswer } from './layout.ts'
import type { PageLanguage } from './words.ts'
import { wordsFor } from './words.ts'

const shownDetail = 600

/** An error that the app never sees: it stays on this page, with its HTTP status (google-oauth.md 1.5). */
export function errorPage(error: PageError, language: PageLanguage): Answer {
  const words = wordsFor(language)
  const line = words.errorLine.replace('{status}', String(error.status)).replace('{error}', () => error.error)
  const content = html`<div class="card" role="alert">
    <h1>${words.blocked}</h1>
    <p class="error">${line}</p>
    <div class="detail">
      <h2>${words.details}</h2>
      <code>${error.detail.slice(0, shownDetail)}</code><br /><code>flowName=GeneralOAuthFlow</code>
    </div>
    <p>${words.errorHelp}</p>
  </div>`
  return pageAnswer({ status: error.status, language, title: line, content })
}

/** For the form of a sign-in that has ended, or that is not from a page of ours. */
export function gonePage(language: PageLanguage): Answer {
  const words = wordsFor(language)
  return message(400, language, words.goneTitle, words.goneText)
}

export function notFoundPage(language: PageLanguage): Answer {
  const words = wordsFor(language)
  return message(404, language, words.notFoundTitle, words.notFoundText)
}

function message(status: number, language: PageLanguage, title: string, text: string): Answer {
  const content: Html = html`<div class="card">
    <h1>${title}</h1>
    <p class="lead">${text}</p>
  </div>`
  return pageAnswer({ status, language, title, content })
}
