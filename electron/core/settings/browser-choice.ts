import type { Outcome } from '../../contract/outcome.ts'
import { fail, ok } from '../../contract/outcome.ts'
import type { BrowserChoice } from '../../contract/views.ts'
import type { Browser, Desktop } from '../ports.ts'

/** The browser with this id, or the system's own for null. Errors: `browser-missing`. */
export async function browserWithId(
  browser: Browser,
  browserId: string | null,
): Promise<Outcome<BrowserChoice>> {
  if (browserId === null) return ok({ kind: 'system' })
  const found = (await browser.installed()).find(({ id }) => id === browserId)
  return found ? ok({ kind: 'program', name: found.name, path: found.path }) : fail('browser-missing')
}

/** A program that the person picks, named after its file; null when they closed the dialog. */
export async function pickedBrowser(desktop: Desktop): Promise<BrowserChoice | null> {
  const path = await desktop.pickFile('browser')
  if (path === null) return null
  return { kind: 'program', name: (path.split(/[/\\]/).pop() ?? path).slice(0, 120), path }
}
