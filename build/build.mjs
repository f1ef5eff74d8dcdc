/** Builds main, preload and the pages into dist/, each only when something it is made of changed. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './setup/places.mjs'
import { say, step } from './setup/progress.mjs'

/**
 * @typedef {object} Part
 * @property {string} title
 * @property {string[]} inputs files and folders that it is made of
 * @property {string} output the file that proves that it was built
 * @property {() => Promise<unknown>} build
 */

const shared = ['package-lock.json', 'tsconfig.json', 'build/build.mjs']
const stampFile = path.join(root, 'dist/build-stamps.json')

// Vite itself is loaded only when there is something to build: that alone takes longer than looking.
/** @type {Part[]} */
const parts = [
  {
    title: 'main process',
    inputs: ['electron', 'build/vite.electron.config.mjs'],
    output: 'dist/electron/main.cjs',
    build: async () => {
      const [{ build }, { commandConfig, mainConfig, preloadConfig }] = await Promise.all([
        import('vite'),
        import('./vite.electron.config.mjs'),
      ])
      fs.rmSync(path.join(root, 'dist/electron'), { recursive: true, force: true })
      await build(mainConfig)
      await build(commandConfig)
      await build(preloadConfig)
    },
  },
  {
    title: 'window',
    inputs: ['renderer', 'electron/contract', 'build/vite.renderer.config.mjs'],
    output: 'dist/renderer/index.html',
    build: async () => {
      const { build } = await import('vite')
      await build({
        configFile: path.join(root, 'build/vite.renderer.config.mjs'),
        logLevel: 'warn',
        build: { rolldownOptions: { checks: { pluginTimings: false } } },
      })
    },
  },
]

/** @returns {Promise<void>} rejects with the compiler's message */
export async function buildAll() {
  const stamps = readStamps()
  for (const part of parts) {
    if (stamps[part.title] === stampOf(part) && fs.existsSync(path.join(root, part.output))) continue
    await step(`building the ${part.title}`, part.build)
    // Taken again: a build may write generated sources beside the others.
    stamps[part.title] = stampOf(part)
    fs.writeFileSync(stampFile, JSON.stringify(stamps, null, 2))
  }
}

/** @returns {Record<string, string>} */
function readStamps() {
  try {
    return JSON.parse(fs.readFileSync(stampFile, 'utf8'))
  } catch {
    return {}
  }
}

/**
 * Name, size and time of every input: much quicker than reading them, and wrong only towards building again.
 *
 * @param {Part} part
 */
function stampOf(part) {
  const hash = createHash('sha256')
  for (const input of [...shared, ...part.inputs]) addTo(hash, path.join(root, input))
  return hash.digest('hex')
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} place
 */
function addTo(hash, place) {
  const facts = fs.statSync(place)
  if (!facts.isDirectory()) {
    hash.update(`${place} ${facts.size} ${facts.mtimeMs}\n`)
    return
  }
  for (const name of fs.readdirSync(place).sort()) {
    if (name !== 'generated') addTo(hash, path.join(place, name))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildAll()
  say('Built into dist/')
}
