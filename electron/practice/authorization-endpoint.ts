/** `/o/oauth2/v2/auth` and the two forms of its pages: account chooser and consent (google-oauth.md 1.2 to 1.6). */
import type { PracticeAccount } from './accounts.ts'
import { accountByHint, accountBySub, accountsForDomain } from './accounts.ts'
import { field, formFields, redirectAnswer } from './answers.ts'
import type { AuthorizationRequest, PageError } from './authorization-request.ts'
import { readAuthorizationRequest } from './authorization-request.ts'
import { clientStanding } from './client-life.ts'
import { projectNumberOf } from './client.ts'
import { chooserPage } from './pages/chooser-page.ts'
import { consentPage } from './pages/consent-page.ts'
import { errorPage, gonePage } from './pages/error-page.ts'
import { pickLanguage } from './pages/words.ts'
import { restrictedScopes } from './refusals.ts'
import { canonicalScopes, isAdminScope, isSignInScope, redirectScopes, separableScopes } from './scopes.ts'
import { hashSecret } from './secrets.ts'
import type { Answer, Handle, PracticeRequest } from './server.ts'
import {
  addCode,
  consentedScopes,
  isInTesting,
  isOfFirstProject,
  needsConsent,
  rememberConsent,
} from './state.ts'
import type { Tickets, Visit } from './tickets.ts'
import type { PracticeWorld } from './world.ts'
import { issueSecret } from './world.ts'

export const chooserPath = '/signin/oauth/accountchooser'
export const consentPath = '/signin/oauth/consent'

/** GET: checks the request, then asks who, then asks what. */
export function authorizationEndpoint(world: PracticeWorld, tickets: Tickets<Visit>): Handle {
  return (request) => {
    const language = pickLanguage(field(request.query, 'hl'), request.headers['accept-language'])
    const standing = (clientId: string) => clientStanding(world.store.state, clientId, world.now())
    const read = readAuthorizationRequest(request.query, request.headers['user-agent'] ?? '', standing)
    if (!read.ok) return errorPage(read.error, language)
    if (read.value.prompt.includes('none')) return answerSilently(world, read.value)
    const hinted = read.value.prompt.includes('select_account') ? null : accountByHint(read.value.loginHint)
    const visit: Visit = { request: read.value, language, sub: hinted?.sub ?? null }
    const ticket = tickets.issue(visit)
    return hinted === null ? showChooser(ticket, visit) : goOn(world, tickets, ticket, visit, hinted)
  }
}

/** `prompt=none`: without a page, or not at all. Who is meant must be said, for there are no browser sessions here. */
function answerSilently(world: PracticeWorld, request: AuthorizationRequest): Answer | Promise<Answer> {
  const account = accountByHint(request.loginHint)
  const scopes = canonicalScopes(request.scopes)
  const mayAnswer =
    account !== null &&
    refusalFor(world, request, account) === null &&
    !needsConsent(world.store.state, account.sub, projectNumberOf(request.clientId), scopes)
  if (!mayAnswer) {
    return redirectError(world, request, { error: 'interaction_required', error_subtype: 'access_denied' })
  }
  return redirectWithCode(world, request, account, { scopes, asked: false, timeBased: false })
}

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
        return grant(world, visit.request, account, fields.getAll('scope'), ongoing)
      case 'cancel':
        tickets.redeem(ticket)
        return redirectError(world, visit.request, { error: 'access_denied' })
      default:
        return consentPage({ ticket, visit, account, ticked: 'none', ongoing, action: consentPath })
    }
  })
}

type FormStep = (ticket: string, visit: Visit, fields: URLSearchParams) => Answer | Promise<Answer>

