import type { BaseWindow, OpenDialogOptions } from 'electron'
import { describe, expect, it } from 'vitest'
import type { ShellDesktop } from '../../../electron/shell/desktop.ts'
import { desktop } from '../../../electron/shell/desktop.ts'
import { shellWords } from '../../../electron/shell/shell-words.ts'

function desktopThatPicks(filePaths: readonly string[], window: BaseWindow | null = null) {
  const asked: unknown[][] = []
  const showOpenDialog = async (...args: unknown[]) => {
    asked.push(args)
    return { canceled: filePaths.length === 0, filePaths: [...filePaths] }
  }
  const made: ShellDesktop = desktop({
    clipboard: { readText: async () => '', writeText: async () => undefined, clear: () => undefined },
    dialog: { showOpenDialog },
    links: { open: () => Promise.reject(new Error('no link is opened here')) },
    window: () => window,
    words: () => shellWords('hi', 'en-GB'),
    platform: 'linux',
    onFault: () => undefined,
  })
  return { made, asked }
}

describe('the dialog for a folder', () => {
  it('lets only a folder be picked, in the language of the app', async () => {
    const { made, asked } = desktopThatPicks(['/work'])
    expect(await made.pickFolder()).toBe('/work')
    const [options] = asked[0] as [OpenDialogOptions]
    expect(options).toEqual({ title: 'फ़ोल्डर चुनें', properties: ['openDirectory', 'dontAddToRecent'] })
  })

  it('belongs to the window, and answers null when it is closed', async () => {
    const window = {} as BaseWindow
    const { made, asked } = desktopThatPicks([], window)
    expect(await made.pickFolder()).toBeNull()
    expect(asked[0]?.[0]).toBe(window)
  })
})
