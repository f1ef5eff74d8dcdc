import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { node24, root } from './places.mjs'
import { run, step } from './progress.mjs'

const stampFile = path.join(root, 'node_modules/.latchkey-setup')

/**
 * Packages whose install script may run. `.npmrc` turns all the others off. `node` fetches the Node 24 binary of
 * this platform from the same registry; nothing else needs a script: keytar ships its binaries, and Electron's
 * download is made by `electron-runtime.mjs`, with a time limit.
 */
const allowedInstallScripts = [{ name: 'node', script: 'installArchSpecificPackage.js' }]

/** Installs what `package-lock.json` says, when that changed since the last run or an earlier run was cut short. */
export async function installDependencies() {
  const wanted = createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
  if (readStamp() === wanted && fs.existsSync(node24)) return
  if (!alreadyInstalled()) {
    await step('npm ci', () =>
      run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root }),
    )
  }
  for (const { name, script } of allowedInstallScripts) await runInstallScript(name, script)
  linkNode()
  fs.writeFileSync(stampFile, wanted)
}

function readStamp() {
  try {
    return fs.readFileSync(stampFile, 'utf8')
  } catch {
    return null
  }
}

/** npm's own record says whether the tree already is what the lock asks for, e.g. after somebody's `npm install`. */
function alreadyInstalled() {
  try {
    const lock = packagesOf('package-lock.json')
    const installed = packagesOf('node_modules/.package-lock.json')
    return Object.entries(lock).every(
      ([name, { version, optional }]) => name === '' || optional || installed[name]?.version === version,
    )
  } catch {
    return false
  }
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function packagesOf(file) {
  return JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')).packages
}

/**
 * @param {string} name
 * @param {string} script
 */
async function runInstallScript(name, script) {
  if (name === 'node' && fs.existsSync(node24)) return
  const cwd = path.join(root, 'node_modules', name)
  const env = { ...process.env, npm_config_ignore_scripts: 'false', npm_config_global: 'false' }
  await step(`install script of ${name}`, () =>
    run(process.execPath, [script], { cwd, env, timeoutMs: 300_000 }),
  )
  if (name === 'node' && !fs.existsSync(node24)) throw new Error('the node package brought no Node 24 binary')
}

/** npm makes no link for a binary that its install script brings later, so `npx` and `npm run` would miss it. */
function linkNode() {
  const link = path.join(root, 'node_modules/.bin/node')
  if (process.platform === 'win32' || fs.existsSync(link)) return
  fs.rmSync(link, { force: true })
  fs.symlinkSync('../node/bin/node', link)
}
