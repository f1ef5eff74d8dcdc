/** As much of Chromium's debugger protocol as it takes to ask a page something, once it has come up by itself. */

/**
 * @typedef {object} PageConnection
 * @property {(method: string, params?: object) => Promise<any>} send
 * @property {(expression: string) => Promise<any>} evaluate answers the value, awaited, as JSON
 * @property {() => void} close
 */

/**
 * @param {string} debuggerAddress what Chromium printed as `DevTools listening on`
 * @returns {Promise<PageConnection | null>} null while there is no page
 */
export async function connectToPage(debuggerAddress) {
  const { host } = new URL(debuggerAddress)
  const answer = await fetch(`http://${host}/json/list`)
  const targets = await answer.json()
  const page = targets.find((target) => target.type === 'page')
  return page ? connect(page.webSocketDebuggerUrl) : null
}

/**
 * @param {string} address
 * @returns {Promise<PageConnection>}
 */
async function connect(address) {
  const socket = new WebSocket(address)
  const waiting = new Map()
  let last = 0
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data))
    const { resolve, reject } = waiting.get(id) ?? {}
    waiting.delete(id)
    if (error) reject?.(new Error(error.message))
    else resolve?.(result)
  })
  socket.addEventListener('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the page went away'))
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true })
    socket.addEventListener('error', () => reject(new Error('the page cannot be reached')), { once: true })
  })
  const send = (method, params = {}) =>
    new Promise((resolve, reject) => {
      const id = (last += 1)
      waiting.set(id, { resolve, reject })
      socket.send(JSON.stringify({ id, method, params }))
    })
  const evaluate = async (expression) => {
    const options = { awaitPromise: true, returnByValue: true }
    const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, ...options })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }
  return { send, evaluate, close: () => socket.close() }
}
