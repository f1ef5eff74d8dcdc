import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLoopbackRedirect } from '../../../electron/practice/client.ts'
import { createFaultBoard, faultEndpoints } from '../../../electron/practice/faults.ts'
import { html } from '../../../electron/practice/pages/html.ts'
import { pickLanguage } from '../../../electron/practice/pages/words.ts'
import {
  canonicalScopes,
  isKnownForm,
  productOf,
  redirectScopes,
  separableScopes,
} from '../../../electron/practice/scopes.ts'
import { isWholeCode, mintSecret } from '../../../electron/practice/secrets.ts'
import { openStore } from '../../../electron/practice/store.ts'
import { createTickets } from '../../../electron/practice/tickets.ts'

const auth = 'https://www.googleapis.com/auth/'
const random = (bytes: number): string => randomBytes(bytes).toString('base64url')

describe('scopes', () => {
  it('answers e-mail and profile by their long names, and adds openid', () => {
    expect(canonicalScopes(['profile', 'email'])).toEqual([
      `${auth}userinfo.email`,
      `${auth}userinfo.profile`,
      'openid',
    ])
  })

  it('spells the old contact and Drive names anew', () => {
    const asked = ['https://www.google.com/m8/feeds/', `${auth}drive.appfolder`]
    expect(canonicalScopes(asked)).toEqual([`${auth}contacts`, `${auth}drive.appdata`])
  })

  it('lists both spellings in the redirect', () => {
    expect(redirectScopes(canonicalScopes(['email']))).toEqual(['email', `${auth}userinfo.email`, 'openid'])
  })

  it('separates scopes only from two beyond sign-in on', () => {
    expect(separableScopes(['openid', 'email', `${auth}drive`])).toEqual([])
    expect(separableScopes(['openid', `${auth}drive`, `${auth}calendar`])).toEqual([
      `${auth}calendar`,
      `${auth}drive`,
    ])
  })

  it('knows the form of a scope, letters’ case included', () => {
    expect([`${auth}gmail.send`, 'openid', 'https://mail.google.com/'].every(isKnownForm)).toBe(true)
    expect(['OpenID', 'https://mail.google.com', auth, `${auth}Drive`, 'drive'].some(isKnownForm)).toBe(false)
  })
})

describe('the services an administrator can restrict', () => {
  it.each([
    ['gmail', [`${auth}gmail.send`, 'https://mail.google.com/']],
    ['drive', [`${auth}drive`, `${auth}drive.metadata.readonly`, `${auth}documents`, `${auth}presentations`]],
    ['calendar', [`${auth}calendar`, `${auth}calendar.events.readonly`]],
    [
      'cloud',
      [`${auth}cloud-platform`, `${auth}bigquery`, `${auth}compute.readonly`, `${auth}sqlservice.admin`],
    ],
    [null, ['openid', `${auth}userinfo.email`, `${auth}contacts`, `${auth}youtube`, `${auth}driveactivity`]],
  ] as const)('are known by their scopes: %s', (product, scopes) => {
    expect(scopes.map(productOf)).toEqual(scopes.map(() => product))
  })
})

describe('redirect addresses of a Desktop client', () => {
  it.each(['http://127.0.0.1:1', 'http://[::1]:5000/a/b?c=d', 'http://localhost', 'http://localhost:8085/'])(
    'admits %s',
    (uri) => {
      expect(isLoopbackRedirect(uri)).toBe(true)
    },
  )

  it.each([
    'https://127.0.0.1:1',
    'http://127.0.0.1.evil.example/',
    'http://evil.example',
    'http://user@127.0.0.1/',
    'http://127.0.0.1/#x',
    'http://127.0.0.1/#',
    'urn:ietf:wg:oauth:2.0:oob',
    'com.example:/x',
    'nonsense',
  ])('refuses %s', (uri) => {
    expect(isLoopbackRedirect(uri)).toBe(false)
  })
})

describe('secrets', () => {
  it('have Google’s beginnings and exactly the length that is asked for', () => {
    const kinds = {
      code: '4/',
      'access-token': 'ya29.',
      'refresh-token': '1//',
      'client-secret': 'GOCSPX-',
    } as const
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
        fc.integer({ min: 16, max: 2048 }),
        (kind, bytes) => {
          const secret = mintSecret(kind, random, bytes)
          expect(secret.startsWith(kinds[kind])).toBe(true)
          expect(Buffer.byteLength(secret)).toBe(bytes)
        },
      ),
    )
  })

  it('stay inside Google’s limits when no length is asked for', () => {
    expect(mintSecret('code', random).length).toBeLessThanOrEqual(256)
    expect(mintSecret('access-token', random).length).toBeLessThanOrEqual(2048)
    expect(mintSecret('refresh-token', random).length).toBeLessThanOrEqual(512)
  })

  it('tell a whole code from a cut or percent-encoded one', () => {
    const code = mintSecret('code', random)
    expect(isWholeCode(code)).toBe(true)
    expect([code.slice(0, -3), encodeURIComponent(code), '', '4/x'].some(isWholeCode)).toBe(false)
  })
})

describe('pages', () => {
  it('escape what is put into them', () => {
    expect(html`<p title="${'"\'<&>'}">${'<script>'}</p>`.text).toBe(
      '<p title="&quot;&#39;&lt;&amp;&gt;">&lt;script&gt;</p>',
    )
  })

  it.each([
    ['hi', 'en-GB', 'hi'],
    [null, 'de,hi-IN;q=0.9,en;q=0.8', 'hi'],
    ['fr', 'en,hi', 'en'],
    [null, undefined, 'en'],
  ] as const)('speak the language of hl=%s and Accept-Language %s', (hl, accepted, language) => {
    expect(pickLanguage(hl, accepted)).toBe(language)
  })
})

