/**
 * End-to-end tests on the real Electron, in a private session (`playwright-session.mjs`). The window alone, in
 * current Chromium, has its own config in test/e2e/renderer.
 */
import { defineConfig } from '@playwright/test'
import path from 'node:path'
import { root } from './setup/places.mjs'

const folder = (/** @type {string} */ name) => path.join(root, 'test/e2e', name)

export default defineConfig({
  outputDir: path.join(root, 'dist/test/playwright'),
  globalSetup: path.join(root, 'build/playwright-session.mjs'),
  forbidOnly: true,
  fullyParallel: false,
  workers: 2,
  // A second try counts and is named in the sum of the gate.
  retries: 1,
  timeout: 60_000,
  reporter: 'list',
  use: { trace: 'off' },
  projects: [
    { name: 'shell', testDir: folder('shell') },
    { name: 'app', testDir: folder('app') },
    { name: 'packaged', testDir: folder('packaged'), timeout: 120_000 },
  ],
})
