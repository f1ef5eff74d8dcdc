/**
 * What the window may ask of main. One object literal; the types, the bridge, main's handlers, the test
 * double and the generated refusal tests are all derived from it.
 */
import * as v from 'valibot'
import {
  clientIdSchema,
  count,
  emailSchema,
  grantedScopeSchema,
  idSchema,
  labelSchema,
  pathSchema,
  scopeSchema,
  text,
} from './fields.ts'
import { adcFileViewSchema, askAnswerSchema, leaseWishSchema } from './doors.ts'
import { foreignInspectionSchema, inspectionSchema } from './inspection.ts'
import { clientAuthenticationSchema, clientKindSchema, wayKindSchema } from './kinds.ts'
import { blastRadiusSchema, grantSchema } from './revocation.ts'
import { keyTraceSchema } from './service.ts'
import {
  causeKindSchema,
  checkEverySchema,
  importResultSchema,
  installedBrowserSchema,
  languageSchema,
  lifeViewSchema,
  practiceRulesSchema,
  practiceViewSchema,
  profileSchema,
  proxyChoiceSchema,
  publishingSchema,
  removalPreviewSchema,
  signInPreviewSchema,
  snapshotSchema,
  themeSchema,
  userTypeSchema,
} from './views.ts'
import { declarationEffectSchema, folderLookSchema, whoViewSchema } from './who.ts'

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
const seenTokens = v.pipe(count, v.maxValue(1_000_000))
const chosenGrants = v.pipe(v.array(grantSchema), v.minLength(1), v.maxLength(500))
const practiceSub = v.pipe(v.string(), v.regex(/^\d{1,64}$/))
const importOptions = {
  acceptUncheckedSecret: v.boolean(),
  /** A further key of this service account is meant; the key of another one is refused. */
  forAccount: v.exactOptional(idSchema),
}
const chosenScopes = v.pipe(v.array(scopeSchema), v.maxLength(100))
const lasting = v.strictObject({ expiresAt: v.pipe(v.number(), v.integer()) })
const serviceKey = v.strictObject({ accountId: idSchema, keyId: idSchema })

