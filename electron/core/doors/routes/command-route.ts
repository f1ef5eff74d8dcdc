/** `/v1/command/NAME`: what the window may ask, as far as it makes sense without one. */
import type { CommandHandlers } from '../../../contract/answer.ts'
import { answer } from '../../../contract/answer.ts'
import type { CommandName } from '../../../contract/commands.ts'
import type { ProfileHandlers } from '../../profile-commands.ts'
import type { DoorAnswer, DoorRequest, Log } from '../../ports.ts'
import { errorAnswer, jsonAnswer, refusal } from './error-answer.ts'

/**
 * Every command, and whether it is answered at the socket. Not: what needs the clipboard, a dialog or the window's own
 * eyes, and what has a route of its own.
 */
export const answeredHere: Readonly<Record<CommandName, boolean>> = {
  'app.snapshot': true,
  'app.openProfile': false,
  'app.openLink': false,
  'app.copyText': false,
  'app.networkReturned': false,
  'clients.pickFile': false,
  'clients.importFile': true,
  'clients.importClipboard': false,
  'clients.update': true,
  'clients.previewRemoval': false,
  'clients.remove': false,
  'clients.setActive': true,
  'signIn.preview': true,
  'signIn.start': true,
  'signIn.openAgain': false,
  'signIn.copyLink': false,
  'signIn.paste': false,
  'signIn.cancel': true,
  'signIn.chooseAccount': true,
  'signIn.dismiss': true,
  'accounts.update': true,
  'accounts.activate': true,
  'accounts.previewForget': true,
  'accounts.forget': true,
  'accounts.check': true,
  'accounts.lives': true,
  'accounts.copyAccessToken': false,
  'accounts.manageAtGoogle': true,
  'grants.previewForget': true,
  'grants.forget': true,
  'grants.inspect': true,
  'inspection.paste': false,
  'service.configure': true,
  'service.tryKey': true,
  'service.copyAccessToken': false,
  'service.copyIdToken': false,
  'service.copySelfSigned': false,
  'service.forgetKey': true,
  'service.findCopies': false,
  'service.deleteFile': false,
  'revocation.preview': true,
  'revocation.start': true,
  'revocation.retry': true,
  'revocation.dismiss': true,
  'doors.lock': true,
  'doors.unlock': true,
  'asks.answer': true,
  'asks.unmute': true,
  // Its answer would leave the handle in a clipboard; `/v1/lease` gives it.
  'leases.give': false,
  'leases.end': true,
  'leases.endAll': true,
  'leases.undoFile': true,
  'adc.look': true,
  'who.ask': true,
  'folders.pick': false,
  'folders.addRule': true,
  'folders.changeRule': true,
  'folders.removeRule': true,
  'folders.look': true,
  'folders.approve': true,
  'folders.withdraw': true,
  'tokens.correctCause': true,
  'tokens.dismiss': true,
  'settings.update': true,
  'settings.pickCaFile': false,
  'settings.clearCaFile': false,
  'settings.listBrowsers': false,
  'settings.chooseBrowser': false,
  'settings.pickBrowser': false,
  'practice.moveClock': true,
  'practice.setClock': true,
  'practice.act': true,
  'ledger.continueFromLastGood': false,
  'problems.dismiss': true,
  'problems.removeOrphan': false,
}

export interface CommandParts {
  handlers(): ProfileHandlers
  readonly log: Log
}

/** Errors: `command-unknown`, `command-not-here`, `params-invalid`, and those of the command. */
export async function commandRoute(
  { handlers, log }: CommandParts,
  name: string,
  { body }: DoorRequest,
): Promise<DoorAnswer> {
  if (!Object.hasOwn(answeredHere, name)) return refusal('command-unknown')
  if (!answeredHere[name as CommandName]) return refusal('command-not-here')
  const params = parsed(body)
  if (params === undefined) return refusal('params-invalid', { reason: 'the body should be JSON' })
  const outcome = await answer(name, params, {
    // Those of the app as a whole are not answered here.
    handlers: handlers() as CommandHandlers,
    onFault: (command, cause) => log.error('command-failed', cause, { command }),
  })
  return outcome.ok ? jsonAnswer({ value: outcome.value }) : errorAnswer(outcome.error)
}

function parsed(body: string): unknown {
  try {
    return body === '' ? {} : (JSON.parse(body) as unknown)
  } catch {
    return undefined
  }
}
