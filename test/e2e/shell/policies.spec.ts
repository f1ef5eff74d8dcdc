/** Each wall of the shell, tried from the inside on the real Electron. */
import { readFileSync } from 'node:fs'
import type { ElectronApplication, Page } from '@playwright/test'
import { expect, test } from '@playwright/test'
import { commands } from '../../../electron/contract/commands.ts'
import type { FixtureFolder, StartedFixture } from './fixture-app.ts'
import { buildFixture, outsideText, startFixture } from './fixture-app.ts'
import type { Fixture } from './fixture-main.ts'
import type { Stranger } from './stranger.ts'
import { startStranger } from './stranger.ts'

/** Long enough for a navigation or a request on this machine to have happened, ms. */
const settleMs = 300

let folder: FixtureFolder
let started: StartedFixture
let stranger: Stranger
let page: Page
let electron: ElectronApplication

test.beforeAll(async () => {
  folder = await buildFixture()
  stranger = await startStranger()
  started = await startFixture(folder)
  page = started.page
  electron = started.electron
})
test.afterAll(async () => {
  await started.close()
  await stranger.close()
  await folder.remove()
})
test.afterEach(async () => {
  expect(stranger.visits, 'nothing ever reaches a stranger').toEqual([])
  expect(page.url()).toBe('app://latchkey/index.html')
})

const readFixture = (): Promise<Pick<Fixture, 'calls' | 'faults' | 'refusals'>> =>
  electron.evaluate(() => {
    const { calls, faults, refusals } = (globalThis as unknown as { fixture: Fixture }).fixture
    return { calls, faults, refusals }
  })
const settle = (): Promise<void> => page.waitForTimeout(settleMs)
const dataset = (): Promise<Record<string, string | undefined>> =>
  page.evaluate(() => Object.fromEntries(Object.entries(document.documentElement.dataset)))
const colorOf = (selector: string): Promise<string> =>
  page.evaluate((css) => getComputedStyle(document.querySelector(css) as Element).color, selector)
type Probe = 'evalText' | 'newFunction' | 'timerText' | 'html' | 'foreignPolicy' | 'sveltePolicy'
const probe = (name: Probe): Promise<string> =>
  page.evaluate(
    (key) =>
      (globalThis as unknown as { probes: Record<string, () => Promise<string>> }).probes[key]?.() ??
      'no probe',
    name,
  )

test.describe('the page', () => {
  test('comes from the app and runs its own script and style', async () => {
    expect(await page.evaluate(() => location.origin)).toBe('app://latchkey')
    expect((await dataset())['moduleScript']).toBe('ran')
    expect(await colorOf('h1')).toBe('rgb(1, 2, 3)')
    expect(await page.evaluate(() => isSecureContext)).toBe(true)
  })

  test('runs no inline script and no inline handler', async () => {
    await settle()
    const { inlineScript, inlineHandler } = await dataset()
    expect([inlineScript, inlineHandler]).toEqual([undefined, undefined])
  })

  test('runs no text as code', async () => {
    expect(await probe('evalText')).toBe('EvalError')
    expect(await probe('newFunction')).toBe('EvalError')
    await probe('timerText')
    await settle()
    expect((await dataset())['timerText']).toBeUndefined()
  })

  test('takes no inline style, neither as an element nor as an attribute', async () => {
    expect(await colorOf('#styled-by-element')).not.toBe('rgb(200, 0, 0)')
    expect(await colorOf('#styled-by-attribute')).not.toBe('rgb(200, 0, 0)')
  })

  test('turns text into HTML only through the one policy of its templates', async () => {
    expect(await probe('html')).toBe('TypeError')
    expect(await probe('foreignPolicy')).toBe('TypeError')
    expect(await probe('sveltePolicy')).toBe('allowed: svelte-trusted-html')
  })

  test('lives under exactly the policy that was decided', async () => {
    const policies = await page.evaluate(() =>
      (globalThis as unknown as { violations: { originalPolicy: string }[] }).violations.map(
        (seen) => seen.originalPolicy,
      ),
    )
    expect([...new Set(policies)]).toEqual([
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'; trusted-types svelte-trusted-html",
    ])
  })

  test('finds no Node and no Electron', async () => {
    const globals = [
      'require',
      'process',
      'module',
      'exports',
      'Buffer',
      'global',
      'setImmediate',
      '__dirname',
      'electron',
      'ipcRenderer',
    ]
    expect(await page.evaluate((names) => names.filter((name) => name in globalThis), globals)).toEqual([])
  })

  test('gets the bridge of the contract and nothing more', async () => {
    const surface = await page.evaluate(() => {
      const bridge = (globalThis as unknown as { latchkey: Record<string, unknown> }).latchkey
      return Object.entries(bridge).flatMap(([group, member]) =>
        typeof member === 'object'
          ? Object.keys(member as object).map((name) => `${group}.${name}`)
          : [group],
      )
    })
    expect(surface.sort()).toEqual([...Object.keys(commands), 'on', 'pathForFile'].sort())
  })

  test('cannot change the bridge', async () => {
    const changed = await page.evaluate(() => {
      const { latchkey } = globalThis as unknown as { latchkey: { app: { snapshot: unknown } } }
      try {
        latchkey.app.snapshot = () => 'mine'
      } catch {
        // Frozen objects throw in strict code.
      }
      const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'latchkey')
      return [
        latchkey.app.snapshot?.toString().includes('mine'),
        descriptor?.writable,
        descriptor?.configurable,
      ]
    })
    expect(changed).toEqual([false, false, false])
  })

  test('has the rights that were decided and no others', async () => {
    const rights = await electron.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as
        { getLastWebPreferences(): Record<string, unknown> } | undefined
      return contents?.getLastWebPreferences() ?? {}
    })
    // Electron tells only these; the unit tests hold the whole list.
    expect(rights).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
    })
  })

  test('draws nothing with WebGL', async () => {
    expect(await page.evaluate(() => document.createElement('canvas').getContext('webgl'))).toBeNull()
  })
})

