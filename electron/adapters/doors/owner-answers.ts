/** What programs are told while nobody has the profile, or who answered is gone: in the form of the door they asked at. */
import { appError } from '../../contract/outcome.ts'
import type { AppError } from '../../contract/outcome.ts'
import { errorAnswer, oauthError } from '../../core/doors/routes/error-answer.ts'
import { metadataRefusal } from '../../core/doors/routes/metadata-routes.ts'
import type { DoorAnswer, DoorRequest } from '../../core/ports.ts'

type Asked = Pick<DoorRequest, 'path' | 'headers'>

/** The answer where nobody has the profile. Nothing was begun. */
export function nobody(request: Asked): DoorAnswer {
  return inFormOf(request, appError('owner-silent'))
}

/** The answer to what was begun by somebody who is gone, and must not be begun a second time. */
export function lost(request: Asked): DoorAnswer {
  return inFormOf(request, appError('owner-changed'))
}

/** RFC 6749 where libraries refresh tokens, that of a metadata server, otherwise that of protocol 1. */
export function inFormOf({ path, headers }: Asked, error: AppError): DoorAnswer {
  if (path === '/adc/token') return oauthError(error)
  const asksMetadata = headers['metadata-flavor'] !== undefined || path.startsWith('/computeMetadata')
  if (asksMetadata) return metadataRefusal(error)
  return errorAnswer(error)
}

/** A body in parts that ended before it was whole. Whoever reads it must not take it for the whole. */
export class BrokenOff extends Error {}
