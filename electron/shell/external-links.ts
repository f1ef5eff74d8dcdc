/** The only place that hands an address to the operating system. */
import type { Shell } from 'electron'
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'
import type { ExternalUrl } from './external-url.ts'

/**
 * Some systems answer only when the browser they started ends. After this long without an error the browser
 * counts as opened, ms.
 */
const patienceMs = 4_000

export interface ExternalLinks {
  open(url: ExternalUrl): Promise<Outcome<null>>
}

/** `open` answers `browser-not-opened` when the system has no way to open a web page. */
export function externalLinks(shell: Pick<Shell, 'openExternal'>): ExternalLinks {
  return {
    open(url) {
      const opening = shell.openExternal(url).then(
        () => ok(),
        () => fail('browser-not-opened'),
      )
      return withinPatience(opening)
    },
  }
}

async function withinPatience(opening: Promise<Outcome<null>>): Promise<Outcome<null>> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<Outcome<null>>((resolve) => {
    timer = setTimeout(() => resolve(ok()), patienceMs)
  })
  try {
    return await Promise.race([opening, patience])
  } finally {
    clearTimeout(timer)
  }
}
