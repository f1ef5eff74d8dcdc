import { m } from '../../messages/generated/messages.js'
import type { Place } from '../../state/navigation.svelte.ts'

/** One way to press it. `key` as `KeyboardEvent.key` tells it, letters small; `mod` is Ctrl, on a Mac Command. */
export interface Chord {
  readonly key: string
  readonly mod?: true
  readonly shift?: true
}

/** What the keys act on. */
export interface ShortcutWorld {
  readonly go: (place: Place) => void
  /** Opens the palette, or closes it. */
  readonly palette: () => void
  /** False while nothing can be changed. */
  readonly switchAccount: () => boolean
  /** Puts the keyboard into the search field of the page; false where it has none. */
  readonly search: () => boolean
  /** False where there is nowhere to go back to. */
  readonly back: () => boolean
  /** False while nothing can be changed. */
  readonly signIn: () => boolean
  /** Opens the dialog that says what a token from anywhere is. */
  readonly inspectToken: () => void
  /** Locks the doors. Keys that are hit by mistake never unlock them. False while nothing can be changed. */
  readonly lockDoors: () => boolean
  /** Puts the keyboard on the question of a program; false where none waits. */
  readonly question: () => boolean
}

export interface Shortcut {
  /** Where the palette has a command for the same, its id. */
  readonly id: string
  readonly group: 'everywhere' | 'pages'
  readonly chords: readonly Chord[]
  readonly text: () => string
  /** Works while a dialog or a menu is open. */
  readonly overlaid?: true
  /** The page that it goes to. */
  readonly to?: Place
  /** Answers false when there was nothing to do, so that the key keeps its usual meaning. */
  readonly run: (world: ShortcutWorld) => boolean
}

const done = (): true => true
const page = (id: string, text: () => string, to: Place, ...chords: Chord[]): Shortcut => ({
  id,
  group: 'pages',
  chords,
  text,
  to,
  run: ({ go }) => (go(to), done()),
})

/** Every shortcut of the window. The keys, the palette, the buttons and the page of shortcuts all read it. */
export const shortcuts: readonly Shortcut[] = [
  {
    id: 'palette',
    group: 'everywhere',
    chords: [{ key: 'k', mod: true }],
    text: () => m.shortcut_palette(),
    overlaid: true,
    run: ({ palette }) => (palette(), done()),
  },
  {
    id: 'switch-account',
    group: 'everywhere',
    chords: [{ key: 'a', mod: true, shift: true }],
    text: () => m.switch_account(),
    run: ({ switchAccount }) => switchAccount(),
  },
  {
    id: 'sign-in',
    group: 'everywhere',
    chords: [{ key: 'n', mod: true }],
    text: () => m.sign_in_an_account(),
    run: ({ signIn }) => signIn(),
  },
  {
    id: 'inspect-token',
    group: 'everywhere',
    chords: [{ key: 'i', mod: true }],
    text: () => m.foreign_open(),
    run: ({ inspectToken }) => (inspectToken(), done()),
  },
  {
    id: 'lock-doors',
    group: 'everywhere',
    chords: [{ key: 'l', mod: true, shift: true }],
    text: () => m.lock_doors(),
    run: ({ lockDoors }) => lockDoors(),
  },
  {
    id: 'question',
    group: 'everywhere',
    chords: [{ key: 'j', mod: true }],
    text: () => m.shortcut_question(),
    run: ({ question }) => question(),
  },
  {
    id: 'search',
    group: 'everywhere',
    chords: [{ key: '/' }, { key: 'f', mod: true }],
    text: () => m.shortcut_search(),
    run: ({ search }) => search(),
  },
  {
    id: 'back',
    group: 'everywhere',
    chords: [{ key: 'Escape' }],
    text: () => m.shortcut_back(),
    run: ({ back }) => back(),
  },
  page('go-accounts', () => m.accounts(), { page: 'accounts', accountId: null }, { key: '1', mod: true }),
  page('go-week', () => m.week(), { page: 'week' }, { key: '2', mod: true }),
  page('go-clients', () => m.clients(), { page: 'clients', clientId: null }, { key: '3', mod: true }),
  page('go-scopes', () => m.scopes(), { page: 'scopes' }, { key: '4', mod: true }),
  page('go-folders', () => m.folders(), { page: 'folders' }, { key: '5', mod: true }),
  page('go-programs', () => m.programs(), { page: 'programs', leaseId: null }, { key: '6', mod: true }),
  page(
    'go-settings',
    () => m.settings(),
    { page: 'settings' },
    { key: '7', mod: true },
    { key: ',', mod: true },
  ),
  page('go-shortcuts', () => m.shortcuts(), { page: 'shortcuts' }, { key: '?' }, { key: 'F1' }),
]

