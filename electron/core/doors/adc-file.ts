/** The file of application default credentials that Google's libraries take a lease from (google-oauth.md 8.5). */
import type { AdcFileView } from '../../contract/doors.ts'
import { Secret } from '../secret.ts'
import { leaseIdOf } from './lease-handle.ts'

/** A file of credentials is far smaller, bytes. */
export const maxAdcBytes = 64 * 1024

export interface AdcFile {
  readonly handle: Secret
  /** Of the HTTP door. */
  readonly port: number
  readonly quotaProject: string | null
}

/**
 * The whole text. `audience` looks like nobody's workforce pool, so that no library asks Google about it; the client
 * and its word are constants and open nothing. The Secret is the text's: it holds the handle.
 */
export function adcFileText({ handle, port, quotaProject }: AdcFile): Secret {
  const door = `http://127.0.0.1:${String(port)}/adc`
  const file = {
    type: 'external_account_authorized_user',
    audience: '//latchkey.invalid/local',
    client_id: 'latchkey',
    client_secret: 'latchkey-lease',
    refresh_token: handle.reveal(),
    token_url: `${door}/token`,
    token_info_url: `${door}/introspect`,
    ...(quotaProject === null ? {} : { quota_project_id: quotaProject }),
    universe_domain: 'googleapis.com',
  }
  return new Secret(`${JSON.stringify(file, null, 2)}\n`)
}

export interface AdcReading {
  readonly found: Exclude<AdcFileView['found'], 'unreadable'>
  readonly holdsSecret: boolean
  /** Of a file of ours. */
  readonly handle: Secret | null
  readonly leaseId: string | null
}

/** What lies there. Ours is what has the form of ours and a handle in it, whether or not that is still worth anything. */
export function readAdcFile(bytes: Uint8Array | null): AdcReading {
  if (bytes === null) return { found: 'none', holdsSecret: false, handle: null, leaseId: null }
  const text = Buffer.from(bytes).toString('utf8')
  const handle = handleIn(text)
  const leaseId = handle && leaseIdOf(handle)
  if (leaseId !== null) return { found: 'ours', holdsSecret: false, handle, leaseId }
  return { found: 'other', holdsSecret: lasting.test(text), handle: null, leaseId: null }
}

/** What works on any machine, however deep in the file. */
const lasting = /"(refresh_token|private_key)"\s*:\s*"[^"]/

function handleIn(text: string): Secret | null {
  try {
    const file = JSON.parse(text) as Record<string, unknown> | null
    const { client_id: clientId, refresh_token: handle } = file ?? {}
    return clientId === 'latchkey' && typeof handle === 'string' ? new Secret(handle) : null
  } catch {
    return null
  }
}
