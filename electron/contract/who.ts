/** Which account a request means, and the folders that say so. */
import * as v from 'valibot'
import { appErrorSchema, clientIdSchema, emailSchema, idSchema, instant, pathSchema, text } from './fields.ts'

/** How it was found which account is meant; the first one that says anything decides. */
export const whoReasonSchema = v.picklist([
  'named',
  'environment',
  'folder-rule',
  /** An approved `.latchkey.json`. */
  'declaration',
  'active-for-client',
  'active',
  'only-one',
])
export type WhoReason = v.InferOutput<typeof whoReasonSchema>

/** A rule made here: in this folder and below, this account is meant. */
export const folderRuleViewSchema = v.strictObject({
  ruleId: idSchema,
  /** Absolute, without links. */
  folder: pathSchema,
  accountId: idSchema,
  /** As it was last known, also of an account that is gone. */
  email: emailSchema,
  clientId: v.nullable(clientIdSchema),
  standing: v.picklist(['fine', 'account-gone', 'client-gone']),
})
export type FolderRuleView = v.InferOutput<typeof folderRuleViewSchema>

/**
 * What an approved `.latchkey.json` does. `check`: where another account than the declared one would be used,
 * nothing is; `use`: the declared account is used, as if a rule said so.
 */
export const declarationEffectSchema = v.picklist(['check', 'use'])
export type DeclarationEffect = v.InferOutput<typeof declarationEffectSchema>

/** A content of a `.latchkey.json` that the person approved. Another content asks again. */
export const approvalViewSchema = v.strictObject({
  folder: pathSchema,
  digest: text(64),
  accountId: idSchema,
  email: emailSchema,
  clientId: v.nullable(clientIdSchema),
  effect: declarationEffectSchema,
  approvedAt: instant,
  standing: v.picklist(['fine', 'account-gone', 'client-gone']),
})
export type ApprovalView = v.InferOutput<typeof approvalViewSchema>

export const foldersViewSchema = v.strictObject({
  rules: v.array(folderRuleViewSchema),
  approvals: v.array(approvalViewSchema),
})
export type FoldersView = v.InferOutput<typeof foldersViewSchema>

/** A `.latchkey.json` as it lies on the disk now. */
export const declarationViewSchema = v.strictObject({
  folder: pathSchema,
  /** Of its content; null where it could not be read. Approving names it, so that nothing else is approved. */
  digest: v.nullable(text(64)),
  /** An e-mail address or a label, as written there; null where the file is not understood. */
  account: v.nullable(text(320)),
  /** A client id or a client's label. */
  client: v.nullable(text(320)),
  /** Whom that means here. */
  accountId: v.nullable(idSchema),
  clientId: v.nullable(clientIdSchema),
  /** `new` and `changed` have no effect until approved. */
  standing: v.picklist(['new', 'changed', 'approved', 'unusable']),
  /** Why it is unusable: `declaration-…`. */
  error: v.nullable(appErrorSchema),
})
export type DeclarationView = v.InferOutput<typeof declarationViewSchema>

/** A folder that a rule or an approval is about, as it stands on the disk. */
export const folderLookSchema = v.strictObject({
  folder: pathSchema,
  found: v.boolean(),
  declaration: v.nullable(declarationViewSchema),
})
export type FolderLook = v.InferOutput<typeof folderLookSchema>

export const whoOutcomeSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('account'),
    accountId: idSchema,
    /** The client that is meant, where that is certain. */
    clientId: v.nullable(clientIdSchema),
    reason: whoReasonSchema,
  }),
  /** Somebody said who, and that cannot be followed; nobody else is used instead. */
  v.strictObject({ kind: v.literal('blocked'), reason: whoReasonSchema, error: appErrorSchema }),
  /** Nothing says who. */
  v.strictObject({ kind: v.literal('ask'), accountIds: v.array(idSchema) }),
])
export type WhoOutcome = v.InferOutput<typeof whoOutcomeSchema>

export const whoViewSchema = v.strictObject({
  /** The folder that was asked about, without links; null where none was. */
  folder: v.nullable(pathSchema),
  outcome: whoOutcomeSchema,
  /** The folder of the rule or the declaration that decided. */
  decidedIn: v.nullable(pathSchema),
  /** The nearest `.latchkey.json`, whether or not it has an effect. */
  declaration: v.nullable(declarationViewSchema),
})
export type WhoView = v.InferOutput<typeof whoViewSchema>
