const shape = /^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i
const longest = 300

/**
 * What a person typed as the address of a proxy, in the form that main takes; a host without a scheme is taken
 * for http, as everywhere. Null when it is none.
 */
export function proxyAddress(typed: string): string | null {
  const text = typed.trim().replace(/\/$/, '')
  const whole = text.includes('://') ? text : `http://${text}`
  return whole.length <= longest && shape.test(whole) ? whole : null
}
