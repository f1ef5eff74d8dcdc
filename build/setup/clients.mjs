/**
 * The real clients that try the doors: Google's libraries of four languages, and programs of this machine. What they
 * need is fetched by their own package tools, in the versions that stand in `test/clients`, into the cache; a second
 * run takes no time. What cannot be had is left out, and the tests name it.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { cacheFolder, node24, root } from './places.mjs'
import { run, step } from './progress.mjs'

/**
 * @typedef {object} Clients
 * @property {Record<string, string[]>} commands how each client is started, by its name; one that is missing is not here
 * @property {Record<string, string>} missing why each other is not here
 */

const sources = path.join(root, 'test/clients')
const cache = path.join(cacheFolder, 'clients')
const limitMs = 300_000

/** Each answers how it is started, or throws why it cannot be. */
const libraries = {
  'google-auth': python,
  'google-auth-library': node,
  'go oauth2': () => go('oauth2'),
  'go auth': () => go('auth'),
  java,
}

/** Programs that the machine has, or has from Debian. */
const programs = ['gcloud', 'rclone', 'curl', 'git', 'ssh', 'ssh-keygen', 'sshd']

/** @returns {Promise<Clients>} */
export async function prepareClients() {
  /** @type {Clients} */
  const clients = { commands: {}, missing: {} }
  const note = async (/** @type {string} */ name, /** @type {() => string[] | Promise<string[]>} */ find) => {
    try {
      clients.commands[name] = await find()
    } catch (error) {
      clients.missing[name] = (error instanceof Error ? error.message.split('\n')[0] : undefined) ?? 'unknown'
    }
  }
  await Promise.all([
    ...Object.entries(libraries).map(([name, find]) => note(name, find)),
    ...programs.map((name) => note(name, () => [programOf(name)])),
  ])
  return clients
}

/**
 * The path of a program. Throws when there is none.
 *
 * @param {string} name
 */
function programOf(name) {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  // A server's program is on the path of root only.
  for (const folder of [...folders, '/usr/sbin', '/usr/local/sbin']) {
    const file = path.join(folder, process.platform === 'win32' ? `${name}.exe` : name)
    if (folder !== '' && fs.existsSync(file)) return file
  }
  throw new Error(`${name} is not installed`)
}

/**
 * A folder of the cache for what these files say; `fill` makes it, once. One that is being made by another run at the
 * same time is made twice, and the first to end has it.
 *
 * @param {string} name
 * @param {string[]} files
 * @param {string} title
 * @param {(folder: string) => Promise<unknown>} fill
 */
async function kept(name, files, title, fill) {
  const hash = createHash('sha256')
  for (const file of files) hash.update(fs.readFileSync(path.join(sources, file)))
  const folder = path.join(cache, `${name}-${hash.digest('hex').slice(0, 16)}`)
  if (fs.existsSync(folder)) return folder
  fs.mkdirSync(cache, { recursive: true })
  const work = fs.mkdtempSync(path.join(cache, `${name}-unfinished-`))
  try {
    await step(title, () => fill(work))
    if (!fs.existsSync(folder)) fs.renameSync(work, folder)
  } finally {
    fs.rmSync(work, { recursive: true, force: true })
  }
  return folder
}

/** `requirements.txt` names every package by its sums. What is compiled in them fits one version of Python. */
async function python() {
  const told = await run(programOf('python3'), [
    '-c',
    'import sys; print(sys.executable, sys.implementation.cache_tag)',
  ])
  const [, interpreter = '', version = ''] = /^(.+) (\S+)\s*$/.exec(told) ?? []
  const list = path.join(sources, 'python/requirements.txt')
  const folder = await kept(version, ['python/requirements.txt'], "Google's Python library", async (work) => {
    const pip = ['-m', 'pip', 'install', '--quiet', '--require-hashes', '--only-binary=:all:', '--no-deps']
    await run(interpreter, [...pip, '--target', work, '-r', list], { timeoutMs: limitMs })
  })
  return ['env', `PYTHONPATH=${folder}`, interpreter, path.join(sources, 'python/client.py')]
}

/** From the dev dependencies of this project. */
function node() {
  return [node24, path.join(sources, 'node/client.mjs')]
}

/** @type {Promise<string> | undefined} */
let goProgram

/** @param {string} library */
async function go(library) {
  goProgram ??= buildGo()
  return [await goProgram, library]
}

async function buildGo() {
  const compiler = programOf('go')
  const files = ['go/go.mod', 'go/go.sum', 'go/main.go']
  const folder = await kept('go', files, "Google's Go libraries", (work) =>
    run(compiler, ['build', '-trimpath', '-o', work, '.'], {
      cwd: path.join(sources, 'go'),
      env: { ...process.env, GOFLAGS: '-mod=readonly -buildvcs=false', GOTOOLCHAIN: 'local' },
      timeoutMs: limitMs,
    }),
  )
  return path.join(folder, 'clients')
}

async function java() {
  const [maven, compiler, machine] = [programOf('mvn'), programOf('javac'), programOf('java')]
  const pom = path.join(sources, 'java/pom.xml')
  const folder = await kept(
    'java',
    ['java/pom.xml', 'java/Client.java'],
    "Google's Java library",
    async (work) => {
      const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
      await run(maven, ['-q', '-B', '-f', pom, copy, `-DoutputDirectory=${work}`], { timeoutMs: limitMs })
      const source = path.join(sources, 'java/Client.java')
      await run(compiler, ['-cp', path.join(work, '*'), '-d', work, source], { timeoutMs: limitMs })
    },
  )
  return [
    machine,
    '-XX:TieredStopAtLevel=1',
    '-cp',
    [folder, path.join(folder, '*')].join(path.delimiter),
    'Client',
  ]
}