/** What of a `KeyboardEvent` says which keys are down. */
export interface Press {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
}

/** Where signs stand on the keyboard, and whether with Shift. */
const places: Readonly<Record<string, readonly [code: string, shift: boolean]>> = {
  '/': ['Slash', false],
  '?': ['Slash', true],
  ',': ['Comma', false],
}

/**
 * Whether this is that key. Where the layout writes another script or needs Shift for digits, the place of the key
 * on the keyboard counts.
 */
function isKey(press: Press, key: string): boolean {
  if (press.key.toLowerCase() === key.toLowerCase()) return true
  if (/^\d$/.test(key)) return press.code === `Digit${key}`
  const latin = Array.from(press.key).every((letter) => letter.charCodeAt(0) < 128)
  if (latin) return false
  const place = places[key]
  return place
    ? press.code === place[0] && press.shiftKey === place[1]
    : press.code === `Key${key.toUpperCase()}`
}

function isChord(press: Press, chord: Chord, mac: boolean): boolean {
  const mod = mac ? press.metaKey && !press.ctrlKey : press.ctrlKey && !press.metaKey
  const plain = !press.ctrlKey && !press.metaKey
  if (press.altKey || !(chord.mod ? mod : plain)) return false
  // Which signs need Shift differs from layout to layout; for letters it makes another shortcut.
  const isLetter = /^[a-z]$/.test(chord.key)
  return isKey(press, chord.key) && (!isLetter || press.shiftKey === (chord.shift === true))
}

/**
 * The shortcut that these keys are. While the person types in a field, keys that write or that fields know
 * themselves (those without Ctrl or Command, but for F1) are the field's.
 */
export function findShortcut(press: Press, mac: boolean, typing: boolean): Shortcut | null {
  const free = (chord: Chord): boolean => !typing || chord.mod === true || chord.key === 'F1'
  return (
    shortcuts.find(({ chords }) => chords.some((chord) => free(chord) && isChord(press, chord, mac))) ?? null
  )
}

const keyNames: Readonly<Record<string, string>> = { Escape: 'Esc' }
const keyName = ({ key }: Chord): string => keyNames[key] ?? key.toUpperCase()

/** The keys of a chord one by one, as the platform writes them. */
export function keysOf(chord: Chord, mac: boolean): string[] {
  const mod = chord.mod ? [mac ? '⌘' : 'Ctrl'] : []
  const shift = chord.shift ? [mac ? '⇧' : 'Shift'] : []
  return mac ? [...shift, ...mod, keyName(chord)] : [...mod, ...shift, keyName(chord)]
}

const byId = new Map(shortcuts.map((shortcut) => [shortcut.id, shortcut]))

/** The first chord of a shortcut in one piece, for a hint; null for an id without one. */
export function shortcutHint(id: string, mac: boolean): string | null {
  const chord = byId.get(id)?.chords[0]
  return chord ? keysOf(chord, mac).join(mac ? '' : ' ') : null
}

/** For `aria-keyshortcuts`. */
export function ariaKeys(id: string, mac: boolean): string | undefined {
  return byId
    .get(id)
    ?.chords.map(({ key, mod, shift }) =>
      [
        ...(mod ? [mac ? 'Meta' : 'Control'] : []),
        ...(shift ? ['Shift'] : []),
        key.length === 1 ? key.toUpperCase() : key,
      ].join('+'),
    )
    .join(' ')
}
