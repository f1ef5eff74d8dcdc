/**
 * `npm run package`: the unpacked app of this machine's system in release/. With `--mac`, `--win` or `--linux` it
 * makes that system's installers instead (they need that system's tools, and GitHub for electron-builder's).
 */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, Platform } from 'electron-builder'
import { buildAll } from './build.mjs'
import { builderConfig } from './electron-builder.mjs'
import { bundleShims } from './runtime/bundle.mjs'
import { readRuntime } from './setup/electron-runtime.mjs'
import { root } from './setup/places.mjs'
import { say, step } from './setup/progress.mjs'

/** The largest app that the figures allow: the Electron folder and 6 MB. */
const allowanceBytes = 6_000_000

/**
 * Makes the unpacked app.
 *
 * @returns {Promise<{ folder: string, executable: string, bytes: number, electronBytes: number }>}
 */
export async function packageUnpacked() {
  const runtime = await prepare()
  await step('packaging', () =>
    build({
      config: builderConfig(runtime),
      projectDir: root,
      targets: Platform.current().createTarget('dir'),
    }),
  )
  const { folder, executable } = unpackedApp()
  return { folder, executable, bytes: folderSize(folder), electronBytes: folderSize(runtime.dist) }
}

/** Where `packageUnpacked` puts the app of this system. */
export function unpackedApp() {
  const release = path.join(root, 'release')
  const suffix = process.arch === 'x64' ? '' : `-${process.arch}`
  /** @type {Partial<Record<NodeJS.Platform, [folder: string, binary: string]>>} */
  const places = {
    linux: [`linux${suffix}-unpacked`, 'latchkey'],
    win32: [`win${suffix}-unpacked`, 'Latchkey.exe'],
    darwin: [`mac${suffix}`, 'Latchkey.app/Contents/MacOS/Latchkey'],
  }
  const place = places[process.platform]
  if (!place) throw new Error(`nothing is packaged for ${process.platform}`)
  const folder = path.join(release, place[0])
  return { folder, executable: path.join(folder, place[1]) }
}

async function prepare() {
  const runtime = readRuntime()
  await buildAll()
  const entry = path.join(root, 'dist/fallback-entry')
  fs.rmSync(entry, { recursive: true, force: true })
  if (runtime.fallback) await bundleShims('packaged-entry.cjs', entry, 'entry.cjs')
  return runtime
}

/**
 * @param {string} folder
 * @returns {number} bytes
 */
export function folderSize(folder) {
  let total = 0
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name)
    if (entry.isDirectory()) total += folderSize(place)
    else if (entry.isFile()) total += fs.statSync(place).size
  }
  return total
}

/** @param {string} name */
async function makeInstallers(name) {
  const platform = { '--mac': Platform.MAC, '--win': Platform.WINDOWS, '--linux': Platform.LINUX }[name]
  if (!platform) throw new Error(`${name} is none of --mac, --win, --linux`)
  const runtime = await prepare()
  if (runtime.fallback) throw new Error('Installers are made with Electron 45 only, never with the fallback')
  // Another system's Electron is another download, so the folder of this one must not be taken.
  const { electronDist: _, ...config } = builderConfig(runtime)
  await build({ config, projectDir: root, targets: platform.createTarget() })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = process.argv[2]
  if (wanted) await makeInstallers(wanted)
  else {
    const { folder, bytes, electronBytes } = await packageUnpacked()
    const mega = (/** @type {number} */ size) => `${(size / 1e6).toFixed(1)} MB`
    const verdict = bytes <= electronBytes + allowanceBytes ? 'within' : 'OVER'
    say(
      `${path.relative(root, folder)}: ${mega(bytes)}; Electron alone is ${mega(electronBytes)} (${verdict} the allowance of ${mega(allowanceBytes)} more)`,
    )
  }
}
