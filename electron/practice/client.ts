/** The OAuth clients of practice Google: of each kind that Google has for programs, in two projects. */
import type { ClientKind } from '../contract/kinds.ts'

interface PracticeClient {
  readonly clientId: string
  readonly kind: ClientKind
  readonly projectId: string
  readonly projectNumber: string
}

/** The one that is there from the start. The rules that a person can set are its project's. */
export const practiceClient = {
  clientId: '480216937745-q3v8m1k6t0d9r5w2z7x4c1b8n6p3j0hf.apps.googleusercontent.com',
  kind: 'installed',
  projectId: 'latchkey-practice',
  projectNumber: '480216937745',
} as const

const { projectId, projectNumber } = practiceClient
const lantern = { projectId: 'lantern-practice', projectNumber: '735904118262' } as const

/** Those that exist once somebody asks for them: by the project that they belong to, seen from the first. */
export const furtherClients = {
  same: {
    clientId: '480216937745-h7d2s9g4y1u6e3o8a5l0i7f2b9m4k1wz.apps.googleusercontent.com',
    kind: 'installed',
    projectId,
    projectNumber,
  },
  other: {
    clientId: '735904118262-t5c0n8x3r6j1v9q4p7e2w5z0d8g3m6ka.apps.googleusercontent.com',
    kind: 'installed',
    ...lantern,
  },
} as const satisfies Record<string, PracticeClient>
export type FurtherClient = keyof typeof furtherClients
export const furtherClientNames = Object.keys(furtherClients) as [FurtherClient, ...FurtherClient[]]

/** A client of another kind than Desktop is made for each project when somebody asks for it. */
const webClients = {
  same: {
    clientId: '480216937745-w1b6n3c8x5v0l7k2j9h4g1f6d3s8a5pq.apps.googleusercontent.com',
    kind: 'web',
    projectId,
    projectNumber,
  },
  other: {
    clientId: '735904118262-y4u9i2o7p0l5k8j3h6g1f4d9s2a7z0xc.apps.googleusercontent.com',
    kind: 'web',
    ...lantern,
  },
} as const satisfies Record<FurtherClient, PracticeClient>
const deviceClients = {
  same: {
    clientId: '480216937745-t8v3r6e1w4q9m2n7b0c5x8z3l6k1j4hg.apps.googleusercontent.com',
    kind: 'device',
    projectId,
    projectNumber,
  },
  other: {
    clientId: '735904118262-d0f5g8h3j6k1l4z9x2c7v0b5n8m3q6wr.apps.googleusercontent.com',
    kind: 'device',
    ...lantern,
  },
} as const satisfies Record<FurtherClient, PracticeClient>

const clients: readonly PracticeClient[] = [
  practiceClient,
  ...Object.values(furtherClients),
  ...Object.values(webClients),
  ...Object.values(deviceClients),
]

/** Which client somebody asks for. Without a project the first one's is meant, and of Desktop clients the first. */
export interface WantedClient {
  readonly project?: FurtherClient
  readonly kind?: ClientKind
}

export function clientFor({ project, kind = 'installed' }: WantedClient): PracticeClient {
  switch (kind) {
    case 'installed':
      return project === undefined ? practiceClient : furtherClients[project]
    case 'web':
      return webClients[project ?? 'same']
    case 'device':
      return deviceClients[project ?? 'same']
  }
}

/** Whether practice Google could ever have this client; others only stand for other people's programs. */
export function isPracticeClient(clientId: string): boolean {
  return clients.some((client) => client.clientId === clientId)
}

/** What a client was made as; those of other people's programs count as Desktop. */
export function kindOf(clientId: string): ClientKind {
  return clients.find((client) => client.clientId === clientId)?.kind ?? 'installed'
}

/** The addresses of a web client, each of which counts to the letter (google-oauth.md 1.3, 1.5). */
export interface Registered {
  readonly redirectUris: readonly string[]
  readonly javascriptOrigins: readonly string[]
}

/** What a web client is made with: ports that hardly anything else uses, and one address that is no loopback. */
export const usualAddresses: Registered = {
  redirectUris: [
    'http://localhost:28417/oauth2callback',
    'http://127.0.0.1:28418/latchkey',
    'http://[::1]:28419/latchkey',
    'https://tools.example/oauth/callback',
  ],
  javascriptOrigins: ['http://localhost:28417', 'http://127.0.0.1:28418'],
}

/** The project of a client id: the digits before the first dash (google-oauth.md section 3). */
export function projectNumberOf(clientId: string): string {
  return clientId.split('-', 1)[0] ?? clientId
}

/** The text of a downloaded client file (google-oauth.md 1.11), with this server's endpoints. */
export function clientFileText(
  issuer: string,
  client: PracticeClient,
  clientSecret: string,
  registered: Registered,
): string {
  const common = {
    client_id: client.clientId,
    project_id: client.projectId,
    auth_uri: `${issuer}/o/oauth2/v2/auth`,
    token_uri: `${issuer}/token`,
    auth_provider_x509_cert_url: `${issuer}/oauth2/v3/certs`,
    client_secret: clientSecret,
  }
  switch (client.kind) {
    case 'installed':
      return JSON.stringify({ installed: { ...common, redirect_uris: ['http://localhost'] } })
    case 'web':
      return JSON.stringify({
        web: {
          ...common,
          redirect_uris: registered.redirectUris,
          javascript_origins: registered.javascriptOrigins,
        },
      })
    // It goes back nowhere, and its file does not say what it is.
    case 'device':
      return JSON.stringify({ installed: common })
  }
}

/**
 * Whether a Desktop client may be sent back to this address: plain http to a loopback host, any port and path,
 * without user info or fragment (google-oauth.md 1.3).
 */
export function isLoopbackRedirect(redirectUri: string): boolean {
  let url: URL
  try {
    url = new URL(redirectUri)
  } catch {
    return false
  }
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  const bare = url.username === '' && url.password === '' && !redirectUri.includes('#')
  return url.protocol === 'http:' && loopback && bare
}
