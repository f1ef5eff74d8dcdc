/** Builders of what the window shows of doors: leases, questions that wait, and the file Google's libraries read. */
import type { AdcFileView, AskView, LeaseView, ProgramView } from '../../electron/contract/doors.ts'
import { dayMs, hourMs, sampleAccount, sampleClient, sampleNow } from './sample-state.ts'

const minuteMs = 60_000
const digits = (n: number): string => String(n).padStart(8, '0')
const scope = (name: string): string => `https://www.googleapis.com/auth/${name}`

export function sampleProgram(change: Partial<ProgramView> = {}): ProgramView {
  return {
    name: 'terraform',
    path: '/usr/local/bin/terraform',
    folder: '/home/asha/infra',
    pid: 4242,
    host: null,
    certainty: 'stated',
    ...change,
  }
}

/** A lease for the command line of the first sample account under its first client, used since this morning. */
export function sampleLease(index = 0, change: Partial<LeaseView> = {}): LeaseView {
  const { accountId, email } = sampleAccount(0, [sampleClient(0)])
  const program = change.program === undefined ? sampleProgram() : change.program
  return {
    leaseId: `lease-${digits(index)}`,
    label: program?.name ?? 'Backup script',
    door: 'command',
    term: 'always',
    program,
    accountId,
    email,
    clientId: sampleClient(0).clientId,
    scopes: [scope('gmail.readonly')],
    remote: false,
    givenAt: sampleNow - 3 * dayMs,
    expiresAt: null,
    ended: null,
    uses: 128,
    refusals: 0,
    lastUsedAt: sampleNow - 12 * minuteMs,
    lastRefusal: null,
    recent: [
      { at: sampleNow - 26 * hourMs, count: 40 },
      { at: sampleNow - 20 * hourMs, count: 4 },
      { at: sampleNow - 3 * hourMs, count: 60 },
      { at: sampleNow - 2 * hourMs, count: 20 },
      { at: sampleNow - 12 * minuteMs, count: 4 },
    ],
    file: null,
    address: null,
    quotaProject: null,
    problem: null,
    ...change,
  }
}

/** terraform asks for all of Google Cloud, for another three quarters of a minute. */
export function sampleAsk(index = 0, change: Partial<AskView> = {}): AskView {
  const { accountId, email } = sampleAccount(0, [sampleClient(0)])
  return {
    askId: `ask-${digits(index)}`,
    program: sampleProgram(),
    door: 'command',
    remote: false,
    accountId,
    email,
    clientId: sampleClient(0).clientId,
    scopes: [scope('cloud-platform'), scope('gmail.readonly'), scope('calendar')],
    named: true,
    askedAt: sampleNow - 15_000 + index,
    endsAt: sampleNow + 45_000,
    ...change,
  }
}

/** A question from another machine, whose name is only what it says. */
export function sampleRemoteAsk(index = 1, change: Partial<AskView> = {}): AskView {
  return sampleAsk(index, {
    program: sampleProgram({
      name: 'backup.sh',
      path: null,
      folder: '/srv/backup',
      host: 'build-7',
      certainty: 'claimed',
    }),
    remote: true,
    ...change,
  })
}

export function sampleAdcFile(change: Partial<AdcFileView> = {}): AdcFileView {
  return {
    path: '/home/asha/.config/gcloud/application_default_credentials.json',
    found: 'none',
    holdsSecret: false,
    leaseId: null,
    keptAside: null,
    ...change,
  }
}
