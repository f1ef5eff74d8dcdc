import type { ScopeAccess, ScopeClass } from '../../../electron/contract/scopes/catalogue.ts'
import { m } from '../../messages/generated/messages.js'
import { locale } from '../../state/locale.svelte.ts'
import { exactDay } from '../../ui/exact-instant.ts'
import type { Standing } from './scope-holders.ts'
import type { Catalogue, KnownScope } from './scope-text.ts'

export function classText(kind: ScopeClass): string {
  return {
    restricted: m.class_restricted,
    sensitive: m.class_sensitive,
    'non-sensitive': m.class_non_sensitive,
    unknown: m.class_unknown,
  }[kind]()
}

export function accessText(access: ScopeAccess): string {
  return { write: m.scope_write, read: m.scope_read, 'sign-in': m.scope_sign_in }[access]()
}

/** Where the class of a scope stands, with the day of the reading. */
export function classSourceText(scope: KnownScope, catalogue: Catalogue | null): string {
  if (!scope.source || !catalogue) return m.class_no_source()
  const { title, readOn } = catalogue.classSources[scope.source]
  return m.class_source({ title, day: exactDay(Date.parse(readOn), locale(), 'UTC') })
}

/** How the token stands that gives something. */
export function standingText(standing: Standing): string {
  return {
    held: m.standing_held,
    missing: m.standing_missing,
    elsewhere: m.standing_elsewhere,
    dead: m.standing_dead,
  }[standing]()
}
