/** The window: Svelte and the two languages, built into dist/renderer for a page without inline anything. */
import { fileURLToPath } from 'node:url'
import { paraglideVitePlugin } from '@inlang/paraglide-js'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

const renderer = fileURLToPath(new URL('../renderer', import.meta.url))

export default defineConfig({
  root: renderer,
  base: './',
  publicDir: false,
  plugins: [
    paraglideVitePlugin({
      project: `${renderer}/project.inlang`,
      outdir: `${renderer}/messages/generated`,
      // The language comes from the settings in main; nothing is kept in cookies or in the address.
      strategy: ['globalVariable', 'baseLocale'],
      isServer: 'false',
      emitReadme: false,
    }),
    svelte({ compilerOptions: { runes: true }, configFile: false }),
  ],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    // The fallback runtime is Electron 22.
    target: 'chrome108',
    cssTarget: 'chrome108',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
})
