/**
 * All scopes that Google publishes, each with a sentence of our own about what a program holding it could do.
 * The list is that of the discovery documents (google-oauth.md 7.3); texts, products and access are ours, a class
 * is only given where a page of Google states it (7.1).
 */
import catalogue from './catalogue.json' with { type: 'json' }
import { canonicalScope } from './scope-sets.ts'

/** Google's three classes, which decide about warnings and verification; `unknown` where no page states one. */
export type ScopeClass = 'restricted' | 'sensitive' | 'non-sensitive' | 'unknown'

/** `write` as soon as anything can be added, changed, sent or deleted; `sign-in` says only who the person is. */
export type ScopeAccess = 'sign-in' | 'read' | 'write'

/** Which page states the class of a scope; see `classSources`. */
export type ScopeSource =
  | 'data-portability'
  | 'docs'
  | 'drive'
  | 'gmail'
  | 'meet'
  | 'restricted'
  | 'sheets'
  | 'slides'
  | 'workspace-events'

export interface ScopeEntry {
  /** The canonical full spelling, see `canonicalScope`. */
  readonly scope: string
  readonly product: string
  /** English, an imperative: what a program could do with it. */
  readonly text: string
  readonly access: ScopeAccess
  readonly class: ScopeClass
  /** Null exactly when the class is unknown. */
  readonly source: ScopeSource | null
}

export interface ScopeProduct {
  readonly product: string
  readonly scopes: readonly ScopeEntry[]
}

export interface ClassSource {
  readonly title: string
  readonly url: string
  /** The day of the reading that the class rests on, YYYY-MM-DD. */
  readonly readOn: string
}

/** The pages of Google that the classes rest on, each read as a stored copy. */
export const classSources: Readonly<Record<ScopeSource, ClassSource>> = {
  restricted: {
    title: 'Restricted scopes',
    url: 'https://support.google.com/cloud/answer/13464325',
    readOn: '2026-11-23',
  },
  gmail: {
    title: 'Choose Gmail API scopes',
    url: 'https://developers.google.com/workspace/gmail/api/auth/scopes',
    readOn: '2026-11-23',
  },
  drive: {
    title: 'Choose Google Drive API scopes',
    url: 'https://developers.google.com/workspace/drive/api/guides/api-specific-auth',
    readOn: '2026-11-23',
  },
  docs: {
    title: 'Choose Google Docs API scopes',
    url: 'https://developers.google.com/workspace/docs/api/auth',
    readOn: '2026-11-23',
  },
  sheets: {
    title: 'Choose Google Sheets API scopes',
    url: 'https://developers.google.com/workspace/sheets/api/scopes',
    readOn: '2026-11-23',
  },
  slides: {
    title: 'Choose Google Slides API scopes',
    url: 'https://developers.google.com/workspace/slides/api/scopes',
    readOn: '2026-11-23',
  },
  meet: {
    title: 'Authenticate and authorize Meet REST API requests',
    url: 'https://developers.google.com/workspace/meet/api/guides/authenticate-authorize',
    readOn: '2026-11-23',
  },
  'workspace-events': {
    title: 'Choose Google Workspace Events API scopes',
    url: 'https://developers.google.com/workspace/events/guides/auth',
    readOn: '2026-11-23',
  },
  'data-portability': {
    title: 'Data Portability API: OAuth scopes',
    url: 'https://developers.google.com/data-portability/user-guide/scopes',
    readOn: '2026-11-23',
  },
}

interface ScopeRow {
  readonly scope: string
  readonly text: string
  readonly access: ScopeAccess
  readonly class?: ScopeClass
  readonly source?: ScopeSource
}

interface ProductRow {
  readonly product: string
  readonly scopes: readonly ScopeRow[]
}

/** The product name of the identity scopes; the window writes it in its own language. */
export const identityProduct = 'identity'

const commonPrefix = 'https://www.googleapis.com/auth/'

/** In the file the common beginning is left out; a scope with another one is written in full. */
function fullName(name: string): string {
  return name === 'openid' || name.includes(':') ? name : `${commonPrefix}${name}`
}

function entryOf(product: string, row: ScopeRow): ScopeEntry {
  return {
    scope: fullName(row.scope),
    product,
    text: row.text,
    access: row.access,
    class: row.class ?? 'unknown',
    source: row.source ?? null,
  }
}

/** Every known scope once, by product: identity first, then what people know best, then the rest by name. */
export const scopeProducts: readonly ScopeProduct[] = (catalogue as readonly ProductRow[]).map(
  ({ product, scopes }) => ({ product, scopes: scopes.map((row) => entryOf(product, row)) }),
)

let entries: Map<string, ScopeEntry> | undefined

/** What is known of a scope in any of its spellings; null for one that the catalogue does not name. */
export function scopeEntry(scope: string): ScopeEntry | null {
  entries ??= new Map(scopeProducts.flatMap((product) => product.scopes.map((entry) => [entry.scope, entry])))
  return entries.get(canonicalScope(scope)) ?? null
}

/**
 * By name, the scopes of an organisation's own administration: Google answers `invalid_scope` when a consumer
 * account asks for one (google-oauth.md 1.5, observed), for nothing is there to administer. Also those that
 * Google's pages give to an organisation's service accounts alone: `chat.app.*` (workspace-events) and
 * `gmail.settings.sharing` (developers.google.com/workspace/guides/identify-scopes); and those of Keep and Cloud
 * Search, whose interfaces are offered to organisations only.
 */
const workspaceNames = [
  /^admin\./,
  /^apps\.(alerts|groups\.|licensing|order)/,
  /^chat\.(admin\.|app\.|import$)/,
  /^chrome\.management\./,
  /^cloud-identity\./,
  /^cloud_search(\.|$)/,
  /^drive\.admin\./,
  /^ediscovery(\.|$)/,
  /^gmail\.settings\.sharing$/,
  /^keep(\.|$)/,
]

/** True for a scope that a consumer account cannot have, only one that an organisation manages. */
export function isWorkspaceOnly(scope: string): boolean {
  const canonical = canonicalScope(scope)
  if (!canonical.startsWith(commonPrefix)) return false
  const name = canonical.slice(commonPrefix.length)
  return workspaceNames.some((names) => names.test(name))
}
