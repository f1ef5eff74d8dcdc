/** The frame of every page: one style sheet, no script, and a notice at the top of what this is. */
import { createHash } from 'node:crypto'
import type { Answer } from '../server.ts'
import { Html, html } from './html.ts'
import { pageStyle } from './page-style.ts'
import type { PageLanguage } from './words.ts'
import { wordsFor } from './words.ts'

const styleHash = createHash('sha256').update(pageStyle).digest('base64')
const styleTag = new Html(`<style>${pageStyle}</style>`)

export interface Page {
  readonly status: number
  readonly language: PageLanguage
  readonly title: string
  readonly content: Html
  /** Where a form of this page may end: Chromium checks the redirect after a form too. */
  readonly returnsTo?: string
}

export function pageAnswer(page: Page): Answer {
  const words = wordsFor(page.language)
  const document = html`<!doctype html>
    <html lang="${page.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${page.title} – ${words.practice}</title>
        <link rel="icon" href="data:," />
        ${styleTag}
      </head>
      <body>
        <header role="banner">
          <p><strong>${words.practice}</strong><span>${words.notGoogle}</span></p>
        </header>
        <main>${page.content}</main>
      </body>
    </html> `
  return { status: page.status, headers: headers(page), body: document.text }
}

function headers(page: Page): Record<string, string> {
  const formTargets = page.returnsTo === undefined ? "'self'" : `'self' ${formSource(page.returnsTo)}`
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    "img-src 'self' data:",
    `form-action ${formTargets}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    'x-frame-options': 'DENY',
    // Not no-referrer: with that a browser sends `Origin: null` with our own forms.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  }
}

/** The origin as a CSP source. CSP has no form for IPv6 hosts, so for those the scheme has to do. */
function formSource(redirectUri: string): string {
  const { origin, hostname } = new URL(redirectUri)
  return hostname.startsWith('[') ? 'http:' : origin
}
