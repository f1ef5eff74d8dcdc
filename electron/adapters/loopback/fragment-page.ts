/**
 * The page that reads a fragment: it takes it out of the address bar before anything else, hands it to the listener
 * that served it, and shows what that says. The fragment is never shown, stored or sent anywhere else.
 */
import { createHash } from 'node:crypto'
import type { FragmentWords } from '../../core/ports.ts'
import { escapeHtml, replyMarks, replyPageStyle } from '../reply-page.ts'

/** What the page sends besides the body; a page of somebody else cannot without asking first, and gets no answer. */
export const answerHeader = 'x-latchkey-answer'

const style = `${replyPageStyle}
[hidden] { display: none; }
`

/** Runs before anything is shown. Where there is no fragment, an error may stand in the query. */
const script = `
const answer = location.hash.slice(1) || location.search.slice(1)
history.replaceState(null, '', location.pathname)
document.addEventListener('DOMContentLoaded', async () => {
  const main = document.querySelector('main')
  const show = ({ title, text, status }) => {
    document.title = title + ' \\u00b7 Latchkey'
    main.querySelector('h1').textContent = title
    main.querySelector('p').textContent = text
    for (const mark of main.querySelectorAll('[data-mark]'))
      mark.hidden = mark.dataset.mark !== (status === 200 ? 'good' : 'bad')
  }
  const { post, refusedTitle, refusedText, lostTitle, lostText } = main.dataset
  if (answer === '') return show({ title: refusedTitle, text: refusedText, status: 400 })
  try {
    const response = await fetch(post, {
      method: 'POST',
      headers: { 'content-type': 'application/json', '${answerHeader}': '1' },
      body: JSON.stringify({ answer }),
      referrerPolicy: 'no-referrer',
    })
    const told = await response.json()
    if (told.next) location.replace(told.next)
    else show(told)
  } catch {
    show({ title: lostTitle, text: lostText, status: 400 })
  }
})
`

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Nothing is loaded, framed or told to anybody but the listener itself. */
export const fragmentPagePolicy = [
  "default-src 'none'",
  `script-src ${hashOf(script)}`,
  `style-src ${hashOf(style)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The whole page. `post` is the path of the listener that takes the fragment. */
export function fragmentPageHtml(words: FragmentWords, post: string): string {
  const { refused, lost } = words
  const data = {
    post,
    'refused-title': refused.title,
    'refused-text': refused.text,
    'lost-title': lost.title,
    'lost-text': lost.text,
  }
  const attributes = Object.entries(data).map(([name, value]) => `data-${name}="${escapeHtml(value)}"`)
  const mark = (tone: 'good' | 'bad'): string => `<div data-mark="${tone}" hidden>${replyMarks[tone]}</div>`
  return `<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<script>${script}</script>
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(words.title)} · Latchkey</title>
<style>${style}</style>
</head>
<body>
<main ${attributes.join(' ')}>
${mark('good')}${mark('bad')}
<h1>${escapeHtml(words.title)}</h1>
<p>${escapeHtml(words.text)}</p>
<noscript><p>${escapeHtml(words.scriptless)}</p></noscript>
<footer>Latchkey</footer>
</main>
</body>
</html>
`
}
