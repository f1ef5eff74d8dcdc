/**
 * What Electron 22 (Node 16.17, Chromium 108) lacks of the Electron 45 that the app is written for. Everything here
 * is supplied before the app's first line runs, so the app does not know the difference. On a newer Electron each
 * piece finds its place taken and does nothing.
 */
'use strict'

const buffer = require('node:buffer')
const nodeCrypto = require('node:crypto')
const path = require('node:path')
const webStreams = require('node:stream/web')
const v8 = require('node:v8')
const { app, protocol, session } = require('electron')
const undici = require('undici')
const { handle } = require('./protocol-handle.cjs')

/**
 * @param {object} target
 * @param {Record<string, unknown>} members
 */
function supply(target, members) {
  for (const [name, value] of Object.entries(members)) {
    if (name in target || value === undefined) continue
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false })
  }
}

/** Globals of Node 18 and later. */
function supplyGlobals() {
  const { fetch, Headers, Request, Response, FormData, File } = undici
  const { ReadableStream, WritableStream, TransformStream } = webStreams
  supply(globalThis, { fetch, Headers, Request, Response, FormData, File })
  supply(globalThis, { ReadableStream, WritableStream, TransformStream, Blob: buffer.Blob })
  supply(globalThis, {
    crypto: nodeCrypto.webcrypto,
    CryptoKey: Reflect.get(nodeCrypto.webcrypto, 'CryptoKey'),
  })
  supply(globalThis, {
    structuredClone: (/** @type {unknown} */ value) => v8.deserialize(v8.serialize(value)),
  })
  supply(globalThis, { DOMException: domException() })
  supply(AbortSignal, { timeout: abortAfter })
}

/** Node 16 has the class but not its name: an aborted signal carries one. */
function domException() {
  const controller = new AbortController()
  controller.abort()
  return controller.signal.reason?.constructor
}

/** @param {number} ms */
function abortAfter(ms) {
  const controller = new AbortController()
  setTimeout(() => controller.abort(new DOMException('The operation timed out.', 'TimeoutError')), ms).unref()
  return controller.signal
}

/**
 * `protocol.handle` came with Electron 25. The `protocol` module and each session's own have it.
 *
 * @param {object} target
 * @param {() => import('electron').Protocol} owner asked at the call: the default session exists from `ready` on
 */
function supplyProtocol(target, owner) {
  supply(target, {
    handle: (/** @type {string} */ scheme, /** @type {(request: Request) => unknown} */ answer) =>
      handle(owner(), scheme, answer),
    unhandle: (/** @type {string} */ scheme) => owner().unregisterProtocol(scheme),
    isProtocolHandled: (/** @type {string} */ scheme) => owner().isProtocolRegistered(scheme),
  })
}

/**
 * Electron 25 put the arguments of navigation events onto the event itself. The listener made here is the first of
 * every new `webContents`, so the app's own find them there.
 *
 * @param {import('electron').WebContents} contents
 */
function describeNavigation(contents) {
  for (const name of ['will-navigate', 'will-redirect', 'did-start-navigation']) {
    contents.prependListener(
      /** @type {'will-navigate'} */ (name),
      /** @type {any} */ (
        (
          /** @type {any} */ event,
          /** @type {string} */ url,
          /** @type {boolean} */ inPlace,
          /** @type {boolean} */ main,
        ) => {
          event.url ??= url
          event.isSameDocument ??= inPlace
          event.isMainFrame ??= main ?? true
        }
      ),
    )
  }
}

/**
 * `webUtils.getPathForFile` came with Electron 29, when `File.path` was on its way out. A session's preload runs
 * before the window's own and gets the same `electron` module, so it can add the missing member.
 *
 * @param {string} preload its path
 */
function supplyPreload(preload) {
  const addTo = (/** @type {import('electron').Session} */ target) =>
    target.setPreloads([preload, ...target.getPreloads().filter((other) => other !== preload)])
  app.on('session-created', (created) => {
    addTo(created)
    if (created.protocol !== protocol) supplyProtocol(created.protocol, () => created.protocol)
  })
}

/** @param {string} folder where `preload.cjs` lies beside the bundled loader */
function installShims(folder) {
  supplyGlobals()
  if (Number(process.versions.electron.split('.')[0]) >= 25) return
  supplyProtocol(protocol, () => session.defaultSession.protocol)
  supplyPreload(path.join(folder, 'preload.cjs'))
  app.on('web-contents-created', (_event, contents) => describeNavigation(contents))
}

module.exports = { installShims }
