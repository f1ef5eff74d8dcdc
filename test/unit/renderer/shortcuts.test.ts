import { describe, expect, it } from 'vitest'
import { menuTemplate } from '../../../electron/shell/app-menu.ts'
import { shellWords } from '../../../electron/shell/shell-words.ts'
import type { Chord, Press } from '../../../renderer/features/shortcuts/shortcuts.ts'
import {
  ariaKeys,
  findShortcut,
  keysOf,
  shortcutHint,
  shortcuts,
} from '../../../renderer/features/shortcuts/shortcuts.ts'

const up = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false }
const press = (key: string, change: Partial<Press> = {}): Press => ({ key, code: '', ...up, ...change })
const idOf = (pressed: Press, mac = false, typing = false): string | undefined =>
  findShortcut(pressed, mac, typing)?.id

/** The event that a chord makes on a keyboard with English letters. */
function pressOf({ key, mod, shift }: Chord, mac: boolean): Press {
  return press(shift ? key.toUpperCase() : key, {
    ctrlKey: mod === true && !mac,
    metaKey: mod === true && mac,
    shiftKey: shift === true || key === '?',
  })
}

describe('the table of shortcuts', () => {
  for (const mac of [false, true]) {
    it(`finds each of its own keys and nothing else under them, ${mac ? 'on a Mac' : 'elsewhere'}`, () => {
      for (const shortcut of shortcuts)
        for (const chord of shortcut.chords) expect(idOf(pressOf(chord, mac), mac)).toBe(shortcut.id)
    })
  }

  it('lists no keys and no command twice', () => {
    const keys = shortcuts.flatMap(({ chords }) => chords.map((chord) => keysOf(chord, false).join(' ')))
    expect(new Set(keys).size).toBe(keys.length)
    expect(new Set(shortcuts.map(({ id }) => id)).size).toBe(shortcuts.length)
    expect(new Set(shortcuts.map(({ text }) => text())).size).toBe(shortcuts.length)
  })

  it('takes no keys that the menu bar of any system has', () => {
    const byRole: Readonly<Record<string, readonly string[]>> = {
      undo: ['z'],
      redo: ['y', 'shift z'],
      cut: ['x'],
      copy: ['c'],
      paste: ['v'],
      selectAll: ['a'],
      reload: ['r'],
      resetZoom: ['0'],
      zoomIn: ['+', '='],
      zoomOut: ['-'],
      togglefullscreen: [],
      toggleDevTools: ['shift i'],
      quit: ['q'],
      appMenu: ['q', 'h'],
      windowMenu: ['m', 'w'],
    }
    const taken = (['linux', 'darwin', 'win32'] as const).flatMap((platform) =>
      menuTemplate({ words: shellWords('en', 'en-GB'), platform, devTools: true }).flatMap((menu) =>
        [menu, ...((menu.submenu as (typeof menu)[] | undefined) ?? [])].flatMap(({ role }) => {
          if (role === undefined) return []
          const keys = byRole[role]
          if (!keys) throw new Error(`the keys of ${role} are not known to this test`)
          return keys
        }),
      ),
    )
    const ours = shortcuts.flatMap(({ chords }) =>
      chords.filter(({ mod }) => mod).map(({ key, shift }) => `${shift ? 'shift ' : ''}${key}`),
    )
    expect(ours.filter((keys) => taken.includes(keys))).toEqual([])
  })
})

describe('a press of keys', () => {
  it('means nothing with Alt, which AltGr is too', () => {
    expect(idOf(press('k', { ctrlKey: true, altKey: true }))).toBeUndefined()
  })

  it('needs the key of its own platform', () => {
    expect(idOf(press('k', { metaKey: true }))).toBeUndefined()
    expect(idOf(press('k', { ctrlKey: true }), true)).toBeUndefined()
    expect(idOf(press('k', { metaKey: true }), true)).toBe('palette')
  })

  it('tells a letter with Shift from the same without', () => {
    expect(idOf(press('a', { ctrlKey: true }))).toBeUndefined()
    expect(idOf(press('A', { ctrlKey: true, shiftKey: true }))).toBe('switch-account')
    expect(idOf(press('K', { ctrlKey: true, shiftKey: true }))).toBeUndefined()
  })

  it('is known by its place where the layout writes another script', () => {
    expect(idOf(press('क', { code: 'KeyK', ctrlKey: true }))).toBe('palette')
    expect(idOf(press('य', { code: 'Slash' }))).toBe('search')
    expect(idOf(press('य़', { code: 'Slash', shiftKey: true }))).toBe('go-shortcuts')
    expect(idOf(press('t', { code: 'KeyK', ctrlKey: true }))).toBeUndefined()
  })

  it('is known by its place where digits need Shift', () => {
    expect(idOf(press('&', { code: 'Digit1', ctrlKey: true }))).toBe('go-accounts')
  })

  it('takes signs wherever the layout has them', () => {
    expect(idOf(press('/', { code: 'Digit7', shiftKey: true }))).toBe('search')
    expect(idOf(press('?', { code: 'Minus', shiftKey: true }))).toBe('go-shortcuts')
  })

  it('is the field’s own while the person types, unless it cannot be typed', () => {
    expect(idOf(press('/'), false, true)).toBeUndefined()
    expect(idOf(press('?', { shiftKey: true }), false, true)).toBeUndefined()
    expect(idOf(press('Escape'), false, true)).toBeUndefined()
    expect(idOf(press('k', { ctrlKey: true }), false, true)).toBe('palette')
    expect(idOf(press('F1'), false, true)).toBe('go-shortcuts')
  })
})

describe('the keys as they are shown', () => {
  it('are written as the platform writes them', () => {
    expect(shortcutHint('switch-account', false)).toBe('Ctrl Shift A')
    expect(shortcutHint('switch-account', true)).toBe('⇧⌘A')
    expect(shortcutHint('back', false)).toBe('Esc')
    expect(shortcutHint('no-such-command', false)).toBeNull()
  })

  it('are told to assistive technology in its own form', () => {
    expect(ariaKeys('go-settings', false)).toBe('Control+7 Control+,')
    expect(ariaKeys('palette', true)).toBe('Meta+K')
    expect(ariaKeys('back', false)).toBe('Escape')
    expect(ariaKeys('no-such-command', false)).toBeUndefined()
  })
})
