/** Reads what the test runners write for machines. */
import fs from 'node:fs'

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/**
 * @param {string} file
 * @returns {any} null when the runner wrote nothing readable
 */
function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/**
 * @param {string} file
 * @returns {(Counts & { skips: string[], secondTries: string[] }) | null}
 */
export function readVitestReport(file) {
  const report = readJson(file)
  if (report === null) return null
  const counts = { passed: 0, failed: 0, skipped: 0, skips: /** @type {string[]} */ ([]), secondTries: [] }
  for (const { assertionResults, status, message } of report.testResults) {
    // A file that could not even be loaded has no tests and a message.
    if (assertionResults.length === 0 && status === 'failed' && message) counts.failed += 1
    for (const { status: outcome, fullName, meta } of assertionResults) {
      if (outcome === 'passed') counts.passed += 1
      else if (outcome === 'failed') counts.failed += 1
      else {
        counts.skipped += 1
        counts.skips.push([fullName, meta?.skipReason].filter(Boolean).join(' — '))
      }
    }
  }
  return counts
}

/**
 * @param {string} file
 * @returns {(Counts & { skips: string[], secondTries: string[] }) | null}
 */
export function readPlaywrightReport(file) {
  const report = readJson(file)
  if (report === null) return null
  const counts = {
    ...{ passed: 0, failed: 0, skipped: 0 },
    skips: /** @type {string[]} */ ([]),
    secondTries: /** @type {string[]} */ ([]),
  }
  for (const test of report.suites.flatMap(testsOf)) {
    if (test.status === 'expected') counts.passed += 1
    else if (test.status === 'flaky') {
      // Real browsers and daemons on a busy machine: it counts, and it is named, so that somebody looks at it.
      counts.passed += 1
      counts.secondTries.push(test.title)
    } else if (test.status === 'skipped') {
      counts.skipped += 1
      counts.skips.push([test.title, test.reason].filter(Boolean).join(' — '))
    } else counts.failed += 1
  }
  return counts
}

/**
 * @param {any} suite
 * @returns {Array<{ status: string, title: string, reason?: string }>}
 */
function testsOf(suite) {
  const own = suite.specs.flatMap((/** @type {any} */ spec) =>
    spec.tests.map((/** @type {any} */ test) => ({
      status: test.status,
      title: spec.title,
      reason: test.annotations.find((/** @type {any} */ note) => note.type === 'skip')?.description,
    })),
  )
  return [...own, ...(suite.suites ?? []).flatMap(testsOf)]
}
