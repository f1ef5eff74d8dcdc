import { describe, expect, it } from 'vitest'
import { appError } from '../../../electron/contract/outcome.ts'
import { vaultRoutes } from '../../../electron/core/doors/routes/vault-routes.ts'
import type { DoorRequest } from '../../../electron/core/ports.ts'
import type { VaultDesk } from '../../../electron/core/vault/vault-desk.ts'
import { fakeSecretStore } from '../../support/fake-secret-store.ts'
import { fakeVault } from '../../support/fake-vault.ts'

async function ask(
  desk: VaultDesk | null,
  line: string,
  body = '',
): Promise<{ status: number; body: unknown } | null> {
  const [method = '', path = ''] = line.split(' ')
  const request: DoorRequest = {
    ...{ method, path, body, query: new URLSearchParams(), headers: {} },
    peer: () => Promise.resolve({ user: 'same', pid: null }),
    signal: new AbortController().signal,
  }
  const answer = await vaultRoutes(desk)(request)
  return answer && { status: answer.status, body: JSON.parse(answer.body as string) }
}

const vault = () => fakeVault(fakeSecretStore())

describe('the routes of the vault', () => {
  it('unlock, lock and tell', async () => {
    const desk = vault()
    expect(await ask(desk, 'GET /v1/vault/status')).toEqual({
      status: 200,
      body: { store: 'vault', locked: true, problem: null },
    })
    const { passphrase } = desk
    expect(await ask(desk, 'POST /v1/vault/unlock', JSON.stringify({ passphrase }))).toEqual({
      status: 200,
      body: {},
    })
    expect(desk.state()).toBe('open')
    expect(await ask(desk, 'POST /v1/vault/lock')).toEqual({ status: 200, body: {} })
    expect(desk.state()).toBe('locked')
    desk.damage(appError('vault-older'))
    expect(await ask(desk, 'GET /v1/vault/status')).toMatchObject({
      body: { problem: { code: 'vault-older' } },
    })
  })

  it('refuse a wrong passphrase without repeating it', async () => {
    const answer = await ask(vault(), 'POST /v1/vault/unlock', '{"passphrase":"not-this-one"}')
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'vault-wrong-passphrase' } } })
    expect(JSON.stringify(answer)).not.toContain('not-this-one')
  })

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"passphrase":""}',
    '{"passphrase":1}',
    `{"passphrase":"${'x'.repeat(2000)}"}`,
  ])('refuse a body that is none: %.30s', async (body) => {
    const desk = vault()
    expect(await ask(desk, 'POST /v1/vault/unlock', body)).toMatchObject({
      status: 400,
      body: { error: { code: 'params-invalid' } },
    })
    expect(desk.state()).toBe('locked')
  })

  it('say that there is no vault where there is a keychain', async () => {
    expect(await ask(null, 'GET /v1/vault/status')).toEqual({
      status: 200,
      body: { store: 'keychain', locked: false, problem: null },
    })
    for (const word of ['unlock', 'lock'])
      expect(await ask(null, `POST /v1/vault/${word}`, '{"passphrase":"x"}')).toMatchObject({
        body: { error: { code: 'vault-missing' } },
      })
  })

  it('leave every other path to others', async () => {
    for (const line of ['GET /v1/vault/unlock', 'POST /v1/vault/status', 'GET /v1/vault', 'GET /v1/status'])
      expect(await ask(vault(), line)).toBe(null)
  })
})
