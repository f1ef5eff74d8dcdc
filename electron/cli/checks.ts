/** What `latchkey doctor` looks at. Pure over what was found; each line says what to do about it. */
import type { AdcFileView, LeaseView } from '../contract/doors.ts'
import type { ProblemView } from '../contract/views.ts'
import type { StatusAnswer } from './commands/status.ts'
import { counted } from './times.ts'

export interface Check {
  readonly name: string
  readonly level: 'ok' | 'warn' | 'fail'
  readonly text: string
  /** What to do; empty where there is nothing. */
  readonly next: string
}

function check(name: string, level: Check['level'], text: string, next = ''): Check {
  return { name, level, text, next }
}

/** A file or folder of the doors as it lies there; null where it does not. */
export interface Seen {
  readonly path: string
  readonly mine: boolean
  /** The permission bits. */
  readonly mode: number
  readonly kind: 'folder' | 'socket' | 'file' | 'other'
}

/** Nobody else may enter the folder or use what is in it. */
export function placeChecks(seen: readonly Seen[]): readonly Check[] {
  return seen.map(({ path, mine, mode, kind }) => {
    if (!mine)
      return check(
        'place',
        'fail',
        `${path} belongs to somebody else.`,
        'Look who made it; Latchkey does not use it.',
      )
    if (kind === 'other') return check('place', 'fail', `${path} is not what belongs there.`, 'Move it away.')
    if ((mode & 0o077) !== 0)
      return check('place', 'fail', `${path} is open to others (${mode.toString(8)}).`, `chmod go= ${path}`)
    return check('place', 'ok', `${path} is closed to others.`)
  })
}

export function ownerChecks(status: StatusAnswer, own: string): readonly Check[] {
  const { version, owner, locked, store, vaultLocked, problem, http } = status
  const who =
    owner === undefined
      ? 'Latchkey on another machine'
      : `${owner.kind === 'app' ? 'The app' : 'The agent'}, process ${String(owner.pid)}`
  return [
    version === own
      ? check('owner', 'ok', `${who} has the profile open.`)
      : check(
          'owner',
          'warn',
          `${who} is version ${version}, this command ${own}.`,
          'Restart it, so that both are the same.',
        ),
    locked
      ? check('doors', 'warn', 'The doors are locked.', 'latchkey unlock')
      : check('doors', 'ok', 'The doors are open.'),
    ...(problem ? [check('doors', 'fail', problem.message, 'latchkey status')] : []),
    ...(http === undefined
      ? []
      : [
          check(
            'http',
            'ok',
            http === null
              ? 'The door over HTTP is closed: no lease needs it.'
              : `The door over HTTP is at ${http}.`,
          ),
        ]),
    ...(store === undefined ? [] : [secretsCheck(store, vaultLocked === true)]),
  ]
}

function secretsCheck(store: 'keychain' | 'vault', locked: boolean): Check {
  if (store === 'keychain') return check('secrets', 'ok', 'Secrets lie in the keychain of the system.')
  return locked
    ? check('secrets', 'warn', 'Secrets lie in the vault, which is locked.', 'latchkey unlock')
    : check('secrets', 'ok', 'Secrets lie in the vault, which is open.')
}

/** What the owner itself has found: keychain, clock, history. */
export function problemChecks(problems: readonly ProblemView[]): readonly Check[] {
  if (problems.length === 0) return [check('problems', 'ok', 'Latchkey has found no problem.')]
  return problems.map(({ error }) =>
    check('problems', error.retryable ? 'warn' : 'fail', error.message, 'See the Latchkey window.'),
  )
}

export function adcCheck(
  { path, found, holdsSecret, leaseId }: AdcFileView,
  leases: readonly LeaseView[],
): Check {
  if (found === 'none') return check('adc', 'ok', `${path}: none, so nothing that lasts lies there.`)
  if (found === 'unreadable') return check('adc', 'warn', `${path} could not be read.`, 'Look who owns it.')
  if (found === 'other')
    return holdsSecret
      ? check('adc', 'warn', `${path} holds a secret that works on any machine.`, 'latchkey adc write')
      : check('adc', 'ok', `${path} is another program’s and holds no secret.`)
  const lease = leases.find((one) => one.leaseId === leaseId)
  return lease?.ended === null
    ? check('adc', 'ok', `${path} is Latchkey’s, for “${lease.label}”.`)
    : check('adc', 'fail', `${path} is Latchkey’s, and its lease is over.`, 'latchkey adc write')
}

const overriding: Readonly<Record<string, string>> = {
  CLOUDSDK_AUTH_ACCESS_TOKEN: 'gcloud takes this token before anything else',
  CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: 'gcloud takes this file before its own accounts',
  GOOGLE_CREDENTIALS: 'Terraform takes it before everything of Latchkey’s but a token',
  GOOGLE_OAUTH_ACCESS_TOKEN: 'Terraform takes this token, which is not renewed',
  GCE_METADATA_HOST: 'Google’s libraries ask this metadata server where there is no file',
}

/** Variables that go before what Latchkey sets up. Their values are never repeated: some are tokens. */
export function variableChecks(env: Readonly<Record<string, string | undefined>>): readonly Check[] {
  const set = Object.entries(overriding).filter(([name]) => (env[name] ?? '') !== '')
  if (set.length === 0) return [check('variables', 'ok', 'No variable goes before what Latchkey sets up.')]
  return set.map(([name, words]) =>
    check('variables', 'warn', `${name} is set: ${words}.`, `unset ${name}, unless you mean it.`),
  )
}

const staleMs = 30 * 86_400_000

/** Leases that nobody uses, and doors of leases that do not answer. `now`: epoch ms. */
export function leaseChecks(leases: readonly LeaseView[], now: number): readonly Check[] {
  const live = leases.filter(({ ended }) => ended === null)
  const stale = live.filter(({ lastUsedAt, givenAt }) => now - (lastUsedAt ?? givenAt) > staleMs)
  const checks = [
    ...live
      .filter(({ problem }) => problem !== null)
      .map(({ label, problem }) =>
        check('leases', 'fail', `“${label}”: ${problem?.message ?? ''}`, 'latchkey lease'),
      ),
    ...stale.map(({ label, leaseId }) =>
      check('leases', 'warn', `“${label}” was not used for a month.`, `latchkey lease end ${leaseId}`),
    ),
  ]
  return checks.length > 0
    ? checks
    : [check('leases', 'ok', `${counted(live.length, 'lease')}, none forgotten.`)]
}

/** A minute changes nothing; signed requests fail from about five on. */
export function clockCheck(offsetMs: number): Check {
  const seconds = Math.round(Math.abs(offsetMs) / 1000)
  if (seconds < 60) return check('clock', 'ok', 'The clock is right, as far as is known.')
  return check(
    'clock',
    'warn',
    `The clock is ${String(seconds)} s off Google’s time.`,
    'Set the clock of this computer.',
  )
}
