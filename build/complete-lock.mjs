/**
 * Run by hand after a dependency changed: adds to `package-lock.json` the optional packages of other platforms that
 * npm left out. npm forgets those that the registry in use does not carry (a partial mirror), and from then on
 * `npm ci` refuses the lock everywhere. What is added says version and platform, so that npm knows what to skip; it
 * has no checksum, because nobody here has seen the file.
 */
import fs from 'node:fs'
import path from 'node:path'
import { root } from './setup/places.mjs'

const file = path.join(root, 'package-lock.json')
const exactVersion = /^\d+\.\d+\.\d+(-[\w.]+)?$/

/**
 * A package for one platform says which in its name, e.g. `binding-linux-arm64-musl`.
 *
 * @param {string} name
 * @returns {{ os: string[], cpu: string[], libc?: string[] } | null}
 */
function platformOf(name) {
  const found =
    /(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-(arm64|arm|x64|ia32|ppc64le|ppc64|riscv64|s390x|loong64|loongarch64)(?:-(\w+))?$/.exec(
      name,
    )
  if (!found?.[1] || !found[2]) return null
  const libc = { gnu: ['glibc'], gnueabihf: ['glibc'], musl: ['musl'], musleabihf: ['musl'] }[found[3] ?? '']
  return { os: [found[1]], cpu: [found[2]], ...(libc && { libc }) }
}

const lock = JSON.parse(fs.readFileSync(file, 'utf8'))
/** @type {Record<string, any>} */
const packages = lock.packages
const added = []
for (const [place, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const known = packages[`node_modules/${name}`] ?? packages[`${place}/node_modules/${name}`]
    const platform = platformOf(name)
    if (known || !platform || !exactVersion.test(String(version))) continue
    packages[`node_modules/${name}`] = { version, ...platform, ...(dev && { dev }), optional: true }
    added.push(`${name}@${version}`)
  }
}
lock.packages = Object.fromEntries(
  Object.entries(packages).sort(([one], [other]) => one.localeCompare(other, 'en')),
)
fs.writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(
  added.length === 0 ? 'The lock was complete.' : `Added:\n${added.map((line) => `  ${line}`).join('\n')}`,
)
