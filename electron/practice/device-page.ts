/** `/device`: where a person enters the code that a device shows (google-oauth.md section 5). */
import { field } from './answers.ts'
import type { DeviceRequest } from './authorization-request.ts'
import { findByUserCode } from './device-codes.ts'
import { deviceEntryPage } from './pages/device-pages.ts'
import type { PageLanguage } from './pages/words.ts'
import { pickLanguage } from './pages/words.ts'
import { hashSecret } from './secrets.ts'
import type { Handle } from './server.ts'
import type { DeviceCode } from './state.ts'
import type { Tickets, Visit } from './tickets.ts'
import { fromOwnPage, showChooser } from './visit-steps.ts'
import type { PracticeWorld } from './world.ts'

export const devicePath = '/device'

/** One person in front of the page. */
export interface DeviceEntry {
  readonly language: PageLanguage
}

/** GET. */
export function showDeviceEntry(entries: Tickets<DeviceEntry>): Handle {
  return ({ query, headers }) => {
    const language = pickLanguage(field(query, 'hl'), headers['accept-language'])
    const ticket = entries.issue({ language })
    return deviceEntryPage({ ticket, language, entered: null, action: devicePath })
  }
}

/** POST: the code leads to the account chooser; an unknown one, or one that has run out, back to the page. */
export function deviceEntryForm(
  world: PracticeWorld,
  entries: Tickets<DeviceEntry>,
  visits: Tickets<Visit>,
): Handle {
  return fromOwnPage(world, entries, (ticket, { language }, fields) => {
    const entered = (field(fields, 'code') ?? '').trim()
    const code = findByUserCode(world.store.state, hashSecret(entered), world.now())
    if (code === null) return deviceEntryPage({ ticket, language, entered, action: devicePath })
    entries.redeem(ticket)
    const visit: Visit = { request: requestOf(code), language, sub: null }
    return showChooser(visits.issue(visit), visit)
  })
}

/** A device is asked about every time, whatever was allowed before. */
function requestOf({ hash, clientId, scopes }: DeviceCode): DeviceRequest {
  return { via: 'device', codeHash: hash, clientId, scopes, prompt: ['consent'], hostedDomain: null }
}