/** Only a form that one of our own pages showed is acted on: right origin, and a ticket that is still good. */
function fromOwnPage(world: PracticeWorld, tickets: Tickets<Visit>, step: FormStep): Handle {
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

function showChooser(ticket: string, visit: Visit): Answer {
  const accounts = accountsForDomain(visit.request.hostedDomain)
  return chooserPage({ ticket, visit, accounts, action: chooserPath })
}

/** The account is known: refuse it, ask it, or go straight back with a code. */
function goOn(
  world: PracticeWorld,
  tickets: Tickets<Visit>,
  ticket: string,
  visit: Visit,
  account: PracticeAccount,
): Answer | Promise<Answer> {
  const refused = refusalFor(world, visit.request, account)
  if (refused !== null) return errorPage(refused, visit.language)
  const scopes = canonicalScopes(visit.request.scopes)
  const ask =
    visit.request.prompt.includes('consent') ||
    needsConsent(world.store.state, account.sub, projectNumberOf(visit.request.clientId), scopes)
  if (ask) {
    tickets.update(ticket, visit)
    return consentPage({ ticket, visit, account, ticked: 'none', ongoing: true, action: consentPath })
  }
  tickets.redeem(ticket)
  return redirectWithCode(world, visit.request, account, { scopes, asked: false, timeBased: false })
}

/** What Google refuses once it knows the account (google-oauth.md 1.5). */
function refusalFor(
  world: PracticeWorld,
  request: AuthorizationRequest,
  account: PracticeAccount,
): PageError | null {
  const { state } = world.store
  const { testUsers, disabled } = state
  if (disabled.includes(account.sub)) {
    // Google tells it on a page of its own before any OAuth; the word is practice's.
    const detail = `${account.email}: this account has been deleted or suspended.`
    return { status: 403, error: 'account_disabled', detail }
  }
  if (isInTesting(state, request.clientId) && testUsers !== null && !testUsers.includes(account.email)) {
    const detail = 'The app is being tested, and only accounts on its list of testers may use it.'
    return { status: 403, error: 'access_denied', detail }
  }
  if (isBeyondUserCap(world, account.sub, request)) {
    const detail = 'The app is not verified, and as many people use it as may.'
    return { status: 403, error: 'access_denied', detail }
  }
  const restricted = restrictedScopes(state, account.sub, canonicalScopes(request.scopes))
  if (restricted.length > 0) {
    const detail = `The administrator of ${account.hostedDomain ?? ''} does not allow: ${restricted.join(', ')}`
    return { status: 400, error: 'admin_policy_enforced', detail }
  }
  const admin = request.scopes.filter(isAdminScope)
  if (account.hostedDomain !== null || admin.length === 0) return null
  const detail = `Some requested scopes cannot be shown: [${admin.join(', ')}]`
  return { status: 400, error: 'invalid_scope', detail }
}

/** Somebody new, more than sign-in asked, and the app has all the users it may have (google-oauth.md 2.2, row 12). */
function isBeyondUserCap(
  { store }: PracticeWorld,
  sub: string,
  { clientId, scopes }: AuthorizationRequest,
): boolean {
  const { userCapReached, refreshTokens } = store.state
  if (!userCapReached || !isOfFirstProject(clientId)) return false
  if (canonicalScopes(scopes).every(isSignInScope)) return false
  const isUser = consentedScopes(store.state, sub, projectNumberOf(clientId)).length > 0
  return !isUser && !refreshTokens.some((token) => token.sub === sub && token.clientId === clientId)
}

/** Carries out what the person allowed. Nothing allowed at all is a refusal. */
async function grant(
  world: PracticeWorld,
  request: AuthorizationRequest,
  account: PracticeAccount,
  ticked: readonly string[],
  ongoing: boolean,
): Promise<Answer> {
  const separable = separableScopes(request.scopes)
  const scopes = canonicalScopes(request.scopes).filter(
    (scope) => !separable.includes(scope) || ticked.includes(scope),
  )
  if (scopes.length === 0) return redirectError(world, request, { error: 'access_denied' })
  return redirectWithCode(world, request, account, { scopes, asked: true, timeBased: !ongoing })
}

interface Allowed {
  readonly scopes: readonly string[]
  /** Whether the person was asked just now; only then the exchange gives a refresh token. */
  readonly asked: boolean
  readonly timeBased: boolean
}

async function redirectWithCode(
  world: PracticeWorld,
  request: AuthorizationRequest,
  account: PracticeAccount,
  allowed: Allowed,
): Promise<Answer> {
  const { clientId, redirectUri, challenge, nonce } = request
  const bytes = world.faults.peek('token').find('token-sizes')?.code
  const code = issueSecret(world, 'code', clientId, bytes)
  const scopes = [...allowed.scopes]
  await world.store.change((state) => {
    const consented = rememberConsent(state, account.sub, projectNumberOf(clientId), scopes)
    const now = world.now()
    const { asked, timeBased } = allowed
    const hash = hashSecret(code)
    const entry = { hash, sub: account.sub, clientId, redirectUri, scopes, challenge, nonce, mintedAt: now }
    return addCode(consented, { ...entry, refreshToken: asked, timeBased }, now)
  })
  return redirectBack(request, {
    ...(request.state !== null && { state: request.state }),
    iss: world.issuer,
    code,
    scope: redirectScopes(scopes).join(' '),
    authuser: '0',
    ...(account.hostedDomain !== null && { hd: account.hostedDomain }),
    prompt: allowed.asked ? 'consent' : 'none',
  })
}

function redirectError(
  world: PracticeWorld,
  request: AuthorizationRequest,
  error: Readonly<Record<string, string>>,
): Answer {
  const state = request.state === null ? {} : { state: request.state }
  return redirectBack(request, { ...error, ...state, iss: world.issuer })
}

/** The redirect address with the answer added; a query that it has of its own is kept as it is. */
function redirectBack(request: AuthorizationRequest, answer: Readonly<Record<string, string>>): Answer {
  const added = new URLSearchParams(answer).toString()
  const separator = request.responseMode === 'fragment' ? '#' : request.redirectUri.includes('?') ? '&' : '?'
  return redirectAnswer(`${request.redirectUri}${separator}${added}`)
}
