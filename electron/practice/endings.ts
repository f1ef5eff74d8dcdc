/** How a sign-in ends: with an answer to the redirect address, or with a page and a device that learns of it. */
import type { PracticeAccount } from './accounts.ts'
import { projectNumberOf } from './client.ts'
import type { DeviceRequest } from './authorization-request.ts'
import { answerDeviceCode, findDeviceCode, isWaiting } from './device-codes.ts'
import { deviceDonePage } from './pages/device-pages.ts'
import { gonePage } from './pages/error-page.ts'
import type { PageLanguage } from './pages/words.ts'
import type { Allowed } from './redirect-answers.ts'
import { redirectError, redirectWithCode, redirectWithToken } from './redirect-answers.ts'
import type { Answer } from './server.ts'
import type { DeviceCode, PracticeState } from './state.ts'
import { rememberConsent, signInBrowser } from './state.ts'
import type { Visit } from './tickets.ts'
import type { PracticeWorld } from './world.ts'

/** The person, or an earlier consent, allowed it. */
export function allow(
  world: PracticeWorld,
  { request, language }: Visit,
  account: PracticeAccount,
  allowed: Allowed,
): Promise<Answer> {
  if (request.via === 'device') return allowDevice(world, { request, language }, account, allowed)
  return request.responseType === 'code'
    ? redirectWithCode(world, request, account, allowed)
    : redirectWithToken(world, request, account, allowed)
}

/** The person did not. */
export function deny(world: PracticeWorld, { request, language }: Visit): Answer | Promise<Answer> {
  return request.via === 'redirect'
    ? redirectError(world, request, { error: 'access_denied' })
    : answerDevice(world, { request, language }, { kind: 'denied' })
}

interface DeviceVisit {
  readonly request: DeviceRequest
  readonly language: PageLanguage
}

async function allowDevice(
  world: PracticeWorld,
  visit: DeviceVisit,
  { sub }: PracticeAccount,
  { scopes, timeBased }: Allowed,
): Promise<Answer> {
  const project = projectNumberOf(visit.request.clientId)
  return answerDevice(world, visit, { kind: 'allowed', sub, scopes: [...scopes], timeBased }, (state) =>
    rememberConsent(signInBrowser(state, sub), sub, project, scopes),
  )
}

/** A code can run out, or be answered elsewhere, while somebody reads; then nothing is done and that is said. */
async function answerDevice(
  world: PracticeWorld,
  { request, language }: DeviceVisit,
  answer: NonNullable<DeviceCode['answer']>,
  remember: (state: PracticeState) => PracticeState = (state) => state,
): Promise<Answer> {
  const { codeHash } = request
  const code = findDeviceCode(world.store.state, codeHash)
  if (code === null || !isWaiting(code, world.now())) return gonePage(language)
  await world.store.change((state) => answerDeviceCode(remember(state), codeHash, answer, world.now()))
  return deviceDonePage(answer.kind, language)
}
