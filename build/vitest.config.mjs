/** Tests without a window. Files lie below test/ by layer; `vitest run --project unit` runs one. */
import { defineConfig } from 'vitest/config'
import { root } from './setup/places.mjs'

/**
 * @param {string} name
 * @param {import('vitest/config').TestProjectInlineConfiguration['test']} [more]
 */
const project = (name, more = {}) => ({
  extends: true,
  test: { name, include: [`test/${name}/**/*.test.ts`], ...more },
})

/** Real keyrings and sockets on a busy machine: a second try counts, and the runner names it. */
const realParts = { retry: 1, globalSetup: ['build/vitest-session.mjs'] }

export default defineConfig({
  root,
  test: {
    environment: 'node',
    // A test that cannot fail is a defect, and so is one that was left focused.
    allowOnly: false,
    passWithNoTests: false,
    projects: [
      project('unit', { testTimeout: 10_000 }),
      project('integration', { testTimeout: 30_000, ...realParts }),
      project('clients', {
        testTimeout: 60_000,
        retry: realParts.retry,
        globalSetup: ['build/vitest-clients.mjs'],
      }),
      project('faults', { testTimeout: 60_000, ...realParts }),
    ],
  },
})
