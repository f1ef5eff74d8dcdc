import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

/** The engine alone is quicker than a browser whose own windows nobody sees. */
const engines = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

/** The window alone, in the system's Chromium, in front of a scripted main. */
export default defineConfig({
  testDir: '.',
  outputDir: '../../../dist/test-results/renderer',
  reporter: [['list']],
  fullyParallel: true,
  workers: 2,
  // A second try counts and is named in the sum of the gate.
  retries: 1,
  timeout: 60_000,
  expect: { timeout: 5_000 },
  use: {
    browserName: 'chromium',
    viewport: { width: 1200, height: 800 },
    timezoneId: 'UTC',
    locale: 'en-GB',
    launchOptions: {
      executablePath: process.env['LATCHKEY_CHROMIUM'] ?? engines.find(existsSync) ?? 'chromium',
      // Without a graphics card it would be played by the processor, which the pages need.
      args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    },
  },
})
