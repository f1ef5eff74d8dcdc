/** How fast a server answers: one keep-alive client after the other's answer, and many connections at once. */
import { Agent, request } from 'node:http'
import { connect } from 'node:net'

/**
 * @typedef {object} Target
 * @property {string} [socketPath]
 * @property {number} [port] of 127.0.0.1
 * @property {string} [method]
 * @property {string} [path]
 * @property {Record<string, string>} [headers]
 * @property {string} [body]
 */

/**
 * @param {Target} target
 * @param {number} count
 * @returns {Promise<number[]>} each request, ms
 */
export async function latencies(target, count) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const times = []
  for (let sent = 0; sent < count; sent += 1) {
    const started = performance.now()
    await once(target, agent)
    times.push(performance.now() - started)
  }
  agent.destroy()
  return times
}

/**
 * @param {Target} target
 * @param {Agent} agent
 * @returns {Promise<void>}
 */
function once({ method = 'GET', path = '/', body = '', headers = {}, ...where }, agent) {
  const length = body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const at = where.port === undefined ? where : { ...where, host: '127.0.0.1' }
    request({ ...at, agent, method, path, headers: { ...headers, ...length } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`answered ${String(response.statusCode)}`))
      response.resume().once('end', resolve)
    })
      .once('error', reject)
      .end(body)
  })
}

/**
 * Bytes that stay the same, and a client that does as little with the answers as can be: the server is what is measured.
 *
 * @param {Target} target
 * @param {{ ms: number, connections: number }} bounds
 * @returns {Promise<number>} requests a second
 */
export async function throughput(target, { ms, connections }) {
  const bytes = bytesOf(target)
  const sockets = Array.from({ length: connections }, () =>
    target.socketPath === undefined ? connect(target.port ?? 0, '127.0.0.1') : connect(target.socketPath),
  )
  let answered = 0
  const failed = sockets.map(
    (socket) =>
      new Promise((_, reject) => {
        socket.once('close', () => reject(new Error('the server ended a connection')))
        whole(socket, () => {
          answered += 1
          socket.write(bytes)
        })
        socket.write(bytes)
      }),
  )
  const over = new Promise((resolve) => setTimeout(resolve, ms))
  await Promise.race([over, ...failed])
  const rate = (answered / ms) * 1000
  for (const failure of failed) failure.catch(() => undefined)
  for (const socket of sockets) socket.destroy()
  return rate
}

/** @param {Target} target */
function bytesOf({ method = 'GET', path = '/', headers = {}, body = '', port }) {
  const host = port === undefined ? 'latchkey' : `127.0.0.1:${String(port)}`
  const all = {
    Host: host,
    ...headers,
    ...(body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

/**
 * Calls `done` at the end of each answer.
 *
 * @param {import('node:net').Socket} socket
 * @param {() => void} done
 */
function whole(socket, done) {
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
    const head = text.indexOf('\r\n\r\n')
    if (head === -1) return
    if (!text.startsWith('HTTP/1.1 200')) return socket.destroy()
    const end = head + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1])
    if (text.length < end) return
    text = text.slice(end)
    done()
  })
}
