/** `/o/oauth2/v2/auth`: checks the request, then asks who, then asks what (google-oauth.md 1.2 to 1.6). */
import { accountByHint } from './accounts.ts'
import { refusalFor } from './account-refusal.ts'
import { field } from './answers.ts'
import type { AskingClient, AuthorizationRequest } from './authorization-request.ts'
import { readAuthorizationRequest } from './authorization-request.ts'
import { clientStanding, registeredOf } from './client-life.ts'
import { kindOf } from './client.ts'
import { allow } from './endings.ts'
import { errorPage } from './pages/error-page.ts'
import type { PageLanguage } from './pages/words.ts'
import { pickLanguage } from './pages/words.ts'
import { redirectError } from './redirect-answers.ts'
import { canonicalScopes } from './scopes.ts'
import type { Answer, Handle } from './server.ts'
import type { Tickets, Visit } from './tickets.ts'
import { goOn, mustAsk, showChooser } from './visit-steps.ts'
import type { PracticeWorld } from './world.ts'

/** GET. The account of a hint is asked right away where it is asked anything, or is signed in. */
export function authorizationEndpoint(world: PracticeWorld, tickets: Tickets<Visit>): Handle {
  return (httpRequest) => {
    const { query, headers } = httpRequest
    const language = pickLanguage(field(query, 'hl'), headers['accept-language'])
    const read = readAuthorizationRequest(query, headers['user-agent'] ?? '', (id) => clientOf(world, id))
    if (!read.ok) return errorPage(read.error, language)
    const request = read.value
    if (request.prompt.includes('none')) return answerSilently(world, request, language)
    const hinted = request.prompt.includes('select_account') ? null : accountByHint(request.loginHint)
    const isKnown = hinted !== null && (mustAsk(world, request, hinted) || isSignedIn(world, hinted.sub))
    const account = isKnown ? hinted : null
    const visit: Visit = { request, language, sub: account?.sub ?? null }
    const ticket = tickets.issue(visit)
    return account === null ? showChooser(ticket, visit) : goOn(world, tickets, ticket, visit, account)
  }
}

function clientOf(world: PracticeWorld, clientId: string): AskingClient {
  const { state } = world.store
  return {
    standing: clientStanding(state, clientId, world.now()),
    kind: kindOf(clientId),
    registered: registeredOf(state, clientId),
  }
}

function isSignedIn({ store }: PracticeWorld, sub: string): boolean {
  return store.state.signedIn.includes(sub)
}

/**
 * `prompt=none`: without a page, or not at all. Who is meant must be said, and must be signed in and have consented
 * before.
 */
function answerSilently(
  world: PracticeWorld,
  request: AuthorizationRequest,
  language: PageLanguage,
): Answer | Promise<Answer> {
  const account = accountByHint(request.loginHint)
  const mayAnswer =
    account !== null &&
    isSignedIn(world, account.sub) &&
    refusalFor(world, request, account) === null &&
    !mustAsk(world, request, account)
  if (!mayAnswer) {
    return redirectError(world, request, { error: 'interaction_required', error_subtype: 'access_denied' })
  }
  const visit: Visit = { request, language, sub: account.sub }
  const scopes = canonicalScopes(request.scopes)
  return allow(world, visit, account, { scopes, asked: false, timeBased: false })
}
