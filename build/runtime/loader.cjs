/**
 * `resources/app/main.js` of the fallback Electron. Ordinary Electron finds the app's folder on its command line
 * through a `default_app.asar`; this build has none. So: honour `-r FILE` (Playwright passes its own loader that
 * way), take the first argument that is not a switch as the app's folder, make it the app, and start its main.
 */
'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { app } = require('electron')
const { installShims } = require('./shims.cjs')

/** @param {readonly string[]} args */
function readArguments(args) {
  const preload = []
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? ''
    if (arg === '-r' || arg === '--require') preload.push(args[(index += 1)] ?? '')
    else if (arg.startsWith('--require=')) preload.push(arg.slice('--require='.length))
    else if (!arg.startsWith('-')) return { preload, target: arg }
  }
  return { preload, target: null }
}

/**
 * What an app folder's `package.json` says, or what stands for it when the target is a script.
 *
 * @param {string} target
 * @returns {{ folder: string, main: string, name?: string, version?: string }}
 */
function describeApp(target) {
  if (fs.statSync(target).isFile()) return { folder: path.dirname(target), main: target }
  const facts = JSON.parse(fs.readFileSync(path.join(target, 'package.json'), 'utf8'))
  return {
    folder: target,
    main: path.join(target, facts.main ?? 'index.js'),
    name: facts.productName ?? facts.name,
    version: facts.version,
  }
}

const { preload, target } = readArguments(process.argv.slice(1))
installShims(__dirname)
for (const file of preload) require(path.resolve(file))
if (target === null) {
  process.stderr.write('This Electron starts an app folder: electron [switches] FOLDER\n')
  app.exit(64)
} else {
  const described = describeApp(path.resolve(target))
  // `setVersion` and `setAppPath` are not in electron.d.ts; the default app of ordinary Electron calls them too.
  /** @type {any} */
  const self = app
  if (described.name) self.setName(described.name)
  if (described.version) self.setVersion(described.version)
  self.setAppPath(described.folder)
  require(described.main)
}
