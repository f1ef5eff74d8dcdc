/**
 * What the window may ask of main. One object literal; the types, the bridge, main's handlers, the test
 * double and the generated refusal tests are all derived from it.
 */
import * as v from 'valibot'
import {
  clientIdSchema,
  idSchema,
  importResultSchema,
  installedBrowserSchema,
  labelSchema,
  languageSchema,
  profileSchema,
  publishingSchema,
  removalPreviewSchema,
  scopeSchema,
  snapshotSchema,
  themeSchema,
  userTypeSchema,
} from './views.ts'

interface Command<P extends v.GenericSchema, R extends v.GenericSchema> {
  readonly params: P
  readonly result: R
}

const command = <P extends v.GenericSchema, R extends v.GenericSchema>(
  params: P,
  result: R,
): Command<P, R> => ({
  params,
  result,
})
const nothing = v.strictObject({})
const done = v.null()
const flow = v.strictObject({ flowId: idSchema })
/** Practice time can be moved by at most a hundred years either way, ms. */
const centuryMs = 100 * 366 * 24 * 3600 * 1000
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))
const seenTokens = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000))
const importOptions = { acceptUncheckedSecret: v.boolean() }

export const links = {
  'cloud-clients': 'https://console.cloud.google.com/auth/clients',
  'cloud-audience': 'https://console.cloud.google.com/auth/audience',
  'account-connections': 'https://myaccount.google.com/connections',
  'google-oauth-overview': 'https://developers.google.com/identity/protocols/oauth2',
  'google-native-app': 'https://developers.google.com/identity/protocols/oauth2/native-app',
} as const
export type LinkName = keyof typeof links

export const commands = {
  'app.snapshot': command(nothing, snapshotSchema),
  /** Closes the world of one profile and opens the other; `state.reset` follows. */
  'app.openProfile': command(v.strictObject({ profile: profileSchema }), done),
  'app.openLink': command(
    v.strictObject({ link: v.picklist(Object.keys(links) as [LinkName, ...LinkName[]]) }),
    done,
  ),

  /** The file picker, the clipboard and a dropped file are read by main, so that a secret never passes the window. */
  'clients.pickFile': command(v.strictObject(importOptions), importResultSchema),
  'clients.importFile': command(v.strictObject({ path, ...importOptions }), importResultSchema),
  'clients.importClipboard': command(v.strictObject(importOptions), importResultSchema),
  'clients.update': command(
    v.strictObject({
      clientId: clientIdSchema,
      label: v.exactOptional(v.pipe(labelSchema, v.minLength(1))),
      publishing: v.exactOptional(publishingSchema),
      userType: v.exactOptional(userTypeSchema),
    }),
    done,
  ),
  'clients.previewRemoval': command(v.strictObject({ clientId: clientIdSchema }), removalPreviewSchema),
  /** `tokens` is the number the person saw in the preview; a different one by now is refused. */
  'clients.remove': command(v.strictObject({ clientId: clientIdSchema, tokens: seenTokens }), done),

  'signIn.start': command(
    v.strictObject({
      clientId: clientIdSchema,
      scopes: v.pipe(v.array(scopeSchema), v.maxLength(100)),
      /** The account that should arrive; null when any is welcome. */
      accountId: v.nullable(idSchema),
    }),
    flow,
  ),
  'signIn.openAgain': command(flow, done),
  'signIn.copyLink': command(flow, done),
  'signIn.cancel': command(flow, done),
  'signIn.chooseAccount': command(v.strictObject({ flowId: idSchema, keep: v.boolean() }), done),
  'signIn.dismiss': command(flow, done),

  'accounts.update': command(v.strictObject({ accountId: idSchema, label: v.nullable(labelSchema) }), done),
  'accounts.activate': command(v.strictObject({ accountId: idSchema }), done),
  'accounts.previewForget': command(v.strictObject({ accountId: idSchema }), removalPreviewSchema),
  'accounts.forget': command(v.strictObject({ accountId: idSchema, tokens: seenTokens }), done),

  'settings.update': command(
    v.strictObject({ language: v.exactOptional(languageSchema), theme: v.exactOptional(themeSchema) }),
    done,
  ),
  'settings.listBrowsers': command(nothing, v.array(installedBrowserSchema)),
  /** Null is the system's own choice. */
  'settings.chooseBrowser': command(v.strictObject({ browserId: v.nullable(idSchema) }), done),
  'settings.pickBrowser': command(nothing, done),

  'practice.moveClock': command(
    v.strictObject({ byMs: v.pipe(v.number(), v.integer(), v.minValue(-centuryMs), v.maxValue(centuryMs)) }),
    done,
  ),
  'practice.setClock': command(
    v.strictObject({ at: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(41e11)) }),
    done,
  ),

  'ledger.continueFromLastGood': command(nothing, done),
  'problems.dismiss': command(v.strictObject({ problemId: idSchema }), done),
  'problems.removeOrphan': command(v.strictObject({ problemId: idSchema }), done),
} as const

export type CommandName = keyof typeof commands
export type CommandParams<N extends CommandName> = v.InferOutput<(typeof commands)[N]['params']>
export type CommandResult<N extends CommandName> = v.InferOutput<(typeof commands)[N]['result']>
