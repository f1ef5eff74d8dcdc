import { describe, expect, it } from 'vitest'
import type { EventData, EventType, LatchkeyEvent } from '../../../electron/core/ledger/events.ts'
import { checkEvent } from '../../../electron/core/ledger/events.ts'
import { stateFold } from '../../../electron/core/state/state-fold.ts'
import type { State, TokenRecord } from '../../../electron/core/state/state.ts'
import { applyEvent } from '../../../electron/core/state/apply-event.ts'
import { emptyState, findToken, isDead, keepsAlive } from '../../../electron/core/state/state.ts'

const hourMs = 3_600_000
const clientId = '481516234200-test.apps.googleusercontent.com'
const person = {
  accountId: 'account-00000001',
  issuer: 'https://accounts.google.com',
  sub: '100000000000000000001',
  email: 'asha@gmail.test',
  name: null,
  hostedDomain: null,
}

class History {
  state: State = emptyState()
  at = 1_000 * hourMs
  #seq = 0

  add<T extends EventType>(type: T, data: EventData<T>): this {
    this.#seq += 1
    const event = { type, data } as LatchkeyEvent
    applyEvent(this.state, { seq: this.#seq, at: this.at, event })
    return this
  }

  wait(ms: number): this {
    this.at += ms
    return this
  }

  client(): this {
    return this.add('client.added', {
      ...{ clientId, kind: 'installed', projectId: null, redirectUris: [], javascriptOrigins: [] },
      label: 'Test',
    })
  }

  published(publishing: string): this {
    return this.add('client.described', { clientId, label: 'Test', publishing, userType: 'external' })
  }

  signIn(tokenId: string, mintedAt: number | undefined = this.at): this {
    const scopes = ['openid']
    const intent = { ...person, tokenId, clientId, asked: scopes, granted: scopes, expiresAt: null }
    return this.add('token.intended', { ...intent, mintedAt })
      .add('account.signedIn', person)
      .add('token.minted', { tokenId })
  }

  refresh(tokenId: string, expiresAt: number | null = null): this {
    return this.add('token.refreshed', { tokenId, usedAt: this.at, expiresAt })
  }

  refuse(tokenId: string, verdict: string, error: string, subtype = ''): this {
    const answer = { verdict, error, subtype, description: '', status: 400 }
    return this.add('token.refused', { tokenId, refusedAt: this.at, ...answer })
  }

  token(tokenId: string): TokenRecord {
    const token = findToken(this.state, tokenId)
    if (!token) throw new Error(`no token ${tokenId}`)
    return token
  }
}

describe('the life of a token in the history', () => {
  it('counts a refresh as a use of the token and of its client', () => {
    const history = new History().client().signIn('token-1').wait(hourMs).refresh('token-1')
    expect(history.token('token-1')).toMatchObject({ lastUsedAt: history.at, refreshCount: 1 })
    expect(history.state.clients.get(clientId)?.lastUsedAt).toBe(history.at)
  })

  it('takes a new stated end from a refresh and keeps the old one when there is none', () => {
    const history = new History().client().signIn('token-1').refresh('token-1', 77).refresh('token-1')
    expect(history.token('token-1').expiresAt).toBe(77)
  })

  it('ends with a final refusal and goes on when a refresh succeeds after all', () => {
    const history = new History().client().signIn('token-1').refuse('token-1', 'dead', 'invalid_grant')
    expect(isDead(history.token('token-1'))).toBe(true)
    expect(isDead(history.refresh('token-1').token('token-1'))).toBe(false)
  })

  it('learns between which hours a session ended, once for each end', () => {
    const history = new History()
      .client()
      .signIn('token-1')
      .wait(15 * hourMs)
      .refresh('token-1')
    history.wait(hourMs).refuse('token-1', 'person', 'invalid_grant', 'invalid_rapt')
    history.wait(hourMs).refuse('token-1', 'person', 'invalid_grant', 'invalid_rapt')
    expect(history.state.accounts.get(person.accountId)?.sessionEnds).toEqual([
      { clientId, lowerMs: 15 * hourMs, upperMs: 16 * hourMs, at: history.at - hourMs },
    ])
  })

  it('replaces a rotated token by one that inherits its scopes and its consent, used when it was asked for', () => {
    const history = new History().client().signIn('token-1').wait(hourMs)
    const usedAt = history.at - 1000
    history.add('token.rotationIntended', {
      tokenId: 'token-2',
      replaces: 'token-1',
      usedAt,
      expiresAt: null,
    })
    expect(history.token('token-1').standing).toBe('held')
    history.add('token.minted', { tokenId: 'token-2' })
    expect(history.token('token-1')).toMatchObject({ standing: 'forgotten', rotated: true })
    expect(history.token('token-2')).toMatchObject({
      ...{ granted: ['openid'], mintedAt: history.at - hourMs, lastUsedAt: usedAt },
    })
  })

  it('is minted by Google’s time where that is known, and by the line’s in a history of the first version', () => {
    const history = new History().client().signIn('token-1', 42).signIn('token-2', undefined)
    expect(history.token('token-1').mintedAt).toBe(42)
    expect(history.token('token-2').mintedAt).toBe(history.at)
  })

  it('stays under the seven days of Testing when its project is published later', () => {
    const history = new History().client().published('testing').signIn('token-1').published('production')
    expect(history.signIn('token-2').token('token-1').testing).toBe(true)
    expect(history.token('token-2').testing).toBe(false)
  })

  it('is freed of Testing when that was said by mistake', () => {
    const history = new History().client().signIn('token-1').published('testing').published('unknown')
    expect(history.token('token-1').testing).toBe(false)
  })

  it('survives a snapshot unchanged', () => {
    const history = new History().client().signIn('token-1').refresh('token-1')
    history.refuse('token-1', 'person', 'invalid_grant', 'invalid_rapt')
    history.add('grant.revoked', { accountId: person.accountId, projectNumber: '481516234200' })
    const saved: unknown = JSON.parse(JSON.stringify(stateFold.encode(history.state)))
    expect(stateFold.decode(saved)).toEqual(history.state)
  })
})

describe('a client in the history', () => {
  it('is kept alive until it is retired, unless the person chose', () => {
    const history = new History().client()
    const kept = (): boolean => {
      const client = history.state.clients.get(clientId)
      return client !== undefined && keepsAlive(client)
    }
    expect(kept()).toBe(true)
    history.add('client.retired', { clientId, retired: true })
    expect(kept()).toBe(false)
    history.add('client.keepAliveChosen', { clientId, keepAlive: true })
    expect(kept()).toBe(true)
  })

  it('is marked by a refusal without a word about its tokens, and cleared by an acceptance', () => {
    const history = new History().client().signIn('token-1')
    history.add('client.refused', { clientId, error: 'deleted_client', description: '', status: 401 })
    expect(history.state.clients.get(clientId)?.refusal).toMatchObject({ error: 'deleted_client' })
    expect(history.token('token-1').refusal).toBeNull()
    history.add('client.accepted', { clientId })
    expect(history.state.clients.get(clientId)?.refusal).toBeNull()
  })
})

describe('a line of the history', () => {
  it('may lack what the first version did not know, and nothing else', () => {
    const intent = { ...person, tokenId: 't', clientId, asked: [], granted: [], expiresAt: null }
    expect(checkEvent('token.intended', intent)).not.toBeNull()
    expect(checkEvent('token.intended', { ...intent, mintedAt: 'now' })).toBeNull()
    expect(checkEvent('token.refreshed', { tokenId: 't', usedAt: 1 })).toBeNull()
  })
})
