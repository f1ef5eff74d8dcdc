/** The few words that the operating system shows for us: menu and file dialogs. The window has its own. */
import type { SettingsView } from '../contract/views.ts'

const english = {
  file: 'File',
  edit: 'Edit',
  view: 'View',
  window: 'Window',
  quit: 'Quit',
  close: 'Close window',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select all',
  reload: 'Reload',
  actualSize: 'Actual size',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  fullScreen: 'Full screen',
  developerTools: 'Developer tools',
  chooseClientFile: 'Choose a client file',
  clientFiles: 'Google client files',
  chooseCaFile: 'Choose a certificate file',
  certificates: 'Certificates (PEM)',
  chooseFolder: 'Choose a folder',
  chooseBrowser: 'Choose a browser',
  programs: 'Programs',
  allFiles: 'All files',
  askTitle: '{name} asks for access',
  askTitleRemote: '{name} on another machine asks for access',
  askBody: 'Answer in Latchkey. Without an answer it is a no.',
} as const

export type ShellWords = Readonly<Record<keyof typeof english, string>>

const hindi: ShellWords = {
  file: 'फ़ाइल',
  edit: 'संपादन',
  view: 'दृश्य',
  window: 'विंडो',
  quit: 'बंद करें',
  close: 'विंडो बंद करें',
  undo: 'पूर्ववत करें',
  redo: 'फिर से करें',
  cut: 'काटें',
  copy: 'कॉपी करें',
  paste: 'चिपकाएँ',
  selectAll: 'सभी चुनें',
  reload: 'फिर से लोड करें',
  actualSize: 'वास्तविक आकार',
  zoomIn: 'बड़ा करें',
  zoomOut: 'छोटा करें',
  fullScreen: 'पूर्ण स्क्रीन',
  developerTools: 'डेवलपर टूल',
  chooseClientFile: 'क्लाइंट फ़ाइल चुनें',
  clientFiles: 'Google क्लाइंट फ़ाइलें',
  chooseCaFile: 'प्रमाणपत्र फ़ाइल चुनें',
  certificates: 'प्रमाणपत्र (PEM)',
  chooseFolder: 'फ़ोल्डर चुनें',
  chooseBrowser: 'ब्राउज़र चुनें',
  programs: 'प्रोग्राम',
  allFiles: 'सभी फ़ाइलें',
  askTitle: '{name} पहुँच माँगता है',
  askTitleRemote: 'दूसरी मशीन पर {name} पहुँच माँगता है',
  askBody: 'Latchkey में उत्तर दें। उत्तर न मिले तो नहीं माना जाएगा।',
}

/** The words for a language setting; `system` follows the locale of the operating system. */
export function shellWords(language: SettingsView['language'], systemLocale: string): ShellWords {
  const chosen = language === 'system' ? systemLocale.slice(0, 2).toLowerCase() : language
  return chosen === 'hi' ? hindi : english
}
