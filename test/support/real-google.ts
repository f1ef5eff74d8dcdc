/**
 * A real practice Google with a witness of every secret it ever made, and a person who goes through its pages over
 * plain HTTP, as a browser without scripts would.
 */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createHttp } from '../../electron/adapters/http.ts'
import { practiceAccounts } from '../../electron/practice/accounts.ts'
import { practiceClient } from '../../electron/practice/client.ts'
import type { PracticeControl } from '../../electron/practice/practice-control.ts'
import { createPracticeControl } from '../../electron/practice/practice-control.ts'
import { startPracticeGoogle } from '../../electron/practice/practice-google.ts'

interface Issued {
  readonly kind: string
  readonly secret: string
  readonly clientId: string
}

export interface RealGoogle {
  /** `http://127.0.0.1:PORT` */
  readonly issuer: string
  readonly control: PracticeControl
  /** Every secret that was made since the start. */
  readonly issued: readonly Issued[]
  /**
   * Status and `error` of a refresh with this token at the token endpoint, under the client that it was made for;
   * `error` is null for 200.
   */
  refresh(refreshToken: string): Promise<{ readonly status: number; readonly error: string | null }>
  close(): Promise<void>
}

/** Starts it with an empty state, which it saves in `stateFile` if one is given. */
export async function startRealGoogle(stateFile: string | null = null): Promise<RealGoogle> {
  const issued: Issued[] = []
  const google = await startPracticeGoogle({
    now: () => Date.now(),
    load: () => Promise.resolve(null),
    save: async (state) => {
      if (stateFile !== null) await writeFile(stateFile, JSON.stringify(state))
    },
    random: (bytes) => randomBytes(bytes).toString('base64url'),
    onIssued: (kind, secret, clientId) => issued.push({ kind, secret, clientId }),
  })
  const clientOf = (token: string): string =>
    issued.find(({ secret }) => secret === token)?.clientId ?? practiceClient.clientId
  const newestSecret = (clientId: string): string =>
    issued.filter((one) => one.kind === 'client-secret' && one.clientId === clientId).at(-1)?.secret ?? ''
  return {
    issuer: google.issuer,
    control: createPracticeControl(
      google.issuer,
      createHttp({ allow: ({ hostname }) => hostname === '127.0.0.1' }),
    ),
    issued,
    async refresh(refreshToken) {
      const clientId = clientOf(refreshToken)
      const answer = await fetch(`${google.issuer}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: refreshToken,
          client_id: clientId,
          client_secret: newestSecret(clientId),
        }),
      })
      const { error } = (await answer.json()) as { error?: string }
      return { status: answer.status, error: error ?? null }
    },
    close: () => google.close(),
  }
}

export interface Person {
  readonly sub: string
  readonly email: string
}

function person(index: number): Person {
  const account = practiceAccounts[index]
  if (!account) throw new Error('practice Google has three accounts')
  return { sub: account.sub, email: account.email }
}
export const asha = person(0)
export const sam = person(1)
/** Of a Workspace domain. */
export const meera = person(2)

export interface Consent {
  /** The boxes that are ticked; all when left out. */
  readonly ticked?: readonly string[]
  /** Whether access goes on until it is taken back; true when left out. */
  readonly ongoing?: boolean
  readonly press?: 'continue' | 'cancel'
}

/**
 * Opens the authorization URL, chooses the account and answers the consent page. Gives back the loopback address
 * that the browser is sent to; it is not called yet.
 */
export async function consentAs(who: Person, link: string, consent: Consent = {}): Promise<string> {
  const { origin } = new URL(link)
  let seen = await look(await fetch(link, { redirect: 'manual' }))
  for (let pages = 0; seen.location === null; pages += 1) {
    if (pages > 4) throw new Error(`practice Google shows one page after another: ${title(seen.page)}`)
    const action = /action="([^"]+)"/.exec(seen.page)?.[1]
    const ticket = /name="ticket" value="([^"]+)"/.exec(seen.page)?.[1]
    if (action === undefined || ticket === undefined) throw new Error(`no form on: ${title(seen.page)}`)
    const body = new URLSearchParams([['ticket', ticket], ...fieldsFor(seen.page, who, consent)])
    const headers = { origin }
    seen = await look(
      await fetch(`${origin}${action}`, { method: 'POST', body, headers, redirect: 'manual' }),
    )
  }
  return seen.location
}

function fieldsFor(page: string, who: Person, consent: Consent): [string, string][] {
  if (page.includes('name="account"')) return [['account', who.sub]]
  if (!page.includes(who.email)) return [['action', 'switch']]
  const boxes = [...page.matchAll(/name="scope" value="([^"]+)"/g)].map((box) => box[1] ?? '')
  const ticked = boxes.filter((scope) => consent.ticked?.includes(scope) ?? true)
  return [
    ['action', consent.press ?? 'continue'],
    ...ticked.map((scope): [string, string] => ['scope', scope]),
    ...(consent.ongoing === false ? [] : [['ongoing', 'yes'] as [string, string]]),
  ]
}

async function look(answer: Response): Promise<{ page: string; location: string | null }> {
  return { page: await answer.text(), location: answer.headers.get('location') }
}

function title(page: string): string {
  return /<title>([^<]*)/.exec(page)?.[1] ?? 'a page without a title'
}

/** The browser follows the redirect to the app's listener. */
export async function arriveAt(address: string): Promise<{ readonly status: number; readonly page: string }> {
  const answer = await fetch(address, { headers: { connection: 'close' } })
  return { status: answer.status, page: await answer.text() }
}

/** What our page told its tab: a text to show, or where to go on. */
export interface TabReply {
  readonly status: number
  readonly title: string
  readonly next?: string
}

/** The browser arrives at our page with an answer in the fragment, and the script of the page hands that over. */
export async function arriveWithFragment(address: string): Promise<TabReply> {
  const url = new URL(address)
  const { page } = await arriveAt(`${url.origin}${url.pathname}`)
  const post = /data-post="([^"]+)"/.exec(page)?.[1]
  if (post === undefined) throw new Error(`not a page that reads a fragment: ${title(page)}`)
  const answer = await fetch(`${url.origin}${post}`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', 'x-latchkey-answer': '1' },
      ...{ origin: url.origin, connection: 'close' },
    },
    body: JSON.stringify({ answer: url.hash.slice(1) || url.search.slice(1) }),
  })
  return (await answer.json()) as TabReply
}
