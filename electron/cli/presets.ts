/** Which variables make a program use the access that `latchkey exec` has for it (google-oauth.md 8.2, 8.6, 8.7). */
import { basename } from 'node:path'

/** What the set-up is made of. */
export interface Access {
  /** A file of application default credentials; null with a metadata server. */
  readonly adcFile: string | null
  /** `127.0.0.1:PORT`; null with a file. */
  readonly metadata: string | null
  /** An empty folder to stand in for gcloud's, whose credentials file goes before a metadata server; null to keep it. */
  readonly emptyConfig: string | null
  /** A file with an access token, kept fresh; null for programs that do not read one. */
  readonly tokenFile: string | null
  /** One access token; null where the program takes something better. */
  readonly token: string | null
  readonly project: string | null
  readonly quotaProject: string | null
}

/** Programs that take nothing but a token, and the variable that they take it from. */
const tokenVariables: Readonly<Record<string, string>> = {
  terraform: 'GOOGLE_OAUTH_ACCESS_TOKEN',
  tofu: 'GOOGLE_OAUTH_ACCESS_TOKEN',
  terragrunt: 'GOOGLE_OAUTH_ACCESS_TOKEN',
  gog: 'GOG_ACCESS_TOKEN',
  gogcli: 'GOG_ACCESS_TOKEN',
  gws: 'GOOGLE_WORKSPACE_CLI_TOKEN',
}

/** The variable of a program that is given a token of about an hour; null for all others. */
export function tokenVariableOf(program: string): string | null {
  const name = plainName(program)
  return Object.hasOwn(tokenVariables, name) ? (tokenVariables[name] ?? null) : null
}

/** gcloud and what starts it: they take the file that is kept fresh. */
export function readsTokenFile(program: string): boolean {
  return ['gcloud', 'bq', 'gsutil'].includes(plainName(program))
}

function plainName(program: string): string {
  return basename(program).replace(/\.(exe|cmd|bat)$/i, '')
}

/** Variables that would go before ours, or name another account's file. Null takes one away. */
export function variablesFor(program: string, access: Access): Readonly<Record<string, string | null>> {
  const { adcFile, metadata, emptyConfig, tokenFile, token, project, quotaProject } = access
  const variable = tokenVariableOf(program)
  return {
    GOOGLE_APPLICATION_CREDENTIALS: adcFile,
    ...(metadata === null ? {} : metadataVariables(metadata)),
    // gcloud itself keeps all it knows in there.
    ...(emptyConfig === null || readsTokenFile(program) ? {} : { CLOUDSDK_CONFIG: emptyConfig }),
    // Google's own order: these two go before the file that is kept fresh.
    CLOUDSDK_AUTH_ACCESS_TOKEN: null,
    CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: null,
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: tokenFile,
    ...(variable === null || token === null ? {} : { [variable]: token }),
    ...(project === null ? {} : { GOOGLE_CLOUD_PROJECT: project }),
    ...(quotaProject === null ? {} : { GOOGLE_CLOUD_QUOTA_PROJECT: quotaProject }),
  }
}

/** Host and address for all libraries, and for Node's that there is no need to look for one. */
export function metadataVariables(address: string): Readonly<Record<string, string>> {
  return {
    GCE_METADATA_HOST: address,
    GCE_METADATA_IP: address,
    METADATA_SERVER_DETECTION: 'assume-present',
  }
}

const proxyNames = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']
const exceptionNames = ['NO_PROXY', 'no_proxy']

/**
 * Where a proxy is set, Google's library for Python would send it what is for our door, handle and all: loopback is
 * excepted, in both spellings, since each program reads another one.
 */
export function pastTheProxy(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  if (!proxyNames.some((name) => (env[name] ?? '') !== '')) return {}
  const excepted = exceptionNames.flatMap((name) => (env[name] ?? '').split(',')).map((each) => each.trim())
  const all = [...new Set([...excepted, '127.0.0.1', 'localhost'])].filter((each) => each !== '').join(',')
  return Object.fromEntries(exceptionNames.map((name) => [name, all]))
}

/** The environment of the program: this one's with the variables on top. */
export function withVariables(
  env: Readonly<Record<string, string | undefined>>,
  variables: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const merged: Record<string, string> = {}
  for (const [name, value] of Object.entries({ ...env, ...variables }))
    if (typeof value === 'string') merged[name] = value
  return merged
}
