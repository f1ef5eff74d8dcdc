import { furtherClients, practiceClient } from '../client.ts'
import type { PageLanguage } from './words.ts'

/** The names that the projects gave themselves on their consent screens. */
const names: Readonly<Record<string, Readonly<Record<PageLanguage, string>>>> = {
  [practiceClient.projectNumber]: { en: 'Latchkey practice client', hi: 'Latchkey अभ्यास क्लाइंट' },
  [furtherClients.other.projectNumber]: { en: 'Lantern practice client', hi: 'Lantern अभ्यास क्लाइंट' },
}

/** How the pages call a project; one that only stands for other people's programs has its number for a name. */
export function appName(projectNumber: string, language: PageLanguage): string {
  const unnamed = { en: `Project ${projectNumber}`, hi: `प्रोजेक्ट ${projectNumber}` }
  return (names[projectNumber] ?? unnamed)[language]
}

/** Puts the name into one of the sentences of `words.ts`. */
export function withApp(sentence: string, projectNumber: string, language: PageLanguage): string {
  return sentence.replace('{app}', () => appName(projectNumber, language))
}
