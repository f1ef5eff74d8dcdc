import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ok } from '../../../electron/contract/outcome.ts'
import type { ProfileName } from '../../../electron/contract/views.ts'
import { systemBrowser } from '../../../electron/shell/browser.ts'
import { Secret } from '../../../electron/core/secret.ts'
import { desktop } from '../../../electron/shell/desktop.ts'
import { externalLinks } from '../../../electron/shell/external-links.ts'
import { shellWords } from '../../../electron/shell/shell-words.ts'

const query =
  'client_id=1&redirect_uri=http%3A%2F%2F127.0.0.1%3A49152%2Fcallback&response_type=code&scope=openid+%24%28touch+x%29' +
  '&state=a%26b&code_challenge=c&code_challenge_method=S256'
const url = `http://127.0.0.1:40123/o/oauth2/v2/auth?${query}`

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-browser-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function program(name: string, text: string, mode = 0o755): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  await chmod(path, mode)
  return path
}

function browserUnderTest(
  env: Record<string, string | undefined> = process.env,
  profile: ProfileName = 'practice',
) {
  const opened: string[] = []
  const links = { open: async (target: string) => (opened.push(target), ok()) }
  const machine = { platform: process.platform, env, home: folder }
  return { opened, browser: systemBrowser({ links, profile: () => profile, machine }) }
}

describe('the system browser', () => {
  it('gets the authorization URL through the one way out', async () => {
    const { browser, opened } = browserUnderTest()
    expect(await browser.open(url, { kind: 'system' })).toEqual(ok())
    expect(opened).toEqual([url])
  })

  it.each(['https://example.org/', 'file:///etc/passwd', 'http://127.0.0.1:40123/token'])(
    'is not sent to %s',
    async (other) => {
      const { browser, opened } = browserUnderTest()
      const marker = join(folder, 'started')
      const path = await program('should-not-start', `#!/bin/sh\ntouch ${marker}\n`)
      for (const choice of [{ kind: 'system' } as const, { kind: 'program', name: 'X', path } as const]) {
        expect(await browser.open(other, choice)).toMatchObject({
          ok: false,
          error: { code: 'browser-not-opened' },
        })
      }
      expect(opened).toEqual([])
      await expect(readFile(marker)).rejects.toThrow()
    },
  )
})

describe('the page of an account’s connections', () => {
  const real = 'https://myaccount.google.com/connections?authuser=asha%40gmail.test'
  const practice = 'http://127.0.0.1:40123/connections?authuser=asha%40gmail.test'

  it('is opened where it belongs to the profile that is open', async () => {
    for (const [profile, page] of [['real', real] as const, ['practice', practice] as const]) {
      const { browser, opened } = browserUnderTest(process.env, profile)
      expect(await browser.open(page, { kind: 'system' })).toEqual(ok())
      expect(opened).toEqual([page])
    }
  })

  it.each([
    ['real', practice],
    ['real', 'https://evil.example/connections?authuser=asha%40gmail.test'],
    ['real', `${real}&continue=https%3A%2F%2Fevil.example`],
    ['real', 'https://myaccount.google.com/security'],
    ['practice', real],
    ['practice', practice.replace('127.0.0.1', 'localhost')],
    ['practice', practice.replace('/connections', '/revoke')],
  ] as const)('is not taken for another one in the %s profile: %s', async (profile, page) => {
    const { browser, opened } = browserUnderTest(process.env, profile)
    const marker = join(folder, 'connections-started')
    const path = await program('never-for-this', `#!/bin/sh\ntouch ${marker}\n`)
    for (const choice of [{ kind: 'system' } as const, { kind: 'program', name: 'X', path } as const])
      expect(await browser.open(page, choice)).toMatchObject({ error: { code: 'browser-not-opened' } })
    expect(opened).toEqual([])
    await expect(readFile(marker)).rejects.toThrow()
  })

  it('goes to the chosen browser as its one argument', async () => {
    const out = join(folder, 'connections-arguments')
    const path = await program(
      'work-browser',
      `#!/bin/sh\nprintf '%s|' "$#" "$@" > ${out}.part\nmv ${out}.part ${out}\n`,
    )
    const { browser, opened } = browserUnderTest()
    expect(await browser.open(practice, { kind: 'program', name: 'Work', path })).toEqual(ok())
    await vi.waitFor(async () => expect(await readFile(out, 'utf8')).toBe(`1|${practice}|`), {
      timeout: 3_000,
    })
    expect(opened).toEqual([])
  })
})

