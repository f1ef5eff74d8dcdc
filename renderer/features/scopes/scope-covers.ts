/**
 * Which scopes a broader one stands in for. A pair is here only where Google's API reference names the broader
 * scope beside the narrower one at every method that takes the narrower one (checked over the discovery documents
 * of google-oauth.md 7.3), and where it also reaches as far: `drive.file` is named beside `drive.readonly`, but sees
 * only its own files.
 */
import type { Catalogue } from './scope-text.ts'
import { catalogueName, commonPrefix } from './scope-text.ts'

const broader: Readonly<Record<string, string>> = {
  'https://mail.google.com/':
    'gmail.modify gmail.compose gmail.insert gmail.labels gmail.metadata gmail.readonly gmail.send',
  'gmail.modify': 'gmail.compose gmail.insert gmail.labels gmail.metadata gmail.readonly gmail.send',
  'gmail.readonly': 'gmail.metadata',
  'gmail.compose': 'gmail.send',
  calendar:
    'calendar.acls calendar.acls.readonly calendar.app.created calendar.calendarlist calendar.calendarlist.readonly calendar.calendars calendar.calendars.readonly calendar.events calendar.events.freebusy calendar.events.owned calendar.events.owned.readonly calendar.events.public.readonly calendar.events.readonly calendar.freebusy calendar.settings.readonly',
  'calendar.readonly':
    'calendar.calendarlist.readonly calendar.calendars.readonly calendar.events.freebusy calendar.events.owned.readonly calendar.events.public.readonly calendar.events.readonly calendar.freebusy calendar.settings.readonly',
  drive:
    'drive.file drive.metadata drive.metadata.readonly drive.meet.readonly spreadsheets spreadsheets.readonly documents documents.readonly presentations presentations.readonly forms.body forms.body.readonly forms.responses.readonly',
  'drive.readonly':
    'drive.metadata.readonly drive.meet.readonly spreadsheets.readonly documents.readonly presentations.readonly forms.body.readonly',
  'cloud-platform':
    'bigquery bigquery.insertdata devstorage.full_control devstorage.read_write devstorage.read_only compute compute.readonly logging.read logging.write logging.admin monitoring monitoring.read monitoring.write pubsub datastore sqlservice.admin',
  'devstorage.full_control': 'devstorage.read_write devstorage.read_only',
  bigquery: 'bigquery.insertdata',
  youtube: 'youtube.upload',
  'youtube.force-ssl': 'youtube.upload',
  'admin.directory.user': 'admin.directory.user.alias admin.directory.user.alias.readonly',
  'admin.directory.group': 'admin.directory.group.member admin.directory.group.member.readonly',
  'chat.messages':
    'chat.messages.create chat.messages.reactions chat.messages.reactions.create chat.messages.reactions.readonly',
  'chat.messages.reactions': 'chat.messages.reactions.create',
  'chat.spaces': 'chat.spaces.create',
}

/** Beside these, some method that takes the read-only scope does not take the one without that ending. */
const apart = new Set(['analytics', 'postmaster', 'youtube'])
const readOnlyEnding = /\.read-?only$/

let narrowerToBroader: Map<string, string[]> | undefined

function coverTable(): Map<string, string[]> {
  const table = new Map<string, string[]>()
  for (const [wide, narrow] of Object.entries(broader))
    for (const name of narrow.split(' ')) table.set(name, [...(table.get(name) ?? []), wide])
  return table
}

/** The broader scopes that allow all that `scope` (canonical) does, as far as it is documented; canonical. */
export function coveringScopes(scope: string, catalogue: Catalogue): string[] {
  narrowerToBroader ??= coverTable()
  const entry = catalogue.scopeEntry(scope)
  if (!entry) return []
  const name = catalogueName(entry.scope)
  const names = new Set(narrowerToBroader.get(name) ?? [])
  const base = name.replace(readOnlyEnding, '')
  if (base !== name && !apart.has(base)) names.add(base)
  return [...names].flatMap((wide) => {
    const found = catalogue.scopeEntry(wide.includes(':') ? wide : `${commonPrefix}${wide}`)
    return found ? [found.scope] : []
  })
}
