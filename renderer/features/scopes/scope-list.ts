/** The rows of the page's list: products with the scopes of each under it. */
import { productText } from '../sign-in/product-text.ts'
import type { ScopeRow } from './scope-search.ts'
import { rowsByProduct } from './scope-search.ts'

export type ListRow =
  | { readonly kind: 'product'; readonly id: string; readonly product: string; readonly title: string }
  | { readonly kind: 'scope'; readonly id: string; readonly scope: ScopeRow; readonly holders: number }

/** Ids end up in the page as ids of elements, which hold no blanks. */
const idText = (text: string): string => text.replace(/\s+/g, '_')

export const productRowId = (product: string): string => `product:${idText(product)}`
export const scopeRowId = (scope: string): string => `scope:${idText(scope)}`

/** `counts`: how many accounts hold a scope, by its canonical name. */
export function listRows(rows: readonly ScopeRow[], counts: ReadonlyMap<string, number>): ListRow[] {
  return rowsByProduct(rows).flatMap(({ product, rows: scopes }): ListRow[] => [
    { kind: 'product', id: productRowId(product), product, title: productText(product) },
    ...scopes.map((scope): ListRow => {
      const holders = counts.get(scope.scope) ?? 0
      return { kind: 'scope', id: scopeRowId(scope.scope), scope, holders }
    }),
  ])
}
