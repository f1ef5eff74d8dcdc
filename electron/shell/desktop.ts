/** Clipboard, dialogs and links: what core asks of the desktop through its port. */
import type { BaseWindow, Clipboard, Dialog, FileFilter, OpenDialogOptions } from 'electron'
import { fail } from '../contract/outcome.ts'
import type { Desktop } from '../core/ports.ts'
import type { ExternalLinks } from './external-links.ts'
import { checkedLink } from './external-url.ts'
import { secretClipboard } from './secret-clipboard.ts'
import type { ShellWords } from './shell-words.ts'

export interface DesktopOptions {
  readonly clipboard: Pick<Clipboard, 'readText' | 'writeText' | 'clear'>
  readonly dialog: Pick<Dialog, 'showOpenDialog'>
  readonly links: ExternalLinks
  readonly window: () => BaseWindow | null
  readonly words: () => ShellWords
  readonly platform: NodeJS.Platform
  readonly onFault: (what: string, cause: unknown) => void
}

/** The port `Desktop` without what is an adapter's: the file system, and who and where this is. */
export interface ShellDesktop extends Omit<Desktop, 'readSmallFile' | 'machine'> {
  /** Takes a copied secret out of the clipboard if it is still there; to be awaited before the process ends. */
  clearSecret(): Promise<void>
}

export function desktop(options: DesktopOptions): ShellDesktop {
  const secrets = secretClipboard(options)
  return {
    copyText(text) {
      copy(text, options).catch((cause: unknown) => options.onFault('clipboard.write', cause))
    },
    copySecret: (secret) => secrets.copy(secret),
    clearSecret: () => secrets.clear(),
    clearClipboard() {
      options.clipboard.clear()
    },
    async readClipboard() {
      return await options.clipboard.readText()
    },
    pickFolder: () => pick(folderDialogOptions(options.words()), options),
    pickFile: (purpose) => pick(openDialogOptions(purpose, options.words(), options.platform), options),
    async openLink(url) {
      const link = checkedLink(url)
      return link === null ? fail('browser-not-opened') : options.links.open(link)
    },
  }
}

async function copy(text: string, options: DesktopOptions): Promise<void> {
  await options.clipboard.writeText(text)
}

/** What the person picks, or null. */
async function pick(dialogOptions: OpenDialogOptions, options: DesktopOptions): Promise<string | null> {
  const window = options.window()
  const { canceled, filePaths } = await (window === null
    ? options.dialog.showOpenDialog(dialogOptions)
    : options.dialog.showOpenDialog(window, dialogOptions))
  return canceled ? null : (filePaths[0] ?? null)
}

function folderDialogOptions(words: ShellWords): OpenDialogOptions {
  return { title: words.chooseFolder, properties: ['openDirectory', 'dontAddToRecent'] }
}

function openDialogOptions(
  purpose: Parameters<Desktop['pickFile']>[0],
  words: ShellWords,
  platform: NodeJS.Platform,
): OpenDialogOptions {
  const properties: OpenDialogOptions['properties'] = ['openFile', 'dontAddToRecent']
  const all: FileFilter = { name: words.allFiles, extensions: ['*'] }
  if (purpose === 'client-file') {
    return {
      title: words.chooseClientFile,
      properties,
      filters: [{ name: words.clientFiles, extensions: ['json'] }, all],
    }
  }
  if (purpose === 'ca-file') {
    const certificates = { name: words.certificates, extensions: ['pem', 'crt', 'cer'] }
    return { title: words.chooseCaFile, properties, filters: [certificates, all] }
  }
  // On Linux a program has no extension of its own.
  const programs = { darwin: ['app'], win32: ['exe'] }[platform as string] ?? ['*']
  return { title: words.chooseBrowser, properties, filters: [{ name: words.programs, extensions: programs }] }
}
