/** What cannot be provoked in the real app, because another wall stands before it, is checked on the wall itself. */
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { App, Session, WebContents } from 'electron'
import { describe, expect, it, vi } from 'vitest'
import { menuTemplate } from '../../../electron/shell/app-menu.ts'
import { recoverFromCrash } from '../../../electron/shell/crash-recovery.ts'
import { wantsDevReload } from '../../../electron/shell/dev-reload.ts'
import { applyNavigationPolicy } from '../../../electron/shell/navigation-policy.ts'
import { hardenProcess } from '../../../electron/shell/process-hardening.ts'
import { quitGate } from '../../../electron/shell/quit-gate.ts'
import { applySessionPolicy, mayRequest } from '../../../electron/shell/session-policy.ts'
import { shellWords } from '../../../electron/shell/shell-words.ts'
import { allowsDevTools, webPreferences } from '../../../electron/shell/web-preferences.ts'

class Prevented {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

describe('anything that shows pages', () => {
  function contents() {
    const emitter = new EventEmitter()
    const app = new EventEmitter()
    let openHandler: ((details: unknown) => unknown) | undefined
    let webRtc = 'default'
    Object.assign(emitter, {
      setWindowOpenHandler: (handler: (details: unknown) => unknown) => (openHandler = handler),
      setWebRTCIPHandlingPolicy: (policy: string) => (webRtc = policy),
    })
    applyNavigationPolicy(app as unknown as App)
    app.emit('web-contents-created', {}, emitter)
    return {
      emitter,
      open: () => openHandler?.({ url: 'https://accounts.google.com/' }),
      webRtc: () => webRtc,
    }
  }

  it.each([
    'will-navigate',
    'will-redirect',
    'will-frame-navigate',
    'will-attach-webview',
    'will-prevent-unload',
    'login',
  ])('has its %s prevented', (name) => {
    const event = new Prevented()
    contents().emitter.emit(name, event)
    expect(event.defaultPrevented).toBe(true)
  })

  it('opens no window', () => {
    expect(contents().open()).toEqual({ action: 'deny' })
  })

  it('trusts no certificate', () => {
    const answer = vi.fn()
    contents().emitter.emit('certificate-error', new Prevented(), 'https://a.example', 'ERR', {}, answer)
    expect(answer.mock.calls).toEqual([[false]])
  })

  it('is given no Bluetooth device', () => {
    const answer = vi.fn()
    const event = new Prevented()
    contents().emitter.emit('select-bluetooth-device', event, [{ deviceId: 'x' }], answer)
    expect(event.defaultPrevented).toBe(true)
    expect(answer.mock.calls).toEqual([['']])
  })

  it('makes no direct connections of its own', () => {
    expect(contents().webRtc()).toBe('disable_non_proxied_udp')
  })
})

describe('a session', () => {
  function session(devTools: boolean) {
    const set: Record<string, unknown> = {}
    const emitter = new EventEmitter()
    const keep = (name: string) => (value: unknown) => void (set[name] = value)
    Object.assign(emitter, {
      setPermissionRequestHandler: keep('request'),
      setPermissionCheckHandler: keep('check'),
      setDevicePermissionHandler: keep('device'),
      setDisplayMediaRequestHandler: keep('display'),
      setSpellCheckerEnabled: keep('spelling'),
      setCertificateVerifyProc: keep('certificate'),
      webRequest: { onBeforeRequest: keep('before') },
    })
    applySessionPolicy(emitter as unknown as Session, { devTools })
    return { set, emitter }
  }
  /** Calls a handler that answers through its last argument. */
  function answerOf(handler: unknown, ...args: unknown[]): unknown {
    const answer = vi.fn()
    ;(handler as (...all: unknown[]) => void)(...args, answer)
    return answer.mock.calls[0]?.[0]
  }

  it('grants no permission, neither asked for nor looked up, and no device', () => {
    const { set } = session(true)
    expect(answerOf(set['request'], null, 'clipboard-read')).toBe(false)
    expect((set['check'] as () => boolean)()).toBe(false)
    expect((set['device'] as () => boolean)()).toBe(false)
    expect(set['display']).toBeNull()
  })

  it('trusts no certificate', () => {
    expect(answerOf(session(true).set['certificate'], { hostname: 'accounts.google.com' })).toBe(-2)
  })

  it('checks no spelling, since dictionaries are downloaded', () => {
    expect(session(true).set['spelling']).toBe(false)
  })

  it('downloads nothing', () => {
    const event = new Prevented()
    session(true).emitter.emit('will-download', event)
    expect(event.defaultPrevented).toBe(true)
  })

  it('asks for the app itself and for nothing else', () => {
    const before = session(false).set['before']
    const cancelled = (url: string): unknown => answerOf(before, { url })
    expect(cancelled('app://latchkey/index.html')).toEqual({ cancel: false })
    for (const url of [
      'https://accounts.google.com/',
      'http://127.0.0.1:1/',
      'ws://127.0.0.1:1/',
      'file:///etc/passwd',
      'app://other/',
      'devtools://devtools/x',
    ]) {
      expect(cancelled(url)).toEqual({ cancel: true })
    }
  })

  it('lets developer tools load their own page only where they are allowed', () => {
    const tools = 'devtools://devtools/bundled/devtools_app.html'
    expect(mayRequest(tools, true)).toBe(true)
    expect(mayRequest(tools, false)).toBe(false)
    expect(mayRequest('devtools://evil/', true)).toBe(false)
  })
})

describe('the main window', () => {
  it('has the rights that were decided and no others', () => {
    expect(webPreferences({ preload: '/preload.cjs', devTools: false })).toEqual({
      preload: '/preload.cjs',
      devTools: false,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      navigateOnDragDrop: false,
      disableDialogs: true,
      spellcheck: false,
      webgl: false,
      plugins: false,
      safeDialogs: true,
    })
  })
})

describe('developer tools', () => {
  it('exist in a checkout and never in a packaged app', () => {
    expect(allowsDevTools({ isPackaged: false })).toBe(true)
    expect(allowsDevTools({ isPackaged: true })).toBe(false)
    expect(webPreferences({ preload: '/p', devTools: false }).devTools).toBe(false)
  })

  it('stand in the menu only where they exist', () => {
    const roles = (devTools: boolean) =>
      JSON.stringify(menuTemplate({ words: shellWords('en', 'en'), platform: 'linux', devTools }))
    expect(roles(true)).toContain('toggleDevTools')
    expect(roles(false)).not.toContain('toggleDevTools')
  })

  it('reload is a thing of a checkout that asks for it', () => {
    expect(wantsDevReload({ isPackaged: false }, { LATCHKEY_DEV: '1' })).toBe(true)
    expect(wantsDevReload({ isPackaged: false }, {})).toBe(false)
    expect(wantsDevReload({ isPackaged: true }, { LATCHKEY_DEV: '1' })).toBe(false)
  })
})

describe('the menu', () => {
  it.each(['linux', 'win32', 'darwin'] as const)('has the keys for copy and paste on %s', (platform) => {
    const menu = JSON.stringify(menuTemplate({ words: shellWords('en', 'en'), platform, devTools: false }))
    for (const role of ['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll'])
      expect(menu).toContain(`"role":"${role}"`)
  })

  it('speaks the language of the settings, or that of the system', () => {
    expect(shellWords('hi', 'en-GB').edit).toBe('संपादन')
    expect(shellWords('en', 'hi-IN').edit).toBe('Edit')
    expect(shellWords('system', 'hi-IN').edit).toBe('संपादन')
    expect(shellWords('system', 'fr-FR').edit).toBe('Edit')
  })
})

describe('the process', () => {
  function hardened(userId: number | undefined, given: string[]) {
    const switches = new Map<string, string | undefined>()
    const enableSandbox = vi.fn()
    const commandLine = {
      hasSwitch: (name: string) => given.includes(name),
      appendSwitch: (name: string, value?: string) => void switches.set(name, value),
    }
    hardenProcess({ enableSandbox }, commandLine, userId)
    return { sandboxed: enableSandbox.mock.calls.length === 1, switches }
  }

  it('puts every renderer into the sandbox, whatever the command line says', () => {
    expect(hardened(1000, []).sandboxed).toBe(true)
    expect(hardened(1000, ['no-sandbox']).sandboxed).toBe(true)
    expect(hardened(undefined, ['no-sandbox']).sandboxed).toBe(true)
    expect(hardened(0, []).sandboxed).toBe(true)
  })

  it('leaves the sandbox off only for root, who cannot have one', () => {
    expect(hardened(0, ['no-sandbox']).sandboxed).toBe(false)
  })

  it.skipIf(process.platform !== 'linux')('leaves no memory in a core dump', () => {
    hardened(1000, [])
    expect(Number.parseInt(readFileSync('/proc/self/coredump_filter', 'utf8'), 16)).toBe(0)
  })
})

describe('the end of the app', () => {
  function gate(beforeQuit: () => Promise<void>) {
    const log: string[] = []
    const onQuit = quitGate({
      beforeQuit: () => (log.push('closing'), beforeQuit()),
      quit: () => log.push('quit'),
      onFault: (what) => log.push(`fault ${what}`),
      patienceMs: 50,
    })
    const ask = (): boolean => {
      const event = new Prevented()
      onQuit(event)
      return event.defaultPrevented
    }
    return { log, ask }
  }

  it('waits for the ledger, asks once, and passes then', async () => {
    let done: (() => void) | undefined
    const { log, ask } = gate(() => new Promise((resolve) => (done = resolve)))
    expect(ask()).toBe(true)
    expect(ask()).toBe(true)
    expect(log).toEqual(['closing'])
    done?.()
    await vi.waitFor(() => expect(log).toEqual(['closing', 'quit']))
    expect(ask()).toBe(false)
  })

  it.each([
    ['fails', () => Promise.reject(new Error('disk'))],
    ['never ends', () => new Promise<void>(() => undefined)],
  ])('comes also when closing %s', async (_how, beforeQuit) => {
    const { log, ask } = gate(beforeQuit)
    ask()
    await vi.waitFor(() => expect(log).toEqual(['closing', 'fault before-quit', 'quit']))
    expect(ask()).toBe(false)
  })
})

describe('a page whose process died', () => {
  function dying() {
    let now = 1_000_000
    const faults: string[] = []
    const emitter = new EventEmitter()
    const reload = vi.fn()
    Object.assign(emitter, { reload, isDestroyed: () => false })
    recoverFromCrash(emitter as unknown as WebContents, {
      now: () => now,
      onFault: (what) => faults.push(what),
    })
    const die = async (reason: string, afterMs: number): Promise<number> => {
      now += afterMs
      emitter.emit('render-process-gone', {}, { reason, exitCode: 1 })
      await new Promise((resolve) => setImmediate(resolve))
      return reload.mock.calls.length
    }
    return { die, faults }
  }

  it('is loaded again once, not in a loop, and again after a calm minute', async () => {
    const { die, faults } = dying()
    expect(await die('crashed', 0)).toBe(1)
    expect(await die('crashed', 5_000)).toBe(1)
    expect(await die('oom', 59_000)).toBe(1)
    expect(await die('crashed', 61_000)).toBe(2)
    expect(faults).toHaveLength(4)
  })

  it('is left alone when it ended cleanly', async () => {
    const { die, faults } = dying()
    expect(await die('clean-exit', 0)).toBe(0)
    expect(faults).toEqual([])
  })
})
