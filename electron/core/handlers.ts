/** Everything the window may ask of an open profile, command by command. */
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'
import type { About, SettingsView, Snapshot } from '../contract/views.ts'
import { copyAccessToken } from './access/copy-access-token.ts'
import type { GrantAccess } from './access/grant-access.ts'
import { activateAccount, labelAccount, setActive } from './accounts/describe-account.ts'
import { manageAtGoogle } from './accounts/manage-at-google.ts'
import { forgetAccount, previewForgetAccount, previewRemoveClient, removeClient } from './accounts/removal.ts'
import { previewSignIn } from './accounts/sign-in/preview.ts'
import type { SignIns } from './accounts/sign-in/sign-ins.ts'
import { correctCause } from './causes/correct-cause.ts'
import type { HealthChecks } from './checks/health-checks.ts'
import { describeClient } from './clients/describe-client.ts'
import type { Doors } from './doors/doors.ts'
import { approveDeclaration, withdrawDeclaration } from './folders/approvals.ts'
import { pickFolder } from './folders/find-folder.ts'
import { lookAtFolders } from './folders/look.ts'
import { addRule, changeRule, removeRule } from './folders/rules.ts'
import { forgetGrant, previewForgetGrant } from './grants/forget-grant.ts'
import { importFile, importFileAt, importFromClipboard, importPickedFile } from './importing/import-file.ts'
import type { PracticeServer } from './ports.ts'
import type { ProfileHandlers } from './profile-commands.ts'
import type { ProfileContext } from './profile-context.ts'
import type { Revocations } from './revocation/revocations.ts'
import {
  checkService,
  configureService,
  copyIdToken,
  copySelfSigned,
  copyServiceToken,
  deleteKeyFile,
  findCopies,
  forgetKey,
} from './service-accounts/service-commands.ts'
import type { ServiceTokens } from './service-accounts/service-tokens.ts'
import { browserWithId, pickedBrowser } from './settings/browser-choice.ts'
import { pickedCaFile } from './settings/ca-file.ts'
import type { Problems } from './state/problems.ts'
import type { Publisher } from './state/publisher.ts'
import type { State } from './state/state.ts'
import { dismissToken } from './tokens/dismiss.ts'
import { livesOf } from './tokens/lives.ts'
import { removeOrphan } from './tokens/sweep.ts'
import { askWho } from './who/ask-who.ts'