describe('the page for a device code', () => {
  it('is opened where it belongs to the profile that is open, and no other page of that host', async () => {
    const real = 'https://www.google.com/device'
    const { browser, opened } = browserUnderTest(process.env, 'real')
    expect(await browser.open(real, { kind: 'system' })).toEqual(ok())
    for (const page of ['http://127.0.0.1:40123/device', 'https://www.google.com/search', `${real}?x=1`])
      expect(await browser.open(page, { kind: 'system' })).toMatchObject({
        error: { code: 'browser-not-opened' },
      })
    expect(opened).toEqual([real])
  })
})

describe('a chosen browser', () => {
  it('gets exactly the URL as its one argument, with no shell between', async () => {
    const out = join(folder, 'arguments')
    const path = await program(
      'a browser; with $(odd) name',
      `#!/bin/sh\nprintf '%s|' "$#" "$@" > ${out}.part\nmv ${out}.part ${out}\n`,
    )
    const { browser, opened } = browserUnderTest()
    expect(await browser.open(url, { kind: 'program', name: 'Odd', path })).toEqual(ok())
    await vi.waitFor(async () => expect(await readFile(out, 'utf8')).toBe(`1|${url}|`), { timeout: 3_000 })
    expect(opened).toEqual([])
  })

  it('does not inherit what would change how it runs', async () => {
    const out = join(folder, 'environment')
    const path = await program('shows-environment', `#!/bin/sh\nenv > ${out}.part\nmv ${out}.part ${out}\n`)
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--inspect', KEPT: 'yes' }
    await browserUnderTest(env).browser.open(url, { kind: 'program', name: 'Env', path })
    const seen = await vi.waitFor(() => readFile(out, 'utf8'), { timeout: 3_000 })
    expect(seen).toContain('KEPT=yes')
    expect(seen).not.toMatch(/ELECTRON_RUN_AS_NODE|NODE_OPTIONS/)
  })

  it('that is gone, is a folder, may not be run or has no full path is reported as missing', async () => {
    const { browser } = browserUnderTest()
    const notProgram = await program('text', 'text', 0o644)
    for (const path of [join(folder, 'gone'), folder, notProgram, 'sh', '']) {
      const outcome = await browser.open(url, { kind: 'program', name: 'X', path })
      expect(outcome).toMatchObject({ ok: false, error: { code: 'browser-missing' } })
    }
  })

  it('that the system cannot start is reported as not opened', async () => {
    const path = await program('broken', '#!/no/such/interpreter\n')
    const outcome = await browserUnderTest().browser.open(url, { kind: 'program', name: 'X', path })
    expect(outcome).toMatchObject({ ok: false, error: { code: 'browser-not-opened' } })
  })
})

describe('the browsers on this machine', () => {
  it.skipIf(process.platform !== 'linux')(
    'are found on the PATH by name, each once, without being started',
    async () => {
      const bin = join(folder, 'bin')
      await mkdir(bin)
      const marker = join(folder, 'browser-started')
      for (const name of ['firefox', 'chromium', 'chromium-browser', 'unknown-browser']) {
        await writeFile(join(bin, name), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 })
      }
      await writeFile(join(bin, 'opera'), 'not a program', { mode: 0o644 })
      const found = await browserUnderTest({ PATH: `${bin}:relative:` }).browser.installed()
      expect(found).toEqual([
        { id: 'browser-firefox', name: 'Firefox', path: join(bin, 'firefox') },
        { id: 'browser-chromium', name: 'Chromium', path: join(bin, 'chromium') },
      ])
      await expect(readFile(marker)).rejects.toThrow()
    },
  )
})

