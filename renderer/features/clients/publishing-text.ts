import type { Publishing, UserType } from '../../../electron/contract/views.ts'
import { m } from '../../messages/generated/messages.js'

const names = {
  unknown: m.publishing_unknown,
  testing: m.publishing_testing,
  production: m.publishing_production,
  internal: m.publishing_internal,
}
const meanings = {
  unknown: m.publishing_unknown_text,
  testing: m.publishing_testing_text,
  production: m.publishing_production_text,
  internal: m.publishing_internal_text,
}
const userTypes = {
  unknown: m.user_type_unknown,
  external: m.user_type_external,
  internal: m.user_type_internal,
}
const userTypeMeanings = {
  unknown: m.user_type_unknown_text,
  external: m.user_type_external_text,
  internal: m.user_type_internal_text,
}

export function publishingText(publishing: Publishing): string {
  return names[publishing]()
}

/** What the status does to tokens (google-oauth.md 2 and 3). */
export function publishingMeaning(publishing: Publishing): string {
  return meanings[publishing]()
}

export function userTypeText(userType: UserType): string {
  return userTypes[userType]()
}

export function userTypeMeaning(userType: UserType): string {
  return userTypeMeanings[userType]()
}
