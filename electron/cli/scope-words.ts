/** Scopes in words, for questions to people. */
import { scopeEntry } from '../contract/scopes/catalogue.ts'

/** What a program could do with a scope; the scope itself where that is not known. */
export function scopeInWords(scope: string): string {
  return scopeEntry(scope)?.text ?? scope
}
