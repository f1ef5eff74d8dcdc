/** What to type so that a program uses its lease. Nothing in these lines is a secret. */
import type { LeaseView } from '../../../electron/contract/doors.ts'
import type { About } from '../../../electron/contract/views.ts'

export type Platform = About['platform']

export interface DoorLine {
  /** `env`: before the program starts. `command`: typed as it stands. `address`: where to send a request. */
  readonly kind: 'env' | 'command' | 'address'
  readonly text: string
}

/** One word of a shell's line. PowerShell and POSIX shells both take single quotes; each has its way of one inside. */
function quoted(text: string, platform: Platform): string {
  if (/^[\w@%+=:,./~-]+$/.test(text)) return text
  return `'${text.replaceAll("'", platform === 'win32' ? "''" : `'\\''`)}'`
}

/** Sets a variable for what is started from the same terminal: PowerShell on Windows, any POSIX shell elsewhere. */
export function envLine(name: string, value: string, platform: Platform): string {
  return platform === 'win32'
    ? `$env:${name} = '${value.replaceAll("'", "''")}'`
    : `export ${name}=${quoted(value, platform)}`
}

type LineFacts = Pick<LeaseView, 'door' | 'file' | 'address' | 'email' | 'remote'>

/**
 * The lines for one lease. `http` is `127.0.0.1:PORT` of the door for any program, null while none was chosen. For
 * `http` the handle itself is left to an environment variable, since it is shown nowhere.
 */
export function doorLines(lease: LineFacts, http: string | null, platform: Platform): DoorLine[] {
  const { door, file, address, email } = lease
  const env = (name: string, value: string): DoorLine => ({
    kind: 'env',
    text: envLine(name, value, platform),
  })
  switch (door) {
    case 'command': {
      const account = email === null ? '' : ` --account ${quoted(email, platform)}`
      return [{ kind: 'command', text: `latchkey token${account}` }]
    }
    case 'http':
      return http === null ? [] : httpLines(http, platform)
    case 'adc':
      return file === null ? [] : [env('GOOGLE_APPLICATION_CREDENTIALS', file)]
    case 'metadata':
      // Python's library pings the second one (google-oauth.md 8.6).
      return address === null ? [] : [env('GCE_METADATA_HOST', address), env('GCE_METADATA_IP', address)]
    case 'gcloud':
      return file === null ? [] : [env('CLOUDSDK_AUTH_ACCESS_TOKEN_FILE', file)]
  }
}

function httpLines(http: string, platform: Platform): DoorLine[] {
  const variable = platform === 'win32' ? '$env:LATCHKEY_LEASE' : '$LATCHKEY_LEASE'
  const address = `http://${http}/v1/token`
  const curl = platform === 'win32' ? 'curl.exe' : 'curl'
  return [
    { kind: 'address', text: address },
    {
      kind: 'command',
      text: `${curl} -s -X POST -H "Authorization: Bearer ${variable}" -H "Content-Type: application/json" -d "{}" ${address}`,
    },
  ]
}
