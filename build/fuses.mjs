/** Switches inside the Electron binary that are burnt when packaging; no argument or variable can turn them back. */
import { FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses'

/**
 * Each fuse and why it is so. A fuse of a newer Electron that is not listed stops the packaging, so that somebody
 * decides.
 *
 * @type {ReadonlyArray<{ fuse: FuseV1Options, on: boolean, why: string }>}
 */
export const fuses = [
  // ELECTRON_RUN_AS_NODE would turn our signed binary, which the keychain trusts, into anybody's Node.
  {
    fuse: FuseV1Options.RunAsNode,
    on: false,
    why: 'the keychain trusts this binary; it must run our code only',
  },
  // Chromium's cookie store is encrypted with a key of the system. We keep no cookie; if one appears it is covered.
  {
    fuse: FuseV1Options.EnableCookieEncryption,
    on: true,
    why: 'nothing Chromium stores lies open on the disk',
  },
  // NODE_OPTIONS=--require would load foreign code into main.
  {
    fuse: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
    on: false,
    why: 'no code through NODE_OPTIONS',
  },
  // --inspect would let any process of the same user read the tokens in memory.
  {
    fuse: FuseV1Options.EnableNodeCliInspectArguments,
    on: false,
    why: 'no debugger into the process with the tokens',
  },
  // A changed app.asar does not start (macOS and Windows; Linux has no such check).
  {
    fuse: FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
    on: true,
    why: 'a changed app does not start',
  },
  // Without it a folder `resources/app` beside the asar would be run in its place, unchecked.
  { fuse: FuseV1Options.OnlyLoadAppFromAsar, on: true, why: 'the checked archive is the only code' },
  // We ship one V8 snapshot for all processes; a second one for main would be one more file to trust.
  { fuse: FuseV1Options.LoadBrowserProcessSpecificV8Snapshot, on: false, why: 'no second snapshot exists' },
  // Our pages come over app://, so file:// pages need no rights beyond a browser's.
  {
    fuse: FuseV1Options.GrantFileProtocolExtraPrivileges,
    on: false,
    why: 'no page is ever loaded from file://',
  },
  // WebAssembly by trap handlers is Electron's default; main and pages use none, and the default is the tested one.
  { fuse: FuseV1Options.WasmTrapHandlers, on: true, why: "Electron's default; no WebAssembly is used" },
]

/**
 * Burns the fuses into a packaged binary.
 *
 * @param {string} executable
 * @param {{ resetAdHocDarwinSignature: boolean, partial: boolean }} options `partial`: an older Electron that does not
 *   have all of them yet; those it has are set
 */
export async function burnFuses(executable, { resetAdHocDarwinSignature, partial }) {
  const present = await getCurrentFuseWire(executable)
  const wanted = fuses.filter(({ fuse }) => !partial || fuse in present)
  const values = Object.fromEntries(wanted.map(({ fuse, on }) => [fuse, on]))
  const config = {
    version: FuseVersion.V1,
    resetAdHocDarwinSignature,
    strictlyRequireAllFuses: !partial,
    ...values,
  }
  await flipFuses(executable, /** @type {import('@electron/fuses').FuseV1Config} */ (config))
}

/**
 * Reads the fuses back.
 *
 * @param {string} executable
 * @returns {Promise<Array<{ name: string, wanted: boolean, found: boolean | null, why: string }>>} `found` is null
 *   where this Electron has no such fuse
 */
export async function readFuses(executable) {
  const wire = await getCurrentFuseWire(executable)
  const enabled = '1'.charCodeAt(0)
  return fuses.map(({ fuse, on, why }) => {
    const state = /** @type {Record<number, number>} */ (/** @type {unknown} */ (wire))[fuse]
    return {
      name: FuseV1Options[fuse],
      wanted: on,
      found: state === undefined ? null : state === enabled,
      why,
    }
  })
}
