/** Instants and spans as the command writes them: the same everywhere, so that scripts and eyes can line them up. */

/** `2026-11-23 14:05`, by this machine's clock. */
export function instantInWords(at: number): string {
  const time = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${String(time.getFullYear())}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`
}

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const

/** The largest unit that fits, rounded down: `3 d`, `54 min`, `12 s`. */
export function spanInWords(ms: number): string {
  for (const [unit, name] of units) if (ms >= unit) return `${String(Math.floor(ms / unit))} ${name}`
  return '0 s'
}

/** `1 refresh token`, `3 refresh tokens`. */
export function counted(count: number, word: string): string {
  return `${String(count)} ${word}${count === 1 ? '' : 's'}`
}
