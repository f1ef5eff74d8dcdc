/** How large the built app is. kB and MB are 1,000 and 1,000,000 bytes. */
import fs from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { readRuntime } from '../../build/setup/electron-runtime.mjs'
import { root } from '../../build/setup/places.mjs'
import { missingFigure, plainFigure } from './figures.mjs'

/** Every file of a folder that ends so, bytes by path. */
function filesOf(folder, ending) {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith(ending)).map((name) => path.join(folder, name))
}

const total = (files, sizeOf) => files.reduce((sum, file) => sum + sizeOf(file), 0)
const sizeOnDisk = (file) => fs.statSync(file).size
const sizeZipped = (file) => gzipSync(fs.readFileSync(file), { level: 9 }).length

/** What the page itself names; everything else is loaded once the list of accounts is on the screen. */
function firstScripts(scripts) {
  const page = fs.readFileSync(path.join(root, 'dist/renderer/index.html'), 'utf8')
  return scripts.filter((file) => page.includes(path.basename(file)))
}

/** Words about scopes and in other languages: data that grows with what there is to say, in files of its own. */
const isData = (file) => /^(catalogue|scopes\.hi|errors|errors\.hi)-/.test(path.basename(file))

/** @returns {Promise<import('./figures.mjs').Figure[]>} */
export async function measureSizes() {
  const scripts = filesOf(path.join(root, 'dist/renderer'), '.js')
  const built = filesOf(path.join(root, 'dist/electron'), '.cjs')
  // The command without Electron is a program of its own.
  const command = built.filter((file) => /latchkey\.cjs$|command-chunks/.test(file))
  const later = built.filter((file) => /[\\/]chunks[\\/]/.test(file))
  const main = built.filter((file) => !command.includes(file) && !later.includes(file))
  const kilo = (bytes) => [bytes / 1000]
  return [
    plainFigure({
      name: 'window script before the first picture, gzip',
      unit: 'kB',
      values: kilo(total(firstScripts(scripts), sizeZipped)),
      most: 65,
    }),
    plainFigure({
      name: 'all window script, gzip',
      unit: 'kB',
      values: kilo(
        total(
          scripts.filter((file) => !isData(file)),
          sizeZipped,
        ),
      ),
      most: 260,
    }),
    plainFigure({
      name: 'words of scopes and errors, gzip',
      unit: 'kB',
      values: kilo(total(scripts.filter(isData), sizeZipped)),
      most: 40,
    }),
    plainFigure({ name: 'main and preload', unit: 'kB', values: kilo(total(main, sizeOnDisk)), most: 550 }),
    plainFigure({ name: 'what main loads when needed', unit: 'kB', values: kilo(total(later, sizeOnDisk)) }),
    plainFigure({
      name: 'the command, with the agent',
      unit: 'kB',
      values: kilo(total(command, sizeOnDisk)),
    }),
    await packagedSize(),
  ]
}

/** Beyond the Electron folder itself, MB. */
const allowance = 6

async function packagedSize() {
  const name = 'packaged app'
  if (!fs.existsSync(path.join(root, 'release')))
    return missingFigure(name, '`npm run package` makes it first')
  const { folderSize, unpackedApp } = await import('../../build/package.mjs')
  const { folder } = unpackedApp()
  if (!fs.existsSync(folder)) return missingFigure(name, '`npm run package` makes it first')
  const mega = (bytes) => bytes / 1e6
  const { dist, version } = readRuntime()
  const electron = mega(folderSize(dist))
  const packaged = fs.statSync(path.join(folder, 'resources')).mtime.toISOString()
  return plainFigure({
    ...{ name, unit: 'MB', values: [mega(folderSize(folder))] },
    most: Number((electron + allowance).toFixed(1)),
    against: { name: `Electron ${version}`, values: [electron] },
    note: `as packaged on ${packaged}; of Electron's languages it carries only those of the app`,
  })
}
