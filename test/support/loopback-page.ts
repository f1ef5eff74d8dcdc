/** Runs in the page that the loopback host serves: the same bridge as in the app, over HTTP. */
import type { Transport } from '../../electron/contract/bridge.ts'
import { createBridge } from '../../electron/contract/bridge.ts'

type Listener = (payload: unknown) => void

const listeners = new Map<string, Set<Listener>>()
const source = new EventSource('/events')
source.addEventListener('message', (message) => {
  const { event, payload } = JSON.parse(String(message.data)) as { event: string; payload: unknown }
  for (const listener of listeners.get(event) ?? []) listener(payload)
})
const listening = new Promise<void>((resolve) =>
  source.addEventListener('open', () => resolve(), { once: true }),
)

const transport: Transport = {
  invoke: async (command, params) => {
    // In the app a subscription is in place at once; over HTTP it is when the stream is open.
    await listening
    const response = await fetch('/invoke', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ command, params }),
    })
    return response.json() as Promise<unknown>
  },
  subscribe: (event, listener) => {
    const set = listeners.get(event) ?? new Set<Listener>()
    listeners.set(event, set.add(listener))
    return () => set.delete(listener)
  },
  // A browser does not tell where a file lies; the name stands in for it.
  pathForFile: (file) => (file instanceof File ? `/dropped/${file.name}` : null),
}

Object.defineProperty(window, 'latchkey', { value: createBridge(transport) })