test.describe('the way to main', () => {
  test('carries a command and its answer', async () => {
    const answer = await page.evaluate(() =>
      (
        globalThis as unknown as { latchkey: { app: { openLink(p: unknown): Promise<unknown> } } }
      ).latchkey.app.openLink({
        link: 'cloud-clients',
      }),
    )
    expect(answer).toEqual({ ok: true, value: null })
    expect((await readFixture()).calls.at(-1)).toEqual({
      command: 'app.openLink',
      params: { link: 'cloud-clients' },
    })
  })

  test('is closed to another window, even with our page and our preload', async () => {
    const before = (await readFixture()).calls.length
    const answer = await electron.evaluate(async ({ BrowserWindow }, preload) => {
      const other = new BrowserWindow({ show: false, webPreferences: { preload } })
      await other.loadURL('app://latchkey/index.html')
      const said: unknown = await other.webContents.executeJavaScript('latchkey.app.snapshot({})')
      other.destroy()
      return said
    }, `${folder.app}/preload.cjs`)
    expect(answer).toMatchObject({ ok: false, error: { code: 'sender-refused' } })
    const after = await readFixture()
    expect(after.calls).toHaveLength(before)
    expect(after.refusals).toContainEqual({ code: 'sender-refused', command: 'unknown' })
  })

  test('brings events, until the page stops listening', async () => {
    await page.evaluate(() => {
      const seen: unknown[] = []
      const { latchkey } = globalThis as unknown as {
        latchkey: { on(e: string, l: (p: unknown) => void): () => void }
      }
      Object.assign(globalThis, { seen, stop: latchkey.on('state.reset', (payload) => seen.push(payload)) })
    })
    const send = (): Promise<void> =>
      electron.evaluate(() =>
        (globalThis as unknown as { fixture: Fixture }).fixture.shell?.send('state.reset', {}),
      )
    await send()
    await expect
      .poll(() => page.evaluate(() => (globalThis as unknown as { seen: unknown[] }).seen))
      .toEqual([{}])
    await page.evaluate(() => (globalThis as unknown as { stop(): void }).stop())
    await send()
    await settle()
    expect(await page.evaluate(() => (globalThis as unknown as { seen: unknown[] }).seen)).toEqual([{}])
  })

  test('tells the path of a chosen file, and none for what is no file on the disk', async () => {
    await page.setInputFiles('#file', `${folder.path}/outside.js`)
    const paths = await page.evaluate(() => {
      const { latchkey } = globalThis as unknown as {
        latchkey: { pathForFile(file: unknown): string | null }
      }
      const input = document.querySelector<HTMLInputElement>('#file')
      return [
        latchkey.pathForFile(input?.files?.[0]),
        latchkey.pathForFile(new File(['x'], 'x.json')),
        latchkey.pathForFile('text'),
      ]
    })
    expect(paths).toEqual([`${folder.path}/outside.js`, null, null])
  })
})

