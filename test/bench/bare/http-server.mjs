/**
 * The least that answering over HTTP costs: what a door is compared with. Listens on the socket or the port of 127.0.0.1
 * named first, answers everything with the text named second, and says `ready`.
 */
import { createServer } from 'node:http'

const [at = '', body = ''] = process.argv.slice(2)
const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, headers).end(body)
})
server.keepAliveTimeout = 60_000
server.listen(/^\d+$/.test(at) ? { host: '127.0.0.1', port: Number(at) } : { path: at }, () => {
  process.stdout.write(`${JSON.stringify(server.address())}\nready\n`)
})
