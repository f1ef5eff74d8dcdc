/** What a program and everything it started use, as Linux counts it in /proc. */
import fs from 'node:fs'

/** The field of /proc/PID/stat behind the state, counted from the name, which may hold blanks: proc(5). */
const parentField = 1

/**
 * The process and all its descendants.
 *
 * @param {number} rootPid
 * @returns {number[]}
 */
export function processTree(rootPid) {
  const parents = new Map(allProcesses().map((pid) => [pid, parentOf(pid)]))
  const tree = [rootPid]
  for (const pid of tree) tree.push(...[...parents.keys()].filter((child) => parents.get(child) === pid))
  return tree
}

/**
 * Proportional set size of the whole tree: a page that several processes share counts once. `anonymous` is what no
 * file stands behind, so that it does not change with whatever else runs the same program.
 *
 * @param {number} rootPid
 * @returns {{ all: number, anonymous: number }} MiB
 */
export function memoryOf(rootPid) {
  const rollups = processTree(rootPid).map((pid) => readOrNull(`/proc/${pid}/smaps_rollup`) ?? '')
  const sum = (/** @type {RegExp} */ line) =>
    rollups.reduce((kibibytes, text) => kibibytes + Number(line.exec(text)?.[1] ?? 0), 0) / 1024
  return { all: sum(/^Pss:\s+(\d+) kB$/m), anonymous: sum(/^Pss_Anon:\s+(\d+) kB$/m) }
}

/**
 * Processor time of every thread of the tree since it began. By thread, because only there does Linux tell it finer
 * than in hundredths of a second.
 *
 * @param {number} rootPid
 * @returns {Map<string, number>} ms
 */
export function cpuTimes(rootPid) {
  const times = new Map()
  for (const pid of processTree(rootPid)) {
    for (const thread of listOrNone(`/proc/${pid}/task`)) {
      const file = `/proc/${pid}/task/${thread}/schedstat`
      const [nanoseconds] = (readOrNull(file) ?? '').split(' ')
      if (nanoseconds) times.set(file, Number(nanoseconds) / 1e6)
    }
  }
  return times
}

/**
 * How many processes outside the tree run the same program. They share its pages, which makes each look smaller.
 *
 * @param {number} rootPid
 * @returns {number}
 */
export function copiesBeside(rootPid) {
  const program = linkOrNull(`/proc/${rootPid}/exe`)
  const own = new Set(processTree(rootPid))
  return allProcesses().filter((pid) => !own.has(pid) && linkOrNull(`/proc/${pid}/exe`) === program).length
}

function allProcesses() {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/** @param {number} pid */
function parentOf(pid) {
  const text = readOrNull(`/proc/${pid}/stat`) ?? ''
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[parentField] ?? 0)
}

/** @param {string} folder */
function listOrNone(folder) {
  try {
    return fs.readdirSync(folder)
  } catch {
    return []
  }
}

/** A process can end while it is being looked at. @param {string} file */
function readOrNull(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** @param {string} file */
function linkOrNull(file) {
  try {
    return fs.readlinkSync(file)
  } catch {
    return null
  }
}
