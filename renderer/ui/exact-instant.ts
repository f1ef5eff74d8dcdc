const formats = new Map<string, { date: Intl.DateTimeFormat; time: Intl.DateTimeFormat }>()

function formatsFor(
  locale: 'en' | 'hi',
  timeZone: string | undefined,
): { date: Intl.DateTimeFormat; time: Intl.DateTimeFormat } {
  const key = `${locale} ${timeZone ?? ''}`
  const known = formats.get(key)
  if (known) return known
  const tag = locale === 'hi' ? 'hi-IN-u-nu-latn' : 'en-GB'
  const zone = timeZone === undefined ? {} : { timeZone }
  const made = {
    date: new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short', year: 'numeric', ...zone }),
    time: new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone }),
  }
  formats.set(key, made)
  return made
}

/** An instant as people write it, to the minute: `8 Nov 2026 10:12`. The zone is the machine's unless given. */
export function exactInstant(at: number, locale: 'en' | 'hi', timeZone?: string): string {
  const { date, time } = formatsFor(locale, timeZone)
  return `${date.format(at)} ${time.format(at)}`
}

/** The time of day alone, to the minute: `10:12`. */
export function exactTime(at: number, locale: 'en' | 'hi', timeZone?: string): string {
  return formatsFor(locale, timeZone).time.format(at)
}

/** The day alone: `8 Nov 2026`. */
export function exactDay(at: number, locale: 'en' | 'hi', timeZone?: string): string {
  return formatsFor(locale, timeZone).date.format(at)
}
