/**
 * Bundles the loader and its one dependency (`undici`, the fetch of Node 18, whose 5.x still runs on Node 16).
 *
 *   node bundle.mjs FOLDER STAMP    the loader, as an app folder for the fallback's `resources/app`
 */
import fs from 'node:fs'
import path from 'node:path'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const here = path.dirname(fileURLToPath(import.meta.url))
const external = ['electron', ...builtinModules, /^node:/]

/**
 * Writes `entry` with everything it needs into one CommonJS file, and the preload script beside it.
 *
 * @param {'loader.cjs' | 'packaged-entry.cjs'} entry
 * @param {string} folder
 * @param {string} fileName
 */
export async function bundleShims(entry, folder, fileName) {
  await build({
    configFile: false,
    root: here,
    logLevel: 'warn',
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'node16',
      minify: true,
      ssr: true,
      rollupOptions: {
        input: path.join(here, entry),
        external,
        output: { format: 'cjs', entryFileNames: fileName, codeSplitting: false },
      },
    },
    ssr: { noExternal: true },
  })
  fs.copyFileSync(path.join(here, 'preload.cjs'), path.join(folder, 'preload.cjs'))
}

const [folder, stamp] = process.argv.slice(2)
if (process.argv[1] === fileURLToPath(import.meta.url) && folder && stamp) {
  fs.mkdirSync(folder, { recursive: true })
  await bundleShims('loader.cjs', folder, 'main.js')
  fs.writeFileSync(path.join(folder, 'package.json'), '{"name":"latchkey-loader","main":"main.js"}\n')
  fs.writeFileSync(path.join(folder, 'stamp'), stamp)
}
