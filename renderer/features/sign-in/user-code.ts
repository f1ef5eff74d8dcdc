/**
 * The parts of a user code that must not be broken, each with the mark that follows it: `GQVQ-`, `JKEC`. Google says
 * that a code can hold any printable ASCII and be as wide as fifteen times the letter W.
 */
export function codeGroups(code: string): string[] {
  return code.match(/[^\s-]+[\s-]*|[\s-]+/g) ?? []
}

/** Letter by letter, so that it is not read out as a word. */
export function spelled(code: string): string {
  return Array.from(code)
    .filter((letter) => letter.trim() !== '')
    .join(' ')
}
