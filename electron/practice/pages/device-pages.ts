import type { Answer } from '../server.ts'
import { html, nothing } from './html.ts'
import { pageAnswer } from './layout.ts'
import type { PageLanguage } from './words.ts'
import { wordsFor } from './words.ts'

interface DeviceEntryPage {
  readonly ticket: string
  readonly language: PageLanguage
  /** What was entered and did not work; null at first. */
  readonly entered: string | null
  readonly action: string
}

const shownCode = 40

/** One field for the code. Letters' case counts, so nothing on the way may change it. */
export function deviceEntryPage({ ticket, language, entered, action }: DeviceEntryPage): Answer {
  const words = wordsFor(language)
  const hasFailed = entered !== null
  const content = html`<form class="card" method="post" action="${action}" autocomplete="off">
    <input type="hidden" name="ticket" value="${ticket}" />
    <h1>${words.deviceTitle}</h1>
    <label class="field" for="code">${words.deviceLabel}</label>
    <input
      class="code"
      id="code"
      name="code"
      value="${(entered ?? '').slice(0, shownCode)}"
      required
      autofocus
      maxlength="40"
      autocapitalize="off"
      spellcheck="false"
      aria-describedby="code-help${hasFailed ? ' code-error' : ''}"
      ${hasFailed ? html`aria-invalid="true"` : nothing}
    />
    <p class="lead" id="code-help">${words.deviceHelp}</p>
    ${hasFailed ? html`<p class="error" id="code-error" role="alert">${words.deviceUnknown}</p>` : nothing}
    <div class="actions"><button class="main">${words.next}</button></div>
  </form>`
  return pageAnswer({ status: 200, language, title: words.deviceTitle, content })
}

/** The person has decided; the device learns of it when it asks next. */
export function deviceDonePage(answer: 'allowed' | 'denied', language: PageLanguage): Answer {
  const words = wordsFor(language)
  const title = answer === 'allowed' ? words.deviceAllowed : words.deviceDenied
  const content = html`<div class="card">
    <h1>${title}</h1>
    <p class="lead">${answer === 'allowed' ? words.deviceAllowedText : words.deviceDeniedText}</p>
  </div>`
  return pageAnswer({ status: 200, language, title, content })
}
