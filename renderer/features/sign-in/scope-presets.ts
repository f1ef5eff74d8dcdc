import { m } from '../../messages/generated/messages.js'

interface Preset {
  readonly id: string
  readonly text: () => string
  readonly scopes: readonly string[]
}

const scope = (name: string): string => `https://www.googleapis.com/auth/${name}`

/** What people mostly come for. */
export const scopePresets: readonly Preset[] = [
  { id: 'identity', text: () => m.preset_identity(), scopes: [] },
  { id: 'gmail', text: () => m.preset_gmail(), scopes: [scope('gmail.readonly')] },
  { id: 'calendar', text: () => m.preset_calendar(), scopes: [scope('calendar')] },
  { id: 'drive', text: () => m.preset_drive(), scopes: [scope('drive.file')] },
  { id: 'cloud', text: () => m.preset_cloud(), scopes: [scope('cloud-platform')] },
]