test.describe('nothing leaves the window', () => {
  const attempts: Record<string, (url: string) => unknown> = {
    fetch: (url) => fetch(`${url}/fetch`, { mode: 'no-cors' }).catch(() => null),
    XMLHttpRequest: (url) => {
      const request = new XMLHttpRequest()
      request.open('GET', `${url}/xhr`)
      request.send()
    },
    'a beacon': (url) => navigator.sendBeacon(`${url}/beacon`, 'x'),
    'a WebSocket': (url) => new WebSocket(`${url.replace('http', 'ws')}/ws`),
    'an event source': (url) => new EventSource(`${url}/events`),
    'a picture': (url) => {
      new Image().src = `${url}/image.png`
    },
    'a frame': (url) =>
      document.body.append(Object.assign(document.createElement('iframe'), { src: `${url}/frame` })),
    'a style sheet': (url) =>
      document.head.append(
        Object.assign(document.createElement('link'), { rel: 'stylesheet', href: `${url}/sheet.css` }),
      ),
    'a prefetch': (url) =>
      document.head.append(
        Object.assign(document.createElement('link'), { rel: 'prefetch', href: `${url}/next` }),
      ),
    'a font': (url) => new FontFace('x', `url(${url}/font.woff2)`).load().catch(() => null),
    'a media file': (url) =>
      document.body.append(Object.assign(document.createElement('video'), { src: `${url}/video.mp4` })),
    'a form': (url) => {
      const form = Object.assign(document.createElement('form'), { action: `${url}/form`, method: 'post' })
      document.body.append(form)
      form.submit()
    },
    'a navigation': (url) => {
      location.href = `${url}/navigation`
    },
    'a ping': (url) => {
      const link = Object.assign(document.createElement('a'), { href: '#', ping: `${url}/ping` })
      document.body.append(link)
      link.click()
      history.replaceState(null, '', '/index.html')
    },
  }
  for (const [name, attempt] of Object.entries(attempts)) {
    test(`by ${name}`, async () => {
      await page.evaluate(attempt, stranger.url).catch(() => undefined)
      await settle()
      expect(stranger.visits).toEqual([])
    })
  }

  test('by a page of the network, even when main itself asks for it', async () => {
    const outcome = await electron.evaluate(async ({ BrowserWindow }, url) => {
      const other = new BrowserWindow({ show: false })
      const result = await other.loadURL(url).then(
        () => 'loaded',
        (error: unknown) => (error as { code?: string }).code ?? 'failed',
      )
      other.destroy()
      return result
    }, `${stranger.url}/page`)
    expect(outcome).toBe('ERR_BLOCKED_BY_CLIENT')
  })

  test('by a real-time connection', async () => {
    const candidates = await page.evaluate(async (port) => {
      const connection = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${port}` }] })
      const found: string[] = []
      connection.addEventListener('icecandidate', ({ candidate }) => found.push(candidate?.candidate ?? ''))
      connection.createDataChannel('x')
      await connection.setLocalDescription(await connection.createOffer())
      await new Promise((resolve) => {
        setTimeout(resolve, 1_000)
      })
      connection.close()
      return found.filter((candidate) => candidate !== '')
    }, stranger.udpPort)
    expect(candidates).toEqual([])
  })

  test('by looking a name up', async () => {
    const rules = await electron.evaluate(({ app }) => app.commandLine.getSwitchValue('host-resolver-rules'))
    expect(rules).toBe('MAP * ~NOTFOUND')
  })
})

test.describe('the window stays where it is', () => {
  test('when the page navigates within the app', async () => {
    await page.evaluate(() => {
      location.href = 'app://latchkey/index.html?elsewhere'
    })
    await settle()
    expect(await page.evaluate(() => location.href)).toBe('app://latchkey/index.html')
  })

  test('when the page opens another window', async () => {
    expect(await page.evaluate(() => window.open('app://latchkey/index.html') === null)).toBe(true)
    expect(await page.evaluate(() => window.open('about:blank') === null)).toBe(true)
    expect(await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  })

  test('and there is no webview in it', async () => {
    expect(await page.evaluate(() => 'loadURL' in document.createElement('webview'))).toBe(false)
  })

  test('and no webview attaches to a window that would have them', async () => {
    const kinds = await electron.evaluate(async ({ BrowserWindow, webContents }) => {
      const other = new BrowserWindow({ show: false, webPreferences: { webviewTag: true } })
      await other.loadURL('app://latchkey/index.html')
      await other.webContents.executeJavaScript(
        `document.body.append(Object.assign(document.createElement('webview'), { src: 'app://latchkey/index.html' }))`,
      )
      await new Promise((resolve) => {
        setTimeout(resolve, 500)
      })
      const found = webContents.getAllWebContents().map((contents) => contents.getType())
      other.destroy()
      return found
    })
    expect(kinds.sort()).toEqual(['window', 'window'])
  })
})

test.describe('the page gets no permission', () => {
  const states = [
    'geolocation',
    'notifications',
    'camera',
    'microphone',
    'clipboard-read',
    'midi',
    'persistent-storage',
  ] as const
  for (const name of states) {
    test(`already given: ${name}`, async () => {
      const state = await page.evaluate(
        async (asked) => (await navigator.permissions.query({ name: asked as PermissionName })).state,
        name,
      )
      expect(state).toBe('denied')
    })
  }

  const asked: Record<string, () => Promise<unknown>> = {
    notifications: async () => (await Notification.requestPermission()) === 'granted',
    microphone: async () => navigator.mediaDevices.getUserMedia({ audio: true }),
    'screen capture': async () => navigator.mediaDevices.getDisplayMedia({ video: true }),
    'the clipboard': async () => `text: ${await navigator.clipboard.readText()}`,
    location: async () =>
      new Promise((resolve, reject) => {
        navigator.geolocation.getCurrentPosition(resolve, reject)
      }),
  }
  for (const [name, ask] of Object.entries(asked)) {
    test(`when it asks for ${name}`, async () => {
      const result = await page.evaluate(ask).then(Boolean, () => false)
      expect(result).toBe(false)
    })
  }
})

test('a download is cancelled before it begins', async () => {
  await electron.evaluate(({ session }) => {
    session.defaultSession.on('will-download', (event) => {
      Object.assign(globalThis, { downloadPrevented: event.defaultPrevented })
      event.preventDefault()
    })
  })
  await page.evaluate(() => document.querySelector<HTMLElement>('#download')?.click())
  await expect
    .poll(() => electron.evaluate(() => (globalThis as { downloadPrevented?: boolean }).downloadPrevented))
    .toBe(true)
})

test.describe('the app protocol', () => {
  const read = (url: string): Promise<string> =>
    electron.evaluate(async ({ BrowserWindow }, address) => {
      const other = new BrowserWindow({ show: false })
      const text: unknown = await other.loadURL(address).then(
        () => other.webContents.executeJavaScript('document.documentElement.textContent'),
        () => 'refused',
      )
      other.destroy()
      return String(text)
    }, url)

  test('serves a file of the app', async () => {
    expect(await read('app://latchkey/assets/page.css')).toContain('rgb(1, 2, 3)')
  })

  for (const path of [
    '../outside.js',
    '%2e%2e/outside.js',
    '..%2foutside.js',
    '%252e%252e%252foutside.js',
    '..%5coutside.js',
    'assets/..\\..\\outside.js',
    'assets/link.js',
    '/etc/passwd',
    '%2fetc%2fpasswd',
    'assets/page.css%00',
  ]) {
    test(`serves nothing at ${path}`, async () => {
      const text = await read(`app://latchkey/${path}`)
      expect(text).not.toContain(outsideText)
      expect(['', 'refused']).toContain(text)
    })
  }

  test('serves nothing to another host', async () => {
    expect(await read('app://other/assets/page.css')).not.toContain('rgb(')
  })

  test('and the disk itself is out of reach', async () => {
    expect(await read(`file://${folder.path}/outside.js`)).not.toContain(outsideText)
  })
})

test.describe('the process', () => {
  test('has everything off in Chromium that it does not need', async () => {
    const switches = [
      'password-store',
      'use-mock-keychain',
      'disable-background-networking',
      'disable-component-update',
      'disable-domain-reliability',
      'no-pings',
    ]
    const missing = await electron.evaluate(
      ({ app }, names) => names.filter((name) => !app.commandLine.hasSwitch(name)),
      switches,
    )
    expect(missing).toEqual([])
    expect(await electron.evaluate(({ app }) => app.commandLine.getSwitchValue('password-store'))).toBe(
      'basic',
    )
  })

  test('leaves no memory in a core dump', async () => {
    test.skip(process.platform !== 'linux', 'core dump filters are a thing of Linux')
    const main = await electron.evaluate(() => process.pid)
    expect(Number.parseInt(readFileSync(`/proc/${main}/coredump_filter`, 'utf8'), 16)).toBe(0)
  })

  test('checks no spelling', async () => {
    expect(await electron.evaluate(({ session }) => session.defaultSession.isSpellCheckerEnabled())).toBe(
      false,
    )
  })

  test('puts a window into the sandbox that asks for none', async () => {
    test.skip(process.getuid?.() === 0, 'root on Linux has no sandbox')
    const hasNode = await electron.evaluate(async ({ BrowserWindow }) => {
      const other = new BrowserWindow({
        show: false,
        webPreferences: { sandbox: false, nodeIntegration: true, contextIsolation: false },
      })
      await other.loadURL('app://latchkey/index.html')
      const kind: unknown = await other.webContents.executeJavaScript('typeof require')
      other.destroy()
      return kind
    })
    expect(hasNode).toBe('undefined')
  })
})
