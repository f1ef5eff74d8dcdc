/** What the pages of a sign-in lead to: the account chooser, the consent page, and the end of it. */
import type { PracticeAccount } from './accounts.ts'
import { accountBySub, accountsForDomain } from './accounts.ts'
import { refusalFor } from './account-refusal.ts'
import { formFields } from './answers.ts'
import { projectNumberOf } from './client.ts'
import { allow, deny } from './endings.ts'
import { chooserPage } from './pages/chooser-page.ts'
import { consentPage } from './pages/consent-page.ts'
import { errorPage, gonePage } from './pages/error-page.ts'
import { pickLanguage } from './pages/words.ts'
import { canonicalScopes, separableScopes } from './scopes.ts'
import type { Answer, Handle, PracticeRequest } from './server.ts'
import { needsConsent } from './state.ts'
import type { Tickets, Visit } from './tickets.ts'
import type { PracticeWorld } from './world.ts'

export const chooserPath = '/signin/oauth/accountchooser'
export const consentPath = '/signin/oauth/consent'

/** POST of the chooser. */
export function chooserForm(world: PracticeWorld, tickets: Tickets<Visit>): Handle {
  return fromOwnPage(world, tickets, (ticket, visit, fields) => {
    const account = accountBySub(fields.get('account') ?? '')
    if (account === null) return showChooser(ticket, visit)
    return goOn(world, tickets, ticket, { ...visit, sub: account.sub }, account)
  })
}

/** POST of the consent page. */
export function consentForm(world: PracticeWorld, tickets: Tickets<Visit>): Handle {
  return fromOwnPage(world, tickets, (ticket, visit, fields) => {
    const account = accountBySub(visit.sub ?? '')
    if (account === null) return showChooser(ticket, visit)
    const refused = refusalFor(world, visit.request, account)
    if (refused !== null && fields.get('action') !== 'switch') return errorPage(refused, visit.language)
    const ongoing = fields.has('ongoing')
    switch (fields.get('action')) {
      case 'switch': {
        const anyone = { ...visit, sub: null }
        tickets.update(ticket, anyone)
        return showChooser(ticket, anyone)
      }
      case 'select-all':
        return consentPage({ ticket, visit, account, ticked: 'all', ongoing, action: consentPath })
      case 'continue':
        tickets.redeem(ticket)
        return grant(world, visit, account, fields.getAll('scope'), ongoing)
      case 'cancel':
        tickets.redeem(ticket)
        return deny(world, visit)
      default:
        return consentPage({ ticket, visit, account, ticked: 'none', ongoing, action: consentPath })
    }
  })
}

/** Only a form that one of our own pages showed is acted on: right origin, and a ticket that is still good. */
export function fromOwnPage<T>(
  world: PracticeWorld,
  tickets: Tickets<T>,
  step: (ticket: string, visit: T, fields: URLSearchParams) => Answer | Promise<Answer>,
): Handle {
  return (request) => {
    const fields = formFields(request)
    const ticket = fields.get('ticket') ?? ''
    const visit = request.headers.origin === world.issuer ? tickets.find(ticket) : null
    return visit === null ? gonePageFor(request) : step(ticket, visit, fields)
  }
}

function gonePageFor(request: PracticeRequest): Answer {
  return gonePage(pickLanguage(null, request.headers['accept-language']))
}

export function showChooser(ticket: string, visit: Visit): Answer {
  const accounts = accountsForDomain(visit.request.hostedDomain)
  return chooserPage({ ticket, visit, accounts, action: chooserPath })
}

/** The account is known: refuse it, ask it, or go straight back. */
export function goOn(
  world: PracticeWorld,
  tickets: Tickets<Visit>,
  ticket: string,
  visit: Visit,
  account: PracticeAccount,
): Answer | Promise<Answer> {
  const refused = refusalFor(world, visit.request, account)
  if (refused !== null) return errorPage(refused, visit.language)
  if (mustAsk(world, visit.request, account)) {
    tickets.update(ticket, visit)
    return consentPage({ ticket, visit, account, ticked: 'none', ongoing: true, action: consentPath })
  }
  tickets.redeem(ticket)
  const scopes = canonicalScopes(visit.request.scopes)
  return allow(world, visit, account, { scopes, asked: false, timeBased: false })
}

/** Whether the consent page comes: it was asked for, or the project does not have all of these scopes. */
export function mustAsk(
  world: PracticeWorld,
  { prompt, scopes, clientId }: Visit['request'],
  { sub }: PracticeAccount,
): boolean {
  const wanted = canonicalScopes(scopes)
  return prompt.includes('consent') || needsConsent(world.store.state, sub, projectNumberOf(clientId), wanted)
}

/** Carries out what the person allowed. Nothing allowed at all is a refusal. */
async function grant(
  world: PracticeWorld,
  visit: Visit,
  account: PracticeAccount,
  ticked: readonly string[],
  ongoing: boolean,
): Promise<Answer> {
  const separable = separableScopes(visit.request.scopes)
  const scopes = canonicalScopes(visit.request.scopes).filter(
    (scope) => !separable.includes(scope) || ticked.includes(scope),
  )
  if (scopes.length === 0) return deny(world, visit)
  return allow(world, visit, account, { scopes, asked: true, timeBased: !ongoing })
}
