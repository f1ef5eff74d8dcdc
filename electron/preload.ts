/**
 * Runs in the sandbox between the window and main. Exposes the generated bridge and nothing else: no channel,
 * no ipcRenderer, no event object.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Transport } from './contract/bridge.ts'
import { createBridge } from './contract/bridge.ts'
import { eventChannel, invokeChannel } from './contract/channels.ts'

const transport: Transport = {
  invoke: (command, params) => ipcRenderer.invoke(invokeChannel, command, params),
  subscribe(event, listener) {
    const relay = (_event: unknown, name: unknown, payload: unknown): void => {
      if (name === event) listener(payload)
    }
    ipcRenderer.on(eventChannel, relay)
    return () => {
      ipcRenderer.removeListener(eventChannel, relay)
    }
  },
  pathForFile(file) {
    try {
      return webUtils.getPathForFile(file as File) || null
    } catch {
      return null
    }
  },
}

contextBridge.exposeInMainWorld('latchkey', createBridge(transport))