describe('the fault board', () => {
  it('has each named fault stand, and one at a time', () => {
    const board = createFaultBoard()
    board.name('slow')
    const taken = [board.take('token'), board.take('token')]
    expect(taken.map((faults) => faults.find('latency')?.ms)).toEqual([8000, 8000])
    board.name('busy')
    expect(board.take('token').find('status')).toMatchObject({ status: 429, retryAfter: 30 })
    expect([board.peek('token').has('latency'), board.named()]).toEqual([false, 'busy'])
    board.name(null)
    expect(board.take('token').has('status')).toBe(false)
  })

  it('strikes every endpoint by name, and with what is about revoking only that one', () => {
    const board = createFaultBoard()
    const struck = (): readonly string[] =>
      faultEndpoints.filter((endpoint) =>
        (['html', 'revoke-lag'] as const).some((k) => board.peek(endpoint).has(k)),
      )
    board.name('portal')
    expect(struck()).toEqual(['token', 'revoke', 'tokeninfo', 'device'])
    board.name('revoke-lag')
    expect(struck()).toEqual(['revoke'])
  })

  it('uses a fault up at its own endpoint only', () => {
    const board = createFaultBoard()
    board.set({ kind: 'html' }, 1, 'revoke')
    expect(board.take('token').has('html')).toBe(false)
    expect([board.take('revoke'), board.take('revoke')].map((taken) => taken.has('html'))).toEqual([
      true,
      false,
    ])
  })
})

describe('tickets', () => {
  const visit = { language: 'en' }

  it('end after half an hour of the machine’s time', () => {
    let now = 0
    const tickets = createTickets(() => now, random)
    const ticket = tickets.issue(visit)
    now = 30 * 60_000 - 1
    expect(tickets.find(ticket)).toBe(visit)
    now++
    expect(tickets.find(ticket)).toBeNull()
  })

  it('drop the oldest beyond two hundred', () => {
    const tickets = createTickets(() => 0, random)
    const issued = Array.from({ length: 201 }, () => tickets.issue(visit))
    expect(issued.map((ticket) => tickets.find(ticket) !== null)).toEqual([
      false,
      ...Array<boolean>(200).fill(true),
    ])
  })
})

describe('the store', () => {
  it('says a change is done only when a save that holds it has ended', async () => {
    const saves: { offset: number; finish: () => void }[] = []
    const save = (state: unknown): Promise<void> =>
      new Promise((finish) => {
        saves.push({ offset: (state as { offsetMs: number }).offsetMs, finish })
      })
    const store = await openStore(() => Promise.resolve(null), save)
    const done: number[] = []
    const changes = [1, 2, 3].map((offsetMs) =>
      store.change((state) => ({ ...state, offsetMs })).then(() => done.push(offsetMs)),
    )
    await new Promise(setImmediate)
    expect([saves.map((one) => one.offset), done]).toEqual([[3], []])
    const late = store.change((state) => ({ ...state, offsetMs: 4 }))
    await new Promise(setImmediate)
    saves[0]?.finish()
    await Promise.all(changes)
    await new Promise(setImmediate)
    expect(saves.map((one) => one.offset)).toEqual([3, 4])
    saves[1]?.finish()
    await late
  })

  it('saves uses together, with the next change or when it settles', async () => {
    const saved: { offsetMs: number; sessionHours: number | null }[] = []
    const save = (state: unknown): Promise<void> => {
      saved.push(state as { offsetMs: number; sessionHours: number | null })
      return Promise.resolve()
    }
    const store = await openStore(() => Promise.resolve(null), save)
    for (const offsetMs of [1, 2, 3]) store.note((state) => ({ ...state, offsetMs }))
    expect([store.state.offsetMs, saved.length]).toEqual([3, 0])
    await store.change((state) => ({ ...state, sessionHours: 5 }))
    store.note((state) => ({ ...state, offsetMs: 4 }))
    await store.settle()
    await store.settle()
    expect(saved.map((one) => [one.offsetMs, one.sessionHours])).toEqual([
      [3, 5],
      [4, 5],
    ])
  })

  it('saves uses by itself after a moment', async () => {
    const saves = new Promise<unknown>((resolve) => {
      const save = (state: unknown): Promise<void> => {
        resolve(state)
        return Promise.resolve()
      }
      void openStore(() => Promise.resolve(null), save).then((store) => {
        store.note((state) => ({ ...state, offsetMs: 7 }))
      })
    })
    expect(await saves).toMatchObject({ offsetMs: 7 })
  })

  it('reports a save that failed to the one who changed, and saves again with the next change', async () => {
    let fails = true
    const saved: unknown[] = []
    const save = (state: unknown): Promise<void> => {
      if (fails) return Promise.reject(new Error('disk full'))
      saved.push(state)
      return Promise.resolve()
    }
    const store = await openStore(() => Promise.resolve(null), save)
    await expect(store.change((state) => ({ ...state, offsetMs: 1 }))).rejects.toThrow('disk full')
    fails = false
    await store.change((state) => ({ ...state, publishing: 'testing' }))
    expect(saved).toMatchObject([{ offsetMs: 1, publishing: 'testing' }])
  })
})
