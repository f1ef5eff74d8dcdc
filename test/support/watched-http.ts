/** Notes how a client proves itself at the token endpoint, without the secret itself. */
import type { ProfilePorts } from '../../electron/core/profile-context.ts'

export interface TokenRequest {
  readonly grantType: string
  /** `basic`: in the header alone; `post`: in the body alone. */
  readonly proof: 'basic' | 'post' | 'both' | 'none'
}

/** `wrap` goes into `RealProfileOptions`; `seen` grows with each request to the token endpoint. */
export function watchTokenRequests(): {
  readonly seen: readonly TokenRequest[]
  wrap(ports: ProfilePorts): ProfilePorts
} {
  const seen: TokenRequest[] = []
  const note = (body: string, headers: Readonly<Record<string, string>>): void => {
    const fields = new URLSearchParams(body)
    const names = Object.entries(headers).filter(([name]) => name.toLowerCase() === 'authorization')
    const basic = names.some(([, value]) => value.startsWith('Basic '))
    const post = fields.has('client_secret')
    const proof = basic ? (post ? 'both' : 'basic') : post ? 'post' : 'none'
    seen.push({ grantType: fields.get('grant_type') ?? '', proof })
  }
  return {
    seen,
    wrap: (ports) => ({
      ...ports,
      http: {
        setRoute: (route) => ports.http.setRoute(route),
        fetch(url, init) {
          if (new URL(url).pathname === '/token') note(init.body ?? '', init.headers)
          return ports.http.fetch(url, init)
        },
      },
    }),
  }
}