describe('the way out', () => {
  const target = url as Parameters<ReturnType<typeof externalLinks>['open']>[0]

  it('reports a system that cannot open web pages', async () => {
    const links = externalLinks({ openExternal: () => Promise.reject(new Error('no handler')) })
    expect(await links.open(target)).toMatchObject({ ok: false, error: { code: 'browser-not-opened' } })
  })

  it('does not wait for a browser that only answers when it is closed', async () => {
    vi.useFakeTimers()
    try {
      const opening = externalLinks({ openExternal: () => new Promise(() => undefined) }).open(target)
      await vi.advanceTimersByTimeAsync(4_000)
      expect(await opening).toEqual(ok())
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('the desktop', () => {
  function desktopUnderTest(answer: { canceled: boolean; filePaths: string[] }) {
    const opened: string[] = []
    const faults: string[] = []
    const dialogs: unknown[] = []
    let clipboard = 'from elsewhere'
    const port = desktop({
      clipboard: {
        readText: async () => clipboard,
        writeText: async (text: string) => {
          if (text === 'refuse') throw new Error('no clipboard')
          clipboard = text
        },
        clear: () => {
          clipboard = ''
        },
      },
      dialog: { showOpenDialog: async (...args: unknown[]) => (dialogs.push(args.at(-1)), answer) },
      links: { open: async (link) => (opened.push(link), ok()) },
      window: () => null,
      words: () => shellWords('hi', 'en'),
      platform: 'linux',
      onFault: (what) => faults.push(what),
    })
    return { port, opened, faults, dialogs }
  }

  it('copies text and reads it back', async () => {
    const { port } = desktopUnderTest({ canceled: true, filePaths: [] })
    port.copyText('a link')
    expect(await port.readClipboard()).toBe('a link')
  })

  it('reports a clipboard that refuses', async () => {
    const { port, faults } = desktopUnderTest({ canceled: true, filePaths: [] })
    port.copyText('refuse')
    await vi.waitFor(() => expect(faults).toEqual(['clipboard.write']))
  })

  it('takes a copied secret back out of the clipboard', async () => {
    const { port } = desktopUnderTest({ canceled: true, filePaths: [] })
    port.copySecret(new Secret('not for long'))
    await vi.waitFor(async () => expect(await port.readClipboard()).toBe('not for long'))
    await port.clearSecret()
    expect(await port.readClipboard()).toBe('')
  })

  it('asks for certificates by the endings that they have', async () => {
    const { port, dialogs } = desktopUnderTest({ canceled: false, filePaths: ['/a/office.pem'] })
    expect(await port.pickFile('ca-file')).toBe('/a/office.pem')
    expect(dialogs).toMatchObject([
      { title: 'प्रमाणपत्र फ़ाइल चुनें', filters: [{ extensions: ['pem', 'crt', 'cer'] }, { extensions: ['*'] }] },
    ])
  })

  it('answers the picked file, and null when the person changed their mind', async () => {
    const picked = desktopUnderTest({ canceled: false, filePaths: ['/a/client.json'] })
    expect(await picked.port.pickFile('client-file')).toBe('/a/client.json')
    expect(picked.dialogs).toMatchObject([
      { title: 'क्लाइंट फ़ाइल चुनें', properties: ['openFile', 'dontAddToRecent'] },
    ])
    const cancelled = desktopUnderTest({ canceled: true, filePaths: ['/a/client.json'] })
    expect(await cancelled.port.pickFile('browser')).toBeNull()
  })

  it('opens links of the list and no others', async () => {
    const { port, opened } = desktopUnderTest({ canceled: true, filePaths: [] })
    expect(await port.openLink('https://myaccount.google.com/connections')).toEqual(ok())
    expect(await port.openLink('https://myaccount.google.com/other')).toMatchObject({ ok: false })
    expect(opened).toEqual(['https://myaccount.google.com/connections'])
  })
})
