/**
 * Makes a checkout ready to run: dependencies, Debian packages, Electron. Runs on Node 20 without a dependency, and
 * takes well under a second when there is nothing to do.
 *
 *   node build/setup.mjs                    only that
 *   node build/setup.mjs build/test.mjs …   then that script, on Node 24
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { installDebianPackages } from './setup/debian.mjs'
import { installDependencies } from './setup/dependencies.mjs'
import { prepareElectron } from './setup/electron-runtime.mjs'
import { alone } from './setup/lock.mjs'
import { node24, root } from './setup/places.mjs'

async function setup() {
  await installDependencies()
  await installDebianPackages()
  await prepareElectron()
}

/**
 * Hands over to a script on Node 24; its exit code becomes ours.
 *
 * @param {readonly string[]} command
 */
function handOver([script = '', ...args]) {
  const env = { ...process.env, PATH: [path.dirname(node24), process.env['PATH']].join(path.delimiter) }
  const child = spawn(node24, [path.join(root, script), ...args], { stdio: 'inherit', env })
  // A signal from the terminal reaches the child by itself; one sent to us alone is passed on.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}

try {
  await alone(setup)
  const command = process.argv.slice(2)
  if (command.length > 0) handOver(command)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
