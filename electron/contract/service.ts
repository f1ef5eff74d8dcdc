/** A service account as the window knows it: its keys by name, never the keys (google-oauth.md 6). */
import * as v from 'valibot'
import {
  appErrorSchema,
  count,
  emailSchema,
  grantedScopeSchema,
  idSchema,
  instant,
  scopeSchema,
  text,
} from './fields.ts'

export const serviceKeyViewSchema = v.strictObject({
  keyId: idSchema,
  /** Google's name of it, `private_key_id`. */
  privateKeyId: text(128),
  standing: v.picklist(['held', 'missing']),
  bits: count,
  addedAt: instant,
  /** By the certificate that Google publishes for it; null where that is not known. */
  createdAt: v.nullable(instant),
  /** 90 days after that, or after it came here: time for another one. */
  oldAt: instant,
  /** The latest token that it got; null while it was never tried. */
  lastUsedAt: v.nullable(instant),
  /** Google does not take it, or the account behind it. */
  refusal: v.nullable(v.strictObject({ at: instant, error: appErrorSchema })),
  /** The file it came from, while this run of the app knows it and it was not deleted. */
  file: v.nullable(text(4096)),
})
export type ServiceKeyView = v.InferOutput<typeof serviceKeyViewSchema>

export const serviceViewSchema = v.strictObject({
  /** The numeric id (`client_id` of the key file): what an administrator registers. */
  uniqueId: text(64),
  projectId: v.nullable(text(128)),
  /** What tokens are asked for unless somebody says otherwise. */
  scopes: v.array(scopeSchema),
  /** Whom it acts as under domain-wide delegation; null for itself. */
  subject: v.nullable(emailSchema),
  /** Newest first. */
  keys: v.array(serviceKeyViewSchema),
  /** The key that signs: the newest one that Google took; null where none can. */
  signingKeyId: v.nullable(idSchema),
  /** Of the latest request that Google refused for a reason other than the key, until one succeeds. */
  refusal: v.nullable(
    v.strictObject({
      at: instant,
      error: appErrorSchema,
      /** Probably not registered for delegation. */
      unregistered: v.array(grantedScopeSchema),
    }),
  ),
})
export type ServiceView = v.InferOutput<typeof serviceViewSchema>

/** Where else a key may lie. `sure`: this very key was found there. */
export const keyTraceSchema = v.strictObject({
  place: v.picklist([
    'file',
    'downloads',
    'trash',
    'gcloud',
    'environment',
    'repository',
    'synced-folder',
    'backup',
  ]),
  path: v.nullable(text(4096)),
  sure: v.boolean(),
})
export type KeyTrace = v.InferOutput<typeof keyTraceSchema>
