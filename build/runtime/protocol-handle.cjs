/** `protocol.handle` of Electron 25 over `protocol.registerStreamProtocol` of Electron 22. */
'use strict'

const { Readable } = require('node:stream')
const undici = require('undici')

/** Chromium's `net::ERR_FAILED`: what `protocol.handle` gives when the handler throws. */
const failed = -2
/** `net::ERR_UNEXPECTED`: what it gives for an answer that is no `Response`. */
const unexpected = -9

/**
 * @param {import('electron').Protocol} protocol
 * @param {string} scheme
 * @param {(request: Request) => unknown} answer the app's handler: a web `Request` in, a web `Response` out
 */
function handle(protocol, scheme, answer) {
  const registered = protocol.registerStreamProtocol(scheme, (request, callback) => {
    void answerOne(request, answer).then(callback, (error) => {
      process.emitWarning(error instanceof Error ? error : String(error))
      callback({ error: failed })
    })
  })
  if (!registered) throw new Error(`Failed to register protocol: ${scheme}`)
}

/**
 * @param {import('electron').ProtocolRequest} request
 * @param {(request: Request) => unknown} answer
 * @returns {Promise<import('electron').ProtocolResponse>}
 */
async function answerOne(request, answer) {
  const response = await answer(toWebRequest(request))
  if (!isResponse(response)) return { error: unexpected }
  if (response.type === 'error') return { error: failed }
  return {
    statusCode: response.status,
    headers: headersOf(response),
    data: /** @type {any} */ (
      response.body === null ? Readable.from([]) : Readable.from(chunksOf(response.body))
    ),
  }
}

/**
 * @param {import('electron').ProtocolRequest} request
 * @returns {Request}
 */
function toWebRequest({ url, method, headers, referrer, uploadData }) {
  const parts = (uploadData ?? []).map((part) => part.bytes ?? Buffer.alloc(0))
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const body = hasBody ? /** @type {const} */ ({ body: Buffer.concat(parts), duplex: 'half' }) : {}
  const request = new undici.Request(url, { method, headers, ...body })
  // A fetch `Request` accepts no referrer of a scheme of one's own, so it is put there afterwards.
  Object.defineProperty(request, 'referrer', { value: referrer })
  return /** @type {any} */ (request)
}

/**
 * @param {unknown} value
 * @returns {value is Response}
 */
function isResponse(value) {
  return (
    typeof value === 'object' && value !== null && 'status' in value && 'headers' in value && 'body' in value
  )
}

/** @param {Response} response */
function headersOf(response) {
  /** @type {Record<string, string>} */
  const headers = {}
  for (const [name, value] of response.headers) headers[name] = value
  return headers
}

/** @param {ReadableStream<Uint8Array>} body */
async function* chunksOf(body) {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield Buffer.from(value)
    }
  } finally {
    reader.releaseLock()
  }
}

module.exports = { handle }
