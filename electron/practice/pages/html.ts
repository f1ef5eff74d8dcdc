/** Text that is already safe to stand in a page. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Piece = string | Html | readonly Html[]

/** Builds a piece of a page. Strings that are put in are escaped, pieces are not. */
export function html(parts: TemplateStringsArray, ...values: readonly Piece[]): Html {
  const text = parts.reduce((before, part, index) => {
    const value = values[index - 1]
    return `${before}${value === undefined ? '' : render(value)}${part}`
  })
  return new Html(text)
}

export const nothing = new Html('')

function render(value: Piece): string {
  if (typeof value === 'string') return escapeHtml(value)
  return value instanceof Html ? value.text : value.map((piece) => piece.text).join('')
}

function escapeHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;')
}
