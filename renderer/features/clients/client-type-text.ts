import type { ClientKind } from '../../../electron/contract/kinds.ts'
import { m } from '../../messages/generated/messages.js'

const names: Readonly<Record<ClientKind, () => string>> = {
  installed: m.type_desktop,
  web: m.type_web,
  device: m.type_device,
}
const shorts: Readonly<Record<ClientKind, (() => string) | null>> = {
  installed: null,
  web: m.type_web_short,
  device: m.type_device_short,
}

/** The type as Google Cloud Console names it. */
export function clientTypeText(type: ClientKind): string {
  return names[type]()
}

/** A word for lists; null for the usual type. */
export function clientTypeShort(type: ClientKind): string | null {
  return shorts[type]?.() ?? null
}
