import { m } from '../../messages/generated/messages.js'
import { identityProduct, otherProduct } from './scope-names.ts'

/** Product names are Google's own; only the two that are ours are translated. */
export function productText(product: string): string {
  if (product === identityProduct) return m.product_identity()
  return product === otherProduct ? m.product_other() : product
}
