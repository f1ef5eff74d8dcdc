/** Everything the window may ask of an open profile, command by command. */
import type { CommandHandlers } from '../contract/answer.ts'
import type { CommandName } from '../contract/commands.ts'
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'
import type { About, SettingsView, Snapshot } from '../contract/views.ts'
import { copyAccessToken } from './access/copy-access-token.ts'
import type { AccessTokens } from './access/access-tokens.ts'
import { activateAccount, labelAccount } from './accounts/describe-account.ts'
import { forgetAccount, previewForgetAccount, previewRemoveClient, removeClient } from './accounts/removal.ts'
import { previewSignIn } from './accounts/sign-in/preview.ts'
import type { SignIns } from './accounts/sign-in/sign-ins.ts'
import { correctCause } from './causes/correct-cause.ts'
import type { HealthChecks } from './checks/health-checks.ts'
import { describeClient } from './clients/describe-client.ts'
import { importFileAt, importFromClipboard, importPickedFile } from './clients/import-sources.ts'
import type { PracticeServer } from './ports.ts'
import type { ProfileContext } from './profile-context.ts'
import { browserWithId, pickedBrowser } from './settings/browser-choice.ts'
import { pickedCaFile } from './settings/ca-file.ts'
import type { Problems } from './state/problems.ts'
import type { Publisher } from './state/publisher.ts'
import type { State } from './state/state.ts'
import { dismissToken } from './tokens/dismiss.ts'
import { livesOf } from './tokens/lives.ts'

/** Commands that concern the app as a whole are answered elsewhere. */
type AppCommand = 'app.openProfile' | 'app.openLink'
export function isAppCommand(name: CommandName): name is AppCommand {
  return name === 'app.openProfile' || name === 'app.openLink'
}
export type ProfileHandlers = Omit<CommandHandlers, AppCommand>

/** The parts of a profile that commands work on. */
export interface ProfileParts {
  readonly context: ProfileContext
  readonly about: About
  readonly practice: PracticeServer | null
  readonly signIns: SignIns
  readonly access: AccessTokens
  readonly checks: HealthChecks
  readonly problems: Problems
  readonly publisher: Publisher
  snapshot(): Snapshot
  changeSettings(change: Partial<SettingsView>): Promise<Outcome<null>>
  /** The practice clock was moved by `byMs`. */
  clockMoved(byMs: number): void
  continueLedger(): Promise<Outcome<null>>
}

export function profileHandlers(parts: ProfileParts): ProfileHandlers {
  const { context, signIns, checks, problems } = parts
  const { clock } = context.ports
  const state = (): State => context.ledger.state()
  return {
    'app.snapshot': () => settle(ok(parts.snapshot())),
    'app.networkReturned': () => {
      checks.networkReturned()
      return settle(ok())
    },
    'clients.pickFile': (params) => importPickedFile(context, params),
    'clients.importFile': ({ path, ...params }) => importFileAt(context, path, params),
    'clients.importClipboard': (params) => importFromClipboard(context, params),
    'clients.update': (params) => describeClient(context, params),
    'clients.previewRemoval': ({ clientId }) => settle(previewRemoveClient(state(), clientId)),
    'clients.remove': ({ clientId, tokens }) => removeClient(context, clientId, tokens),
    'clients.setActive': () => settle(fail('not-found')),
    'accounts.manageAtGoogle': () => settle(fail('not-found')),
    'grants.previewForget': () => settle(fail('not-found')),
    'grants.forget': () => settle(fail('not-found')),
    'grants.inspect': () => settle(fail('not-found')),
    'revocation.preview': () => settle(fail('not-found')),
    'revocation.start': () => settle(fail('not-found')),
    'revocation.retry': () => settle(fail('not-found')),
    'revocation.dismiss': () => settle(fail('not-found')),
    'who.ask': () => settle(fail('not-found')),
    'folders.pick': () => settle(fail('not-found')),
    'folders.addRule': () => settle(fail('not-found')),
    'folders.changeRule': () => settle(fail('not-found')),
    'folders.removeRule': () => settle(fail('not-found')),
    'folders.look': () => settle(fail('not-found')),
    'folders.approve': () => settle(fail('not-found')),
    'folders.withdraw': () => settle(fail('not-found')),
    'signIn.preview': (params) => settle(previewSignIn(state(), params, context.now())),
    'signIn.start': (params) => settle(startSignIn(parts, params)),
    'signIn.openAgain': ({ flowId }) => settle(signIns.openAgain(flowId)),
    'signIn.copyLink': ({ flowId }) => settle(signIns.copyLink(flowId)),
    'signIn.cancel': ({ flowId }) => settle(signIns.cancel(flowId)),
    'signIn.chooseAccount': ({ flowId, keep }) => settle(signIns.chooseAccount(flowId, keep)),
    'signIn.dismiss': ({ flowId }) => settle(signIns.dismiss(flowId)),
    'accounts.update': ({ accountId, label }) => labelAccount(context, accountId, label),
    'accounts.activate': ({ accountId }) => activateAccount(context, accountId),
    'accounts.previewForget': ({ accountId }) => settle(previewForgetAccount(state(), accountId)),
    'accounts.forget': ({ accountId, tokens }) => forgetAccount(context, accountId, tokens),
    'accounts.check': ({ accountId }) => checks.checkAccount(accountId),
    'accounts.lives': ({ accountId }) => {
      const account = state().accounts.get(accountId)
      return settle(account ? ok([...livesOf(account, state(), context.now())]) : fail('not-found'))
    },
    'accounts.copyAccessToken': (params) => copyAccessToken(context, parts.access, params),
    'tokens.correctCause': ({ tokenId, cause }) => correctCause(context, tokenId, cause),
    'tokens.dismiss': ({ tokenId }) => dismissToken(context, tokenId),
    'settings.update': (params) => parts.changeSettings(params),
    'settings.listBrowsers': () => listBrowsers(context),
    'settings.chooseBrowser': ({ browserId }) => chooseBrowser(parts, browserId),
    'settings.pickBrowser': () => pickBrowser(parts),
    'settings.pickCaFile': () => pickCaFile(parts),
    'settings.clearCaFile': () => parts.changeSettings({ caFile: null }),
    'practice.moveClock': ({ byMs }) => setClockOffset(parts, clock.offsetMs() + byMs),
    'practice.setClock': ({ at }) => setClockOffset(parts, clock.offsetMs() + at - clock.now()),
    'practice.act': (params) => actInPractice(parts, params),
    'ledger.continueFromLastGood': () => parts.continueLedger(),
    'problems.dismiss': ({ problemId }) => settle(problems.dismiss(problemId) ? ok() : fail('not-found')),
    'problems.removeOrphan': ({ problemId }) => removeOrphan(parts, problemId),
  }
}

