/** Scopes in words. Pure: what is known of scopes is handed in, since the window loads it late. */
import type * as CatalogueModule from '../../../electron/contract/scopes/catalogue.ts'
import type { ScopeAccess, ScopeClass, ScopeEntry } from '../../../electron/contract/scopes/catalogue.ts'
import { identityProduct, isIdentity, otherProduct, shortScope, visibleName } from '../sign-in/scope-names.ts'

/** `electron/contract/scopes/catalogue.ts`, once it has arrived. */
export type Catalogue = typeof CatalogueModule
/** Texts of another language by the names that scopes have in the catalogue's file. */
export type ScopeTexts = Readonly<Record<string, string>>

export interface KnownScope {
  /** As it was given: the catalogue's spelling for one that it names. */
  readonly scope: string
  readonly product: string
  /** What a program could do with it; the scope's own short name where nobody knows. */
  readonly text: string
  /** The name that tells it from its neighbours. */
  readonly short: string
  /** Null for a scope that the catalogue does not name. */
  readonly access: ScopeAccess | null
  readonly class: ScopeClass
  readonly source: ScopeEntry['source']
  readonly known: boolean
}

export interface KnownGroup {
  readonly product: string
  readonly scopes: readonly KnownScope[]
}

export const commonPrefix = 'https://www.googleapis.com/auth/'

/** The name of a scope in the catalogue's file: without the beginning that nearly all have in common. */
export function catalogueName(scope: string): string {
  return scope.startsWith(commonPrefix) ? scope.slice(commonPrefix.length) : scope
}

function textOf(entry: ScopeEntry, texts: ScopeTexts | null): string {
  return texts?.[catalogueName(entry.scope)] ?? entry.text
}

/** Before the catalogue is there, and for a scope that it does not name. */
function unknownScope(scope: string): KnownScope {
  const short = visibleName(shortScope(scope))
  const product = isIdentity(scope) ? identityProduct : otherProduct
  return { scope, product, text: short, short, access: null, class: 'unknown', source: null, known: false }
}

/** All that the window says of a scope, in whatever spelling it came. */
export function describeScope(
  scope: string,
  catalogue: Catalogue | null,
  texts: ScopeTexts | null,
): KnownScope {
  const entry = catalogue?.scopeEntry(scope)
  return entry ? describeEntry(entry, texts) : unknownScope(scope)
}

export function describeEntry(entry: ScopeEntry, texts: ScopeTexts | null): KnownScope {
  const { scope, product, access, class: kind, source } = entry
  const short = shortScope(scope)
  return { scope, product, text: textOf(entry, texts), short, access, class: kind, source, known: true }
}

const accessOrder: Readonly<Record<ScopeAccess, number>> = { write: 0, read: 1, 'sign-in': 2 }

/** What can change something first, then what reads; scopes of the same kind keep their order. */
export function writeFirst<T extends { readonly access: ScopeAccess | null }>(scopes: readonly T[]): T[] {
  const rank = ({ access }: T): number => (access === null ? 1 : accessOrder[access])
  return [...scopes].sort((a, b) => rank(a) - rank(b))
}

interface Ranks {
  readonly of: Catalogue
  readonly products: ReadonlyMap<string, number>
  readonly scopes: ReadonlyMap<string, number>
}
let ranks: Ranks | undefined

/** The order of the catalogue, which goes from the broad to the narrow. */
function ranksOf(catalogue: Catalogue): Ranks {
  if (ranks?.of === catalogue) return ranks
  const { scopeProducts } = catalogue
  const entries = scopeProducts.flatMap((product) => product.scopes)
  ranks = {
    of: catalogue,
    products: new Map(scopeProducts.map((one, index) => [one.product, index])),
    scopes: new Map(entries.map((entry, index) => [entry.scope, index])),
  }
  return ranks
}

function inOrder<T>(
  items: Iterable<T>,
  nameOf: (item: T) => string,
  places: ReadonlyMap<string, number> | undefined,
): T[] {
  const place = (item: T): number => places?.get(nameOf(item)) ?? Number.MAX_SAFE_INTEGER
  return [...items].sort((a, b) => place(a) - place(b))
}

/**
 * Scopes by product: identity first, then in the order of the catalogue, unknown ones last; in each what can change
 * something first. Spellings of one scope are one row.
 */
export function groupScopes(
  scopes: readonly string[],
  catalogue: Catalogue | null,
  texts: ScopeTexts | null,
): KnownGroup[] {
  const groups = new Map<string, Map<string, KnownScope>>()
  for (const scope of scopes) {
    const known = describeScope(scope, catalogue, texts)
    const group = groups.get(known.product) ?? new Map<string, KnownScope>()
    const name = known.known ? known.scope : known.short
    if (!group.has(name)) group.set(name, known)
    groups.set(known.product, group)
  }
  const order = catalogue ? ranksOf(catalogue) : null
  return inOrder(groups, ([product]) => product, order?.products).map(([product, group]) => ({
    product,
    scopes: writeFirst(inOrder(group.values(), ({ scope }) => scope, order?.scopes)),
  }))
}
