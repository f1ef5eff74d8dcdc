import { describe, expect, it } from 'vitest'
import { manageAtGoogle } from '../../../electron/core/accounts/manage-at-google.ts'
import { practiceIssuer } from '../../../electron/core/clients/issuer.ts'
import type { ProfileContext } from '../../../electron/core/profile-context.ts'
import { checkedConnectionsUrl } from '../../../electron/shell/external-url.ts'
import type { Person } from '../../support/fake-people.ts'
import { asha } from '../../support/fake-google.ts'
import type { TestContext } from '../../support/test-context.ts'
import { openTestContext } from '../../support/test-context.ts'

async function ready(person: Person = asha): Promise<{ test: TestContext; accountId: string }> {
  const test = await openTestContext()
  await test.addClient()
  const { accountId } = await test.mint({ person })
  return { test, accountId }
}

const opened = ({ world }: TestContext): readonly string[] => world.browser.opened.map(({ url }) => url)

describe('managing an account at Google', () => {
  it('takes the browser of the settings, and says when that is gone', async () => {
    const { test, accountId } = await ready()
    const browser = { kind: 'program', name: 'Work browser', path: '/opt/work/browser' } as const
    await manageAtGoogle(test.context, accountId)
    await test.context.settings.change({ browser })
    await manageAtGoogle(test.context, accountId)
    expect(test.world.browser.opened.map(({ choice }) => choice)).toEqual([{ kind: 'system' }, browser])
    test.world.browser.failNext('browser-missing')
    expect(await manageAtGoogle(test.context, accountId)).toMatchObject({
      error: { code: 'browser-missing' },
    })
  })

  it('opens its connections, for this account where the browser has several', async () => {
    const { test, accountId } = await ready()
    expect((await manageAtGoogle(test.context, accountId)).ok).toBe(true)
    expect(opened(test)).toEqual(['https://myaccount.google.com/connections?authuser=asha%40gmail.test'])
  })

  it('opens those of practice Google in the practice profile', async () => {
    const { test, accountId } = await ready()
    const context: ProfileContext = { ...test.context, issuer: practiceIssuer('http://127.0.0.1:40123') }
    await manageAtGoogle(context, accountId)
    expect(opened(test)).toEqual(['http://127.0.0.1:40123/connections?authuser=asha%40gmail.test'])
  })

  it.each([
    'asha+tag&continue=https://evil.example@gmail.test',
    "o'hara@gmail.test",
    'आशा@डाक.भारत',
    'a b@gmail.test',
    '100000000000000000001',
    'asha@x@gmail.test',
    '',
  ])('gives nothing to the shell that it refuses, for the address %j', async (email) => {
    const { test, accountId } = await ready({ ...asha, email })
    await manageAtGoogle(test.context, accountId)
    const [url = ''] = opened(test)
    expect(checkedConnectionsUrl(url, 'real')).toBe(url)
  })

  it('names nobody where there is no address: a number would be a place in the list of the browser', async () => {
    const { test, accountId } = await ready({ ...asha, email: asha.sub })
    await manageAtGoogle(test.context, accountId)
    expect(opened(test)).toEqual(['https://myaccount.google.com/connections'])
  })

  it('opens nothing for an account that is not here', async () => {
    const { test, accountId } = await ready()
    const notFound = { ok: false, error: { code: 'not-found' } }
    expect(await manageAtGoogle(test.context, 'account-9999')).toMatchObject(notFound)
    await test.context.record([{ type: 'account.forgotten', data: { accountId } }])
    expect(await manageAtGoogle(test.context, accountId)).toMatchObject(notFound)
    expect(opened(test)).toEqual([])
  })
})