export const links = {
  'cloud-clients': 'https://console.cloud.google.com/auth/clients',
  'cloud-audience': 'https://console.cloud.google.com/auth/audience',
  'account-connections': 'https://myaccount.google.com/connections',
  'google-oauth-overview': 'https://developers.google.com/identity/protocols/oauth2',
  'google-native-app': 'https://developers.google.com/identity/protocols/oauth2/native-app',
  'service-accounts': 'https://console.cloud.google.com/iam-admin/serviceaccounts',
  'admin-delegation': 'https://admin.google.com/ac/owl/domainwidedelegation',
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
  /** Text that stands in the window, into the clipboard. */
  'app.copyText': command(v.strictObject({ text: v.pipe(text(20_000), v.minLength(1)) }), done),
  /** The window saw the network come back: only Chromium's pages are told of that. */
  'app.networkReturned': command(nothing, done),

  /**
   * Client files and keys of service accounts. The file picker, the clipboard and a dropped file are read by main, so
   * that a secret never passes the window.
   */
  'clients.pickFile': command(v.strictObject(importOptions), importResultSchema),
  'clients.importFile': command(v.strictObject({ path: pathSchema, ...importOptions }), importResultSchema),
  'clients.importClipboard': command(v.strictObject(importOptions), importResultSchema),
  'clients.update': command(
    v.strictObject({
      clientId: clientIdSchema,
      label: v.exactOptional(v.pipe(labelSchema, v.minLength(1))),
      publishing: v.exactOptional(publishingSchema),
      userType: v.exactOptional(userTypeSchema),
      retired: v.exactOptional(v.boolean()),
      keepAlive: v.exactOptional(v.boolean()),
      /** Only where the view says `typeOpen`. */
      type: v.exactOptional(clientKindSchema),
      authentication: v.exactOptional(clientAuthenticationSchema),
    }),
    done,
  ),
  'clients.previewRemoval': command(v.strictObject({ clientId: clientIdSchema }), removalPreviewSchema),
  /** `tokens` is the number the person saw in the preview; a different one by now is refused. */
  'clients.remove': command(v.strictObject({ clientId: clientIdSchema, tokens: seenTokens }), done),

  /** Makes an account the one that is meant under a client when none is named; null leaves that to the active one. */
  'clients.setActive': command(
    v.strictObject({ clientId: clientIdSchema, accountId: v.nullable(idSchema) }),
    done,
  ),

  /** What a sign-in would cost, asked before the browser opens. Null for an account that is not known yet. */
  'signIn.preview': command(
    v.strictObject({
      clientId: clientIdSchema,
      scopes: v.pipe(v.array(scopeSchema), v.maxLength(100)),
      accountId: idSchema,
      add: v.exactOptional(v.boolean()),
    }),
    signInPreviewSchema,
  ),
  'signIn.start': command(
    v.strictObject({
      clientId: clientIdSchema,
      scopes: v.pipe(v.array(scopeSchema), v.maxLength(100)),
      /** The account that should arrive; null when any is welcome. */
      accountId: v.nullable(idSchema),
      /** Asks for what is held of the same grant as well, so that the new token stands in for the older one. */
      add: v.exactOptional(v.boolean()),
      /** One of the client's `ways`; its first one unless told. */
      way: v.exactOptional(wayKindSchema),
      /** One of the registered addresses; the first that fits the way unless told. */
      redirectUri: v.exactOptional(text(2048)),
      /** Open no browser here: the address is taken elsewhere by hand. */
      elsewhere: v.exactOptional(v.boolean()),
    }),
    flow,
  ),
  'signIn.openAgain': command(flow, done),
  'signIn.copyLink': command(flow, done),
  /** Takes the address that the browser ended at from the clipboard, which main reads: it carries a code. */
  'signIn.paste': command(flow, done),
  'signIn.cancel': command(flow, done),
  'signIn.chooseAccount': command(v.strictObject({ flowId: idSchema, keep: v.boolean() }), done),
  'signIn.dismiss': command(flow, done),

  'accounts.update': command(v.strictObject({ accountId: idSchema, label: v.nullable(labelSchema) }), done),
  'accounts.activate': command(v.strictObject({ accountId: idSchema }), done),
  'accounts.previewForget': command(v.strictObject({ accountId: idSchema }), removalPreviewSchema),
  /** `keys`, those of a service account, are compared as `tokens` are. */
  'accounts.forget': command(
    v.strictObject({ accountId: idSchema, tokens: seenTokens, keys: v.exactOptional(seenTokens) }),
    done,
  ),

  /** Refreshes every token of the account that is held here, now. Answers when all of them have. */
  'accounts.check': command(v.strictObject({ accountId: idSchema }), done),
  /** The lives of all tokens of an account that are shown. */
  'accounts.lives': command(v.strictObject({ accountId: idSchema }), v.array(lifeViewSchema)),
  /** Puts a short-lived access token of the newest working token into the clipboard, which is cleared later. */
  'accounts.copyAccessToken': command(
    v.strictObject({ accountId: idSchema, clientId: clientIdSchema }),
    v.strictObject({ expiresAt: v.pipe(v.number(), v.integer()) }),
  ),
  /** Opens Google's page of connections for this account in the system browser. */
  'accounts.manageAtGoogle': command(v.strictObject({ accountId: idSchema }), done),

  /** One account under one client: out of the keychain here, untouched at Google. */
  'grants.previewForget': command(grantSchema, removalPreviewSchema),
  'grants.forget': command(v.strictObject({ ...grantSchema.entries, tokens: seenTokens }), done),
  /** What tokeninfo says about an access token of the grant, against what is believed here. */
  'grants.inspect': command(grantSchema, inspectionSchema),

  /** Takes a token from the clipboard, which main reads, and says what it is. Nothing of it is kept. */
  'inspection.paste': command(nothing, foreignInspectionSchema),

  'service.configure': command(
    v.strictObject({ accountId: idSchema, scopes: chosenScopes, subject: v.nullable(emailSchema) }),
    done,
  ),
  /** Asks Google for a token with one key, now; keeps what it says of it. */
  'service.tryKey': command(serviceKey, lasting),
  /** With the configured scopes and subject. */
  'service.copyAccessToken': command(v.strictObject({ accountId: idSchema }), lasting),
  'service.copyIdToken': command(
    v.strictObject({ accountId: idSchema, audience: v.pipe(text(512), v.minLength(1)) }),
    lasting,
  ),
  /** Signed here, without asking Google: for one API by its address, or (null) for the configured scopes. */
  'service.copySelfSigned': command(
    v.strictObject({ accountId: idSchema, audience: v.nullable(v.pipe(text(512), v.minLength(1))) }),
    lasting,
  ),
  /** Out of the keychain here; at Google the key stays valid. The last one goes with its account only. */
  'service.forgetKey': command(serviceKey, done),
  /** Where else the key may lie. */
  'service.findCopies': command(serviceKey, v.array(keyTraceSchema)),
  /** Deletes the file that the key came from, if it is still the same. */
  'service.deleteFile': command(serviceKey, done),

  /** All that would die if these grants were revoked at Google. */
  'revocation.preview': command(v.strictObject({ grants: chosenGrants }), blastRadiusSchema),
  /**
   * Revokes, then asks for each token whether it is dead. `tokens` is the number seen in the preview, with one for
   * each client that has access without a refresh token; `confirmation` what was typed where that asks for it. How it goes is told by the state's `revocations`.
   */
  'revocation.start': command(
    v.strictObject({ grants: chosenGrants, tokens: seenTokens, confirmation: v.nullable(text(320)) }),
    v.strictObject({ revocationId: idSchema }),
  ),
  /** Tries again what failed or still lives. */
  'revocation.retry': command(v.strictObject({ revocationId: idSchema }), done),
  'revocation.dismiss': command(v.strictObject({ revocationId: idSchema }), done),

  /** No door answers until unlocked; leases for a session end. */
  'doors.lock': command(nothing, done),
  'doors.unlock': command(nothing, done),
  /** `scopes`: fewer than asked for; null for what was asked. */
  'asks.answer': command(
    v.strictObject({
      askId: idSchema,
      answer: askAnswerSchema,
      scopes: v.nullable(v.pipe(v.array(grantedScopeSchema), v.minLength(1), v.maxLength(100))),
    }),
    done,
  ),
  /** Its questions are shown again. */
  'asks.unmute': command(v.strictObject({ programKey: idSchema }), done),
  /** The handle goes into the clipboard (`http`) or into the file (`adc`), never through the window. */
  'leases.give': command(
    leaseWishSchema,
    v.strictObject({
      leaseId: idSchema,
      /** The file that was written; null without one. */
      file: v.nullable(pathSchema),
      /** Where the file that was there before was kept aside. */
      keptAside: v.nullable(pathSchema),
      /** `127.0.0.1:PORT` of the door. */
      address: v.nullable(text(60)),
    }),
  ),
  'leases.end': command(v.strictObject({ leaseId: idSchema }), done),
  'leases.endAll': command(nothing, done),
  /** Takes the lease back and puts the file back that was there before. */
  'leases.undoFile': command(v.strictObject({ leaseId: idSchema }), done),
  /** The file of application default credentials; `path` null for where Google's libraries look. */
  'adc.look': command(v.strictObject({ path: v.nullable(pathSchema) }), adcFileViewSchema),

  /** Which account is meant, and why. `named`: an e-mail address or a label. */
  'who.ask': command(
    v.strictObject({
      folder: v.nullable(pathSchema),
      clientId: v.nullable(clientIdSchema),
      named: v.nullable(text(320)),
    }),
    whoViewSchema,
  ),
  /** The person picks a folder; answers it without links, or null. */
  'folders.pick': command(nothing, v.nullable(pathSchema)),
  /** A second rule for the same folder takes the place of the first. */
  'folders.addRule': command(
    v.strictObject({ folder: pathSchema, accountId: idSchema, clientId: v.nullable(clientIdSchema) }),
    v.strictObject({ ruleId: idSchema }),
  ),
  'folders.changeRule': command(
    v.strictObject({
      ruleId: idSchema,
      folder: v.exactOptional(pathSchema),
      accountId: v.exactOptional(idSchema),
      clientId: v.exactOptional(v.nullable(clientIdSchema)),
    }),
    done,
  ),
  'folders.removeRule': command(v.strictObject({ ruleId: idSchema }), done),
  /** How the folders of all rules and approvals stand on the disk. */
  'folders.look': command(nothing, v.array(folderLookSchema)),
  'folders.approve': command(
    v.strictObject({ folder: pathSchema, digest: text(64), effect: declarationEffectSchema }),
    done,
  ),
  'folders.withdraw': command(v.strictObject({ folder: pathSchema }), done),

  /** What the person knows about a death; null takes it back. */
  'tokens.correctCause': command(
    v.strictObject({ tokenId: idSchema, cause: v.nullable(causeKindSchema) }),
    done,
  ),
  /** Takes a dead token out of view, and its secret out of the keychain. */
  'tokens.dismiss': command(v.strictObject({ tokenId: idSchema }), done),

  'settings.update': command(
    v.strictObject({
      language: v.exactOptional(languageSchema),
      theme: v.exactOptional(themeSchema),
      checkEvery: v.exactOptional(checkEverySchema),
      proxy: v.exactOptional(proxyChoiceSchema),
      lockWithScreen: v.exactOptional(v.boolean()),
    }),
    done,
  ),
  /** The person picks a PEM file; it is read and checked before it counts. */
  'settings.pickCaFile': command(nothing, done),
  'settings.clearCaFile': command(nothing, done),
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

  /** What people, administrators and other machines would do. */
  'practice.act': command(
    v.variant('act', [
      v.strictObject({ act: v.literal('change-password'), sub: practiceSub }),
      v.strictObject({ act: v.literal('revoke-at-account-page'), sub: practiceSub }),
      v.strictObject({ act: v.literal('set-disabled'), sub: practiceSub, disabled: v.boolean() }),
      v.strictObject({
        act: v.literal('mint-elsewhere'),
        sub: practiceSub,
        count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
      }),
      v.strictObject({ act: v.literal('set-rules'), rules: practiceRulesSchema }),
      /** Another client of the practice project, or one of another project. */
      v.strictObject({
        act: v.literal('add-client'),
        project: v.picklist(['same', 'other']),
        kind: v.exactOptional(clientKindSchema),
      }),
      /** A service account of the practice project with a key file, which is brought at once. */
      v.strictObject({ act: v.literal('add-service-account') }),
      v.strictObject({ act: v.literal('add-service-key'), email: emailSchema }),
      v.strictObject({ act: v.literal('set-service-disabled'), email: emailSchema, disabled: v.boolean() }),
      /** What the administrator registers for domain-wide delegation. */
      v.strictObject({ act: v.literal('delegate'), email: emailSchema, scopes: chosenScopes }),
      v.strictObject({ act: v.literal('set-fault'), fault: practiceViewSchema.entries.fault }),
    ]),
    done,
  ),

  'ledger.continueFromLastGood': command(nothing, done),
  'problems.dismiss': command(v.strictObject({ problemId: idSchema }), done),
  'problems.removeOrphan': command(v.strictObject({ problemId: idSchema }), done),
} as const

export type CommandName = keyof typeof commands
export type CommandParams<N extends CommandName> = v.InferOutput<(typeof commands)[N]['params']>
export type CommandResult<N extends CommandName> = v.InferOutput<(typeof commands)[N]['result']>
