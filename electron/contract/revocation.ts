/** Revoking at Google: what will die, and what came of it (google-oauth.md 3). */
import * as v from 'valibot'
import {
  appErrorSchema,
  clientIdSchema,
  count,
  emailSchema,
  idSchema,
  instant,
  pathSchema,
  text,
} from './fields.ts'

export const grantSchema = v.strictObject({ accountId: idSchema, clientId: clientIdSchema })
export type GrantName = v.InferOutput<typeof grantSchema>

/** One account and one project: a revocation takes all of that, on every machine. */
export const blastProjectSchema = v.strictObject({
  accountId: idSchema,
  email: emailSchema,
  /** The digits before the `-` of the client id; the client id itself where it has none. */
  project: text(256),
  projectId: v.nullable(text(128)),
  /** Every client of the project that is known here. */
  clients: v.array(
    v.strictObject({
      ...{ clientId: clientIdSchema, label: text(120), chosen: v.boolean(), tokens: count },
      /** Access without a refresh token is held under it, and goes as well. */
      access: v.boolean(),
    }),
  ),
  /** Every refresh token of it that is not known dead, newest first. */
  tokens: v.array(
    v.strictObject({
      tokenId: idSchema,
      clientId: clientIdSchema,
      standing: v.picklist(['held', 'elsewhere', 'missing']),
      mintedAt: instant,
      lastUsedAt: instant,
    }),
  ),
  /** Folder rules and approved declarations that will have nothing to give. */
  folders: v.array(v.strictObject({ folder: pathSchema, by: v.picklist(['rule', 'declaration']) })),
  /** Programs that hold a lease on it. */
  programs: v.array(v.strictObject({ leaseId: idSchema, name: text(120) })),
  /** It is the active account, everywhere (null) or under a client, and will have nothing to give there. */
  marks: v.array(v.strictObject({ clientId: v.nullable(clientIdSchema) })),
  /** Why it cannot be revoked from here; null where it can. */
  obstacle: v.nullable(appErrorSchema),
})
export type BlastProject = v.InferOutput<typeof blastProjectSchema>

export const blastRadiusSchema = v.strictObject({
  projects: v.array(blastProjectSchema),
  /** Refresh tokens known here that will die, over all projects that can be revoked. */
  tokens: count,
  /** What has to be typed before it is done. `count`: the number of tokens, access without a refresh token included, where several accounts are concerned. */
  confirm: v.variant('kind', [
    v.strictObject({ kind: v.literal('none') }),
    v.strictObject({ kind: v.literal('email'), text: emailSchema }),
    v.strictObject({ kind: v.literal('count'), text: text(20) }),
  ]),
})
export type BlastRadius = v.InferOutput<typeof blastRadiusSchema>

/**
 * How one account's project stands. `revoked`: every token held here was refused by Google afterwards.
 * `already-dead`: Google knew none of them any more. `alive`: a token still works, and is asked again at `retryAt`
 * until that is null. `failed`: nothing is known to have happened.
 */
export const revocationRowSchema = v.strictObject({
  accountId: idSchema,
  email: emailSchema,
  project: text(256),
  clientIds: v.array(clientIdSchema),
  step: v.picklist([
    'waiting',
    'asking',
    'verifying',
    'revoked',
    'already-dead',
    'not-revocable',
    'alive',
    'failed',
  ]),
  error: v.nullable(appErrorSchema),
  retryAt: v.nullable(instant),
  tokens: v.array(
    v.strictObject({
      tokenId: idSchema,
      clientId: clientIdSchema,
      /** `unknown`: it could not be asked, or its secret is not here. */
      found: v.picklist(['waiting', 'dead', 'alive', 'unknown']),
    }),
  ),
})
export type RevocationRow = v.InferOutput<typeof revocationRowSchema>

export const revocationViewSchema = v.strictObject({
  revocationId: idSchema,
  startedAt: instant,
  /** Nothing goes on any more, not even a wait. */
  ended: v.boolean(),
  rows: v.array(revocationRowSchema),
})
export type RevocationView = v.InferOutput<typeof revocationViewSchema>