/** The parts of a profile that commands work on. */
export interface ProfileParts {
  readonly context: ProfileContext
  readonly about: About
  readonly practice: PracticeServer | null
  readonly signIns: SignIns
  readonly access: GrantAccess
  readonly serviceTokens: ServiceTokens
  readonly doors: Doors
  readonly revocations: Revocations
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
  const { context, signIns, checks, problems, revocations, serviceTokens } = parts
  const { clock } = context.ports
  const state = (): State => context.ledger.state()
  return {
    'app.snapshot': () => settle(ok(parts.snapshot())),
    'app.copyText': ({ text }) => {
      context.ports.desktop.copyText(text)
      return settle(ok())
    },
    'app.networkReturned': () => {
      checks.networkReturned()
      serviceTokens.networkReturned()
      return settle(ok())
    },
    'clients.pickFile': (params) => importPickedFile(context, serviceTokens, params),
    'clients.importFile': ({ path, ...params }) => importFileAt(context, serviceTokens, path, params),
    'clients.importClipboard': (params) => importFromClipboard(context, serviceTokens, params),
    'clients.update': (params) => describeClient(context, params),
    'clients.previewRemoval': ({ clientId }) => settle(previewRemoveClient(state(), clientId)),
    'clients.remove': ({ clientId, tokens }) => removeClient(context, clientId, tokens),
    'clients.setActive': ({ clientId, accountId }) => setActive(context, clientId, accountId),
    'signIn.preview': (params) => previewSignIn(state(), params, context.now()),
    'signIn.start': (params) => settle(startSignIn(parts, params)),
    'signIn.openAgain': ({ flowId }) => settle(signIns.openAgain(flowId)),
    'signIn.copyLink': ({ flowId }) => settle(signIns.copyLink(flowId)),
    'signIn.paste': ({ flowId }) => signIns.paste(flowId),
    'signIn.cancel': ({ flowId }) => settle(signIns.cancel(flowId)),
    'signIn.chooseAccount': ({ flowId, keep }) => settle(signIns.chooseAccount(flowId, keep)),
    'signIn.dismiss': ({ flowId }) => settle(signIns.dismiss(flowId)),
    'accounts.update': ({ accountId, label }) => labelAccount(context, accountId, label),
    'accounts.activate': ({ accountId }) => activateAccount(context, accountId),
    'accounts.previewForget': ({ accountId }) => settle(previewForgetAccount(state(), accountId)),
    'accounts.forget': ({ accountId, ...seen }) => forgetAccount(context, accountId, seen, signIns),
    'accounts.check': ({ accountId }) =>
      state().accounts.get(accountId)?.service
        ? checkService(context, serviceTokens, accountId)
        : checks.checkAccount(accountId),
    'accounts.lives': ({ accountId }) => {
      const account = state().accounts.get(accountId)
      return settle(account ? ok([...livesOf(account, state(), context.now())]) : fail('not-found'))
    },
    'accounts.manageAtGoogle': ({ accountId }) => manageAtGoogle(context, accountId),
    'accounts.copyAccessToken': (params) => copyAccessToken(context, parts.access, params),
    'grants.previewForget': (grant) => settle(previewForgetGrant(state(), grant)),
    'grants.forget': ({ tokens, ...grant }) => forgetGrant(context, grant, tokens, signIns),
    'grants.inspect': (grant) => inspectGrant(parts, grant),
    'inspection.paste': () => inspectPasted(context),
    'service.configure': (params) => configureService(context, serviceTokens, params),
    'service.tryKey': ({ accountId, keyId }) => serviceTokens.tryKey(accountId, keyId),
    'service.copyAccessToken': ({ accountId }) => copyServiceToken(context, serviceTokens, accountId),
    'service.copyIdToken': (params) => copyIdToken(context, serviceTokens, params),
    'service.copySelfSigned': (params) => copySelfSigned(context, serviceTokens, params),
    'service.forgetKey': (params) => forgetKey(context, serviceTokens, params),
    'service.findCopies': (params) => findCopies(context, serviceTokens, params),
    'service.deleteFile': (params) => deleteKeyFile(context, serviceTokens, params),
    'revocation.preview': ({ grants }) => settle(revocations.preview(grants)),
    'revocation.start': (params) => settle(revocations.start(params)),
    'revocation.retry': ({ revocationId }) => settle(revocations.retry(revocationId)),
    'revocation.dismiss': ({ revocationId }) => settle(revocations.dismiss(revocationId)),
    ...parts.doors.handlers,
    'who.ask': (params) => askWho(context, { ...params, environment: null }),
    'folders.pick': () => pickFolder(context),
    'folders.addRule': (params) => addRule(context, params),
    'folders.changeRule': (params) => changeRule(context, params),
    'folders.removeRule': ({ ruleId }) => removeRule(context, ruleId),
    'folders.look': () => lookAtFolders(context),
    'folders.approve': (params) => approveDeclaration(context, params),
    'folders.withdraw': (params) => withdrawDeclaration(context, params),
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
    'problems.removeOrphan': ({ problemId }) => removeOrphan(context, problems, problemId),
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

/** Loaded when it is asked for: a start does without it. */
async function inspectGrant(
  { context, access }: ProfileParts,
  grant: Parameters<ProfileHandlers['grants.inspect']>[0],
): ReturnType<ProfileHandlers['grants.inspect']> {
  const { inspectToken } = await import('./inspection/inspect-token.ts')
  return inspectToken(context, access, grant)
}

async function inspectPasted(context: ProfileContext): ReturnType<ProfileHandlers['inspection.paste']> {
  const { inspectForeign } = await import('./inspection/inspect-foreign.ts')
  return inspectForeign(context)
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
  parts: ProfileParts,
  act: Parameters<PracticeServer['act']>[0],
): Promise<Outcome<null>> {
  const { practice, publisher } = parts
  if (!practice) return fail('practice-only')
  const file = practiceFile(practice, act)
  const done = file ? await bringPracticeFile(parts, await file) : await practice.act(act)
  publisher.practice(practice.view())
  return done
}

/** The file that an act gives; null for an act without one. */
function practiceFile(
  practice: PracticeServer,
  act: Parameters<PracticeServer['act']>[0],
): Promise<Outcome<string>> | null {
  switch (act.act) {
    case 'add-client': {
      const { project, kind } = act
      return practice.clientFile({ project, ...(kind && { kind }) })
    }
    case 'add-service-account':
      return practice.keyFile()
    case 'add-service-key':
      return practice.keyFile(act.email)
    default:
      return null
  }
}

/** As if it had been downloaded and brought. */
async function bringPracticeFile(
  { context, serviceTokens }: ProfileParts,
  file: Outcome<string>,
): Promise<Outcome<null>> {
  if (!file.ok) return file
  const brought = { bytes: Buffer.from(file.value), path: null }
  const imported = await importFile(context, serviceTokens, brought, { acceptUncheckedSecret: true })
  return imported.ok ? ok() : imported
}
