/** An access token against what tokeninfo says of it (google-oauth.md 4.1, 2.4). Never its text. */
import * as v from 'valibot'
import { clientIdSchema, count, grantedScopeSchema, idSchema, instant, text } from './fields.ts'

/** `same` is null where Google said nothing. */
const compared = v.strictObject({
  told: v.nullable(text(320)),
  believed: text(320),
  same: v.nullable(v.boolean()),
})

export const inspectionSchema = v.strictObject({
  tokenId: idSchema,
  clientId: clientIdSchema,
  /** The client that the token is for, and the one that asked for it: client ids. */
  audience: compared,
  authorizedParty: compared,
  /** By e-mail address, where the token has that scope. */
  email: compared,
  /** By `sub`, which is not shown; null where the token has no identity scope. */
  sameAccount: v.nullable(v.boolean()),
  scopes: v.strictObject({
    told: v.array(grantedScopeSchema),
    /** Google says so, and it was not granted as far as is known here. */
    onlyTold: v.array(grantedScopeSchema),
    onlyBelieved: v.array(grantedScopeSchema),
  }),
  expiresAt: v.strictObject({ told: v.nullable(instant), believed: instant, same: v.nullable(v.boolean()) }),
  /** `online` or `offline`. */
  accessType: v.nullable(text(40)),
  /** Bytes, and Google's limits. */
  sizes: v.strictObject({
    accessBytes: count,
    accessLimit: count,
    refreshBytes: v.nullable(count),
    refreshLimit: count,
  }),
})
export type Inspection = v.InferOutput<typeof inspectionSchema>

/** A token from anywhere, as Google describes it, or as it describes itself where its signature holds. Never its text. */
export const foreignInspectionSchema = v.strictObject({
  kind: v.picklist(['access-token', 'id-token']),
  /** Of an id token: checked against Google's keys, or the keys here of a service account that signed it. Null for an access token, which only Google can read. */
  signature: v.nullable(v.picklist(['valid', 'invalid', 'unknown-key', 'unchecked'])),
  /** The client that it is for, and the one that asked for it: client ids, or another audience. */
  audience: v.nullable(text(320)),
  authorizedParty: v.nullable(text(320)),
  /** The one of your clients that it is for; null marks it as not for you. */
  yourClient: v.nullable(v.strictObject({ clientId: clientIdSchema, label: text(120) })),
  /** It is the token of the service account here that `yourAccount` names: asked for, or signed, by itself. */
  yourService: v.boolean(),
  email: v.nullable(text(320)),
  /** The account here that it belongs to. */
  yourAccount: v.nullable(idSchema),
  scopes: v.nullable(v.array(grantedScopeSchema)),
  issuedAt: v.nullable(instant),
  expiresAt: v.nullable(instant),
  expired: v.boolean(),
  accessType: v.nullable(text(40)),
  hostedDomain: v.nullable(text(255)),
  bytes: count,
})
export type ForeignInspection = v.InferOutput<typeof foreignInspectionSchema>