const settle = <T>(outcome: Outcome<T>): Promise<Outcome<T>> => Promise.resolve(outcome)

function startSignIn(
  { about, context, signIns }: ProfileParts,
  params: Parameters<SignIns['start']>[0],
): Outcome<{ flowId: string }> {
  if (context.profile === 'real' && !about.realSignInAllowed)
    return fail('runtime-too-old', { version: about.electron })
  return signIns.start(params)
}

async function listBrowsers(context: ProfileContext): ReturnType<ProfileHandlers['settings.listBrowsers']> {
  const browsers = await context.ports.browser.installed()
  return ok(browsers.map(({ id, name }) => ({ browserId: id, name })))
}

async function chooseBrowser(parts: ProfileParts, browserId: string | null): Promise<Outcome<null>> {
  const browser = await browserWithId(parts.context.ports.browser, browserId)
  return browser.ok ? parts.changeSettings({ browser: browser.value }) : browser
}

async function pickBrowser(parts: ProfileParts): Promise<Outcome<null>> {
  const browser = await pickedBrowser(parts.context.ports.desktop)
  return browser ? parts.changeSettings({ browser }) : ok()
}

async function pickCaFile(parts: ProfileParts): Promise<Outcome<null>> {
  const picked = await pickedCaFile(parts.context.ports.desktop)
  if (!picked.ok) return picked
  return picked.value === null ? ok() : parts.changeSettings({ caFile: picked.value })
}

async function setClockOffset(parts: ProfileParts, offsetMs: number): Promise<Outcome<null>> {
  const { practice, context } = parts
  if (!practice) return fail('practice-only')
  const before = context.ports.clock.offsetMs()
  const moved = await practice.setClockOffset(offsetMs)
  if (moved.ok) parts.clockMoved(offsetMs - before)
  return moved
}

async function actInPractice(
  { practice, publisher }: ProfileParts,
  act: Parameters<PracticeServer['act']>[0],
): Promise<Outcome<null>> {
  if (!practice) return fail('practice-only')
  const done = await practice.act(act)
  publisher.practice(practice.view())
  return done
}

async function removeOrphan({ context, problems }: ProfileParts, problemId: string): Promise<Outcome<null>> {
  const orphan = problems.orphan(problemId)
  if (!orphan) return fail('not-found')
  const recorded = await context.record([{ type: 'orphan.removed', data: { ...orphan } }])
  if (!recorded.ok) return recorded
  const deleted = await context.ports.secretStore.delete(orphan.service, orphan.account)
  if (!deleted.ok) return deleted
  problems.remove(problemId)
  return ok()
}
