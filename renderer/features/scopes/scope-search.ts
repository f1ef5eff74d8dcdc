/** Looking through the catalogue at typing speed: everything that a key is compared with is made beforehand. */
import type { ScopeAccess, ScopeClass } from '../../../electron/contract/scopes/catalogue.ts'
import type { Catalogue, KnownScope, ScopeTexts } from './scope-text.ts'
import { describeEntry, describeScope } from './scope-text.ts'

export interface ScopeRow extends KnownScope {
  /** Lower case: words, English words, product, name. */
  readonly haystack: string
}

export interface ScopeChoice {
  readonly query: string
  readonly class: ScopeClass | 'any'
  readonly access: ScopeAccess | 'any'
}

function toRow(known: KnownScope, english: string): ScopeRow {
  const words = [known.text, english, known.product, known.short, known.scope]
  return { ...known, haystack: words.join(' ').toLowerCase() }
}

/** Every scope of the catalogue as a row, in its order. Made once for each language. */
export function makeScopeRows(catalogue: Catalogue, texts: ScopeTexts | null): ScopeRow[] {
  return catalogue.scopeProducts.flatMap((group) =>
    group.scopes.map((entry) => toRow(describeEntry(entry, texts), entry.text)),
  )
}

/** Rows for scopes that the catalogue does not name. */
export function unknownRows(scopes: readonly string[]): ScopeRow[] {
  return scopes.map((scope) => toRow(describeScope(scope, null, null), ''))
}

/** The rows that hold every word of the query and are of the class and access chosen, in their order. */
export function searchScopes(rows: readonly ScopeRow[], choice: ScopeChoice): ScopeRow[] {
  const words = choice.query.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter(
    (row) =>
      (choice.class === 'any' || row.class === choice.class) &&
      (choice.access === 'any' || row.access === choice.access) &&
      words.every((word) => row.haystack.includes(word)),
  )
}

/** Consecutive rows of one product together. */
export function rowsByProduct<T extends { readonly product: string }>(
  rows: readonly T[],
): { readonly product: string; readonly rows: readonly T[] }[] {
  const groups: { product: string; rows: T[] }[] = []
  for (const row of rows) {
    const last = groups[groups.length - 1]
    if (last?.product === row.product) last.rows.push(row)
    else groups.push({ product: row.product, rows: [row] })
  }
  return groups
}
