import type { KeyTrace } from '../../../electron/contract/service.ts'
import { m } from '../../messages/generated/messages.js'

const places = {
  file: m.trace_file,
  downloads: m.trace_downloads,
  trash: m.trace_trash,
  gcloud: m.trace_gcloud,
  environment: m.trace_environment,
  repository: m.trace_repository,
  'synced-folder': m.trace_synced,
  backup: m.trace_backup,
}
const advice = {
  file: m.trace_file_next,
  downloads: m.trace_downloads_next,
  trash: m.trace_trash_next,
  gcloud: m.trace_gcloud_next,
  environment: m.trace_environment_next,
  repository: m.trace_repository_next,
  'synced-folder': m.trace_synced_next,
  backup: m.trace_backup_next,
}

/** What kind of place it is. */
export function placeText({ place }: KeyTrace): string {
  return places[place]()
}

/** What to do about a copy there. */
export function adviceText({ place }: KeyTrace): string {
  return advice[place]()
}
