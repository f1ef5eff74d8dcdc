/** The lengths of Google's rules, ms (google-oauth.md 2.2). */
export const minuteMs = 60 * 1000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

/** The shortest and the longest that six calendar months can be: 1 September to 1 March, 1 March to 1 September. */
export const sixMonthsMs = { shortest: 181 * dayMs, longest: 184 * dayMs } as const

/** A refresh token of an External project in Testing lives so long, from its consent on. */
export const testingLifeMs = 7 * dayMs

/** An administrator chooses a session length between these. */
export const sessionLengthMs = { shortest: hourMs, longest: 24 * hourMs } as const

/**
 * Two instants that were taken by this machine's clock can be so far off each other: each may differ from Google's
 * time by five minutes before it is corrected. Only beyond it does one instant prove something about the other.
 */
export const clockToleranceMs = 10 * 60 * 1000
