/** The page that the browser shows when a sign-in ends: self-contained, no script, nothing from the query. */
import type { ReplyPage } from '../core/ports.ts'

export const replyPageStyle = `
:root { color-scheme: light dark; --ground: #f6f6f8; --card: #ffffff; --line: #e2e2e8; --text: #1c1c22; --quiet: #5d5d6b; --good: #1a7f4b; --bad: #b3382c; }
@media (prefers-color-scheme: dark) { :root { --ground: #16161a; --card: #202026; --line: #34343d; --text: #ececf1; --quiet: #a5a5b3; --good: #58c48c; --bad: #f0897d; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 440px; width: 100%; padding: 40px; background: var(--card); border: 1px solid var(--line); border-radius: 16px; text-align: center; }
svg { width: 56px; height: 56px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.good { color: var(--good); }
.bad { color: var(--bad); }
h1 { margin: 16px 0 8px; font-size: 22px; line-height: 1.3; font-weight: 600; overflow-wrap: anywhere; }
p { margin: 0; color: var(--quiet); overflow-wrap: anywhere; }
footer { margin-top: 28px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--quiet); font-size: 13px; letter-spacing: 0.02em; }
`

const mark = (tone: string, path: string): string =>
  `<svg class="${tone}" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/><path d="${path}"/></svg>`

/** A tick in a circle, and a cross. */
export const replyMarks = {
  good: mark('good', 'M8 12.5l2.8 2.8L16 9.5'),
  bad: mark('bad', 'M9 9l6 6M15 9l-6 6'),
} as const

/** The whole page. Title and text are words of ours; they are escaped all the same. */
export function replyPageHtml({ status, title, text, language }: ReplyPage): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Latchkey</title>
<style>${replyPageStyle}</style>
</head>
<body>
<main>
${replyMarks[status === 200 ? 'good' : 'bad']}
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
<footer>Latchkey</footer>
</main>
</body>
</html>
`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A text as HTML, also between quotation marks. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
