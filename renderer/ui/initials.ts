function firstLetter(word: string): string {
  // By grapheme, so that an accent or a matra stays with its letter.
  const [first] = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(word)
  return first?.segment ?? ''
}

/** One or two letters for the round mark of an account: from the name, otherwise from the address. */
export function initials(name: string | null, email: string): string {
  const local = email.split('@')[0] ?? ''
  const source = name?.trim() ? name.trim().split(/\s+/u) : local.split(/[._+-]+/u)
  const words = source.filter((word) => /[\p{L}\p{N}]/u.test(word))
  const first = firstLetter(words[0] ?? '')
  const last = words.length > 1 ? firstLetter(words.at(-1) ?? '') : ''
  return (first + last).toLocaleUpperCase() || '?'
}
