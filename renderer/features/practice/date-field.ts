const pad = (value: number): string => String(value).padStart(2, '0')

/** An instant as a date field of the page writes it, in the machine's zone, to the minute. */
export function fieldValue(at: number): string {
  const date = new Date(at)
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
  return `${day}T${pad(date.getHours())}:${pad(date.getMinutes())}`
}

/** The instant a date field means, epoch ms; null for none, or one that the practice clock does not take. */
export function instantOf(value: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)) return null
  const at = new Date(value).getTime()
  return Number.isFinite(at) && at >= 0 && at <= 41e11 ? at : null
}
