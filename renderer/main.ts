import { mount } from 'svelte'
import type { Bridge } from '../electron/contract/bridge.ts'
import App from './App.svelte'
import { AppState } from './state/app-state.svelte.ts'
import { clock } from './state/clock.svelte.ts'
import './styles/tokens.css'
import './styles/base.css'

declare global {
  interface Window {
    /** Put there by the preload script, before this script runs. */
    readonly latchkey: Bridge
  }
}

const target = document.getElementById('app')
if (!target) throw new Error('the page has no place for the window')
const app = new AppState(window.latchkey)
app.start()
clock.start()
mount(App, { target, props: { bridge: window.latchkey, app } })
