/**
 * `/connections`: what an account gave to apps, and its end there. Google's page is at myaccount.google.com and
 * shows one entry for each project, not for each token (google-oauth.md 2.3, section 3).
 */
import { accountByHint, accountBySub, practiceAccounts } from './accounts.ts'
import { field, formFields, redirectAnswer } from './answers.ts'
import { connectionsChooserPage, connectionsPage } from './pages/connections-page.ts'
import { gonePage } from './pages/error-page.ts'
import type { PageLanguage } from './pages/words.ts'
import { pickLanguage } from './pages/words.ts'
import type { Handle } from './server.ts'
import { revokeProject } from './state.ts'
import type { Tickets } from './tickets.ts'
import type { PracticeWorld } from './world.ts'

export const connectionsPath = '/connections'

/** One account whose connections somebody looks at. */
export interface ConnectionsVisit {
  readonly sub: string
  readonly language: PageLanguage
}

/** GET: `Email` or `authuser` says whose, by e-mail address; anything else there asks. */
export function showConnections(world: PracticeWorld, tickets: Tickets<ConnectionsVisit>): Handle {
  return ({ query, headers }) => {
    const language = pickLanguage(field(query, 'hl'), headers['accept-language'])
    const account = accountByHint(field(query, 'Email') ?? field(query, 'authuser'))
    if (account === null) return connectionsChooserPage(practiceAccounts, language, connectionsPath)
    const { sub } = account
    const connections = world.store.state.consents.filter((consent) => consent.sub === sub)
    const ended = field(query, 'removed')
    const isGone = ended !== null && !connections.some((one) => one.projectNumber === ended)
    return connectionsPage({
      ticket: tickets.issue({ sub, language }),
      language,
      account,
      connections,
      removed: isGone && /^\d{1,20}$/.test(ended) ? ended : null,
      action: connectionsPath,
    })
  }
}

/** POST: ends one project's access. Only a form that our own page showed is acted on, and each once. */
export function connectionsForm(world: PracticeWorld, tickets: Tickets<ConnectionsVisit>): Handle {
  return async (request) => {
    const fields = formFields(request)
    const ticket = fields.get('ticket') ?? ''
    const visit = request.headers.origin === world.issuer ? tickets.find(ticket) : null
    const account = visit === null ? null : accountBySub(visit.sub)
    const project = field(fields, 'project')
    if (visit === null || account === null || project === null) {
      return gonePage(pickLanguage(null, request.headers['accept-language']))
    }
    tickets.redeem(ticket)
    await world.store.change((state) => revokeProject(state, account.sub, project))
    const back = new URLSearchParams({ authuser: account.email, hl: visit.language, removed: project })
    return redirectAnswer(`${world.issuer}${connectionsPath}?${back.toString()}`)
  }
}
