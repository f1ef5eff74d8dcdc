/** How devices are treated, for tests that cannot wait and for what Google leaves open. Lives in memory only. */
import * as v from 'valibot'

const seconds = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(86_400))

export const deviceRulesSchema = v.strictObject({
  /** Seconds between two polls, and until a code runs out. */
  interval: v.exactOptional(seconds),
  expiresIn: v.exactOptional(seconds),
  /** How many more codes there are before the quota is used up; null for as many as anybody wants. */
  quota: v.exactOptional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0)))),
  /** The text of the codes to come; null for random ones. Google's are up to fifteen wide letters. */
  userCode: v.exactOptional(v.nullable(v.pipe(v.string(), v.regex(/^[\x21-\x7E]{1,15}$/)))),
  /** What a poll after the end is told: Google does not say which. */
  expiredError: v.exactOptional(v.picklist(['expired_token', 'invalid_grant'])),
  /** So many polls are told to slow down, however slow they are. */
  slowDowns: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** What the address of the page is called: Google's name, or that of RFC 8628. */
  addressName: v.exactOptional(v.picklist(['verification_url', 'verification_uri'])),
})
export type DeviceRules = v.InferOutput<typeof deviceRulesSchema>

const usual: Required<DeviceRules> = {
  interval: 5,
  expiresIn: 1800,
  quota: null,
  userCode: null,
  expiredError: 'expired_token',
  slowDowns: 0,
  addressName: 'verification_url',
}

export interface DeviceDesk {
  rules(): Required<DeviceRules>
  /** What is left out stays as it is. */
  set(rules: DeviceRules): void
  /** Uses one code of the quota up; false when there is none left. */
  takeCode(): boolean
  /** Uses up one poll that is told to slow down; false when there is none. */
  takeSlowDown(): boolean
}

export function createDeviceDesk(): DeviceDesk {
  let rules = usual
  const set = (some: DeviceRules): void => {
    rules = { ...rules, ...some }
  }
  return {
    rules: () => rules,
    set,
    takeCode: () => {
      if (rules.quota === null) return true
      if (rules.quota === 0) return false
      set({ quota: rules.quota - 1 })
      return true
    },
    takeSlowDown: () => {
      if (rules.slowDowns === 0) return false
      set({ slowDowns: rules.slowDowns - 1 })
      return true
    },
  }
}
