/** The codes of devices: how one is made, answered by a person and claimed (google-oauth.md section 5). */
import type { DeviceCode, PracticeState } from './state.ts'

/** How many are remembered; the oldest are forgotten. */
const codeLimit = 200
/** A device that polls by its own timer is not told off for this part of an interval. */
const earlyPart = 0.1

/** Letters that cannot be taken for one another or form a word. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'
const groupLength = 4

/** A code for a person to enter, like `BCDF-GHJK`. `random` gives base64url text of that many random bytes. */
export function mintUserCode(random: (bytes: number) => string): string {
  const drawn = [...Buffer.from(random(groupLength * 2), 'base64url')]
  const text = drawn.map((byte) => letters.charAt(byte % letters.length)).join('')
  return `${text.slice(0, groupLength)}-${text.slice(groupLength)}`
}

export function addDeviceCode(state: PracticeState, code: DeviceCode): PracticeState {
  return { ...state, deviceCodes: [...state.deviceCodes, code].slice(-codeLimit) }
}

export function findDeviceCode(state: PracticeState, hash: string): DeviceCode | null {
  return state.deviceCodes.find((code) => code.hash === hash) ?? null
}

/** The newest code of that text which somebody can still answer; letters' case counts. `now` is practice time, ms. */
export function findByUserCode(state: PracticeState, userHash: string, now: number): DeviceCode | null {
  const waiting = state.deviceCodes.filter((code) => code.userHash === userHash && isWaiting(code, now))
  return waiting[waiting.length - 1] ?? null
}

/** Nobody has said anything yet, and there is still time. */
export function isWaiting(code: DeviceCode, now: number): boolean {
  return code.answer === null && !code.claimed && now < code.expiresAt
}

/** The word of a person. A code that was answered already, or has run out, stays as it is. */
export function answerDeviceCode(
  state: PracticeState,
  hash: string,
  answer: NonNullable<DeviceCode['answer']>,
  now: number,
): PracticeState {
  return change(state, hash, (code) => (isWaiting(code, now) ? { ...code, answer } : code))
}

/** A code gives tokens once. */
export function claimDeviceCode(state: PracticeState, hash: string): PracticeState {
  return change(state, hash, (code) => ({ ...code, claimed: true }))
}

/** Notes a poll at an instant of the machine's time, ms. */
export function notePoll(state: PracticeState, hash: string, machineNow: number): PracticeState {
  return change(state, hash, (code) => ({ ...code, polledAt: machineNow }))
}

/** Whether a device asks sooner than it was told to. */
export function pollsTooSoon({ polledAt, interval }: DeviceCode, machineNow: number): boolean {
  return polledAt !== null && machineNow - polledAt < interval * 1000 * (1 - earlyPart)
}

function change(
  state: PracticeState,
  hash: string,
  changed: (code: DeviceCode) => DeviceCode,
): PracticeState {
  return {
    ...state,
    deviceCodes: state.deviceCodes.map((code) => (code.hash === hash ? changed(code) : code)),
  }
}
