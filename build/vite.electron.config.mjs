/**
 * The main process and the preload script, each bundled to CommonJS: ES modules in main need Electron 28, and the
 * same build must run on the fallback (Electron 22, Node 16). The pages are `vite.renderer.config.mjs`.
 */
import { builtinModules } from 'node:module'
import fs from 'node:fs'
import path from 'node:path'
import { root } from './setup/places.mjs'

/** @type {{ version: string }} */
const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))

/** keytar stays outside: it loads its own binary. */
const external = ['electron', 'keytar', ...builtinModules, /^node:/]

/** What both have in common. */
const shared = /** @satisfies {import('vite').InlineConfig} */ ({
  configFile: false,
  root,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: true },
})

const output = /** @satisfies {import('vite').BuildEnvironmentOptions} */ ({
  outDir: path.join(root, 'dist/electron'),
  emptyOutDir: false,
  target: 'node16',
  minify: true,
  ssr: true,
})

/** @type {import('vite').InlineConfig} */
export const mainConfig = {
  ...shared,
  build: {
    ...output,
    rollupOptions: {
      input: { main: path.join(root, 'electron/main.ts') },
      external,
      output: {
        format: 'cjs',
        entryFileNames: '[name].cjs',
        // What main imports lazily (practice Google, for one) stays a file of its own, off the way to the window.
        chunkFileNames: 'chunks/[name]-[hash].cjs',
        // Electron 22 cannot `import()` from main; `require` serves both.
        dynamicImportInCjs: false,
      },
    },
  },
}

/** Before anything is loaded: an older Node would stop at the first thing it lacks, and name that. */
const olderNode = `if (parseInt(process.versions.node, 10) < 20) {
  console.error('latchkey: this needs Node.js 20 or newer; this one is ' + process.versions.node)
  process.exit(1)
}`

/**
 * The `latchkey` command, with the same core without Electron behind `latchkey agent`. What one command needs lies in
 * chunks, so that the short ones load little. Complete in itself, so that the app's own start stays one file.
 */
/** @type {import('vite').InlineConfig} */
export const commandConfig = {
  ...shared,
  define: { LATCHKEY_VERSION: JSON.stringify(version) },
  build: {
    ...output,
    rollupOptions: {
      input: { latchkey: path.join(root, 'electron/latchkey.ts') },
      external,
      output: {
        format: 'cjs',
        banner: ({ isEntry }) => (isEntry ? olderNode : ''),
        entryFileNames: '[name].cjs',
        chunkFileNames: 'command-chunks/[name]-[hash].cjs',
        dynamicImportInCjs: false,
      },
    },
  },
}

/** A sandboxed preload script can require nothing of its own, so this is always one file. */
/** @type {import('vite').InlineConfig} */
export const preloadConfig = {
  ...shared,
  build: {
    ...output,
    target: 'chrome108',
    rollupOptions: {
      input: { preload: path.join(root, 'electron/preload.ts') },
      external: ['electron'],
      output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
    },
  },
}
