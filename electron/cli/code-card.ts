/** A device code as text: large enough to be read from across a room, and for a camera. */
import { generate } from 'lean-qr'

/** Google: room for 15 wide letters (google-oauth.md 5). */
const widestCode = 15

export interface CodeCard {
  readonly userCode: string
  /** Where it is entered. */
  readonly page: string
  /** The same for a camera. */
  readonly scan: string
  /** Minutes left. */
  readonly minutes: number
}

export interface Looks {
  /** Characters in a line. */
  readonly columns: number
  /** Whether colours are understood; a QR code needs them to be dark on light everywhere. */
  readonly colour: boolean
}

/** The lines to print. */
export function codeCard({ userCode, page, scan, minutes }: CodeCard, looks: Looks): readonly string[] {
  return [
    '',
    '  On any device, open',
    `    ${page}`,
    '  and enter this code, letters as they stand here:',
    '',
    ...boxed(userCode, looks.columns),
    '',
    `  It is valid for ${String(minutes)} minutes.`,
    ...qrLines(scan, looks),
    '',
  ]
}

/** Spaced letters in a frame where the line is long enough, otherwise plain. */
function boxed(code: string, columns: number): readonly string[] {
  const spaced = Array.from(code).join(' ')
  const inner = Math.max(spaced.length, 2 * widestCode - 1) + 6
  if (inner + 6 > columns) return [`    ${code}`]
  const left = Math.floor((inner - spaced.length) / 2)
  const line = `${' '.repeat(left)}${spaced}${' '.repeat(inner - spaced.length - left)}`
  const bar = '─'.repeat(inner)
  const empty = ' '.repeat(inner)
  return [`    ┌${bar}┐`, `    │${empty}│`, `    │${line}│`, `    │${empty}│`, `    └${bar}┘`]
}

/** ANSI: black on bright white, whatever the terminal's own colours are. */
const darkOnLight = '\u001B[30;107m'
const plain = '\u001B[0m'
/** The standard asks for four; cameras do with two, and lines are short. */
const quietZone = 2

/** Two rows of modules a line; nothing where it cannot be shown as it must be. */
function qrLines(text: string, { columns, colour }: Looks): readonly string[] {
  if (!colour) return []
  const code = generate(text)
  const side = code.size + 2 * quietZone
  if (side + 4 > columns) return []
  const rows = Array.from({ length: Math.ceil(side / 2) }, (_, row) => row * 2 - quietZone)
  const dark = (x: number, y: number): boolean => x >= 0 && y >= 0 && code.get(x, y)
  const glyph = (x: number, y: number): string => {
    const [upper, lower] = [dark(x, y), dark(x, y + 1)]
    return upper && lower ? '█' : upper ? '▀' : lower ? '▄' : ' '
  }
  const line = (y: number): string =>
    Array.from({ length: side }, (_, column) => glyph(column - quietZone, y)).join('')
  return ['', ...rows.map((y) => `    ${darkOnLight}${line(y)}${plain}`)]
}
