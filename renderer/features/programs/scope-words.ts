/** What a lease or a question is for, in one line. */
import { m } from '../../messages/generated/messages.js'
import { scopeBook } from '../scopes/scope-book.svelte.ts'
import { isIdentity, visibleName } from '../sign-in/scope-names.ts'

/** The first scope that does something, in words, and how many more there are; null is all that is granted. */
export function scopesText(scopes: readonly string[] | null): string {
  if (scopes === null) return m.lease_everything()
  const telling = scopes.filter((scope) => !isIdentity(scope))
  const [first] = telling.length > 0 ? telling : scopes
  if (first === undefined) return m.lease_nothing()
  const words = visibleName(scopeBook.describe(first).text)
  const more = (telling.length > 0 ? telling : scopes).length - 1
  return more > 0 ? `${words} ${m.plus_n({ count: more })}` : words
}
