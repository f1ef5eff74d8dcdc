/**
 * What the packaged app is made of, for every system. Only Linux's unpacked folder can be made without GitHub and
 * without the other systems' signing tools; the rest is complete and is used on a build machine of each system:
 * `node build/setup.mjs build/package.mjs --mac`, `--win`, `--linux`.
 */
import fs from 'node:fs'
import path from 'node:path'
import { burnFuses } from './fuses.mjs'
import { root } from './setup/places.mjs'

/**
 * @param {import('./setup/electron-runtime.mjs').Runtime} runtime
 * @returns {import('electron-builder').Configuration}
 */
export function builderConfig(runtime) {
  return {
    appId: 'dev.latchkey.app',
    productName: 'Latchkey',
    copyright: 'MIT, the Latchkey team',
    directories: { output: path.join(root, 'release'), buildResources: path.join(root, 'build') },

    // The Electron that setup chose, not one more download.
    electronVersion: runtime.version,
    electronDist: runtime.dist,

    // The bundles hold everything but keytar, whose binary must be a file of its own.
    asar: true,
    asarUnpack: ['**/*.node'],
    files: [
      'package.json',
      'dist/electron/**',
      // The command without Electron lies beside the archive, where plain Node can read it.
      '!dist/electron/latchkey.cjs',
      '!dist/electron/command-chunks/**',
      'dist/renderer/**',
      ...(runtime.fallback ? ['dist/fallback-entry/**'] : []),
      '!node_modules/**',
      'node_modules/keytar/package.json',
      'node_modules/keytar/LICENSE.md',
      'node_modules/keytar/lib/*.js',
      // Thirteen platforms are in the package; one goes into the app.
      'node_modules/keytar/prebuilds/${platform}-${arch}/*.node',
    ],
    // `latchkey` for terminals and `latchkey agent`: for the Node that the machine has, since the app's own is not open
    // to other programs (fuses).
    extraResources: [
      { from: 'build/command', to: 'command' },
      { from: 'dist/electron/latchkey.cjs', to: 'command/latchkey.cjs' },
      { from: 'dist/electron/command-chunks', to: 'command/command-chunks' },
      { from: 'node_modules/keytar/package.json', to: 'command/node_modules/keytar/package.json' },
      { from: 'node_modules/keytar/LICENSE.md', to: 'command/node_modules/keytar/LICENSE.md' },
      { from: 'node_modules/keytar/lib', to: 'command/node_modules/keytar/lib', filter: ['*.js'] },
      {
        from: 'node_modules/keytar/prebuilds/${platform}-${arch}',
        to: 'command/node_modules/keytar/prebuilds/${platform}-${arch}',
        filter: ['*.node'],
      },
    ],
    // On the fallback the loader's shims come along and run first, from inside the checked archive.
    ...(runtime.fallback ? { extraMetadata: { main: 'dist/fallback-entry/entry.cjs' } } : {}),
    npmRebuild: false, // N-API binaries fit every Electron
    electronLanguages: ['en-US', 'hi'], // the two languages of the app
    afterExtract: removeForeignApp,
    afterPack: (context) => burnInto(context, runtime.fallback),

    mac: {
      category: 'public.app-category.developer-tools',
      icon: 'build/icons/icon.png',
      target: [
        { target: 'dmg', arch: ['arm64', 'x64'] },
        { target: 'zip', arch: ['arm64', 'x64'] }, // what an updater takes
      ],
      // Notarisation asks for the hardened runtime; the entitlements say what is let through, and why.
      hardenedRuntime: true,
      gatekeeperAssess: false, // the notary service checks; a local check fails before notarisation
      entitlements: 'build/entitlements/mac.plist',
      entitlementsInherit: 'build/entitlements/mac-inherit.plist',
      notarize: Boolean(process.env['APPLE_API_KEY'] || process.env['APPLE_ID']),
      minimumSystemVersion: '13.0', // Electron 44 and later
    },
    dmg: { sign: false }, // the app inside is signed and notarised

    win: {
      icon: 'build/icons/icon.png',
      target: [{ target: 'nsis', arch: ['x64', 'arm64'] }],
    },
    nsis: {
      oneClick: true,
      perMachine: false, // each user's keychain, each user's app: no administrator is needed
      deleteAppDataOnUninstall: false, // the ledger stays; removing tokens is done in the app, on purpose
    },

    linux: {
      executableName: 'latchkey',
      icon: 'build/icons/linux',
      category: 'Utility',
      synopsis: 'Google OAuth tokens in the system keychain',
      target: [
        { target: 'AppImage', arch: ['x64', 'arm64'] },
        { target: 'deb', arch: ['x64', 'arm64'] },
      ],
      desktop: { entry: { StartupWMClass: 'latchkey', Keywords: 'OAuth;Google;token;keychain;' } },
    },
    deb: {
      // A keychain service is what the app cannot do without; any that offers the Secret Service will do.
      recommends: ['gnome-keyring | kwalletmanager | keepassxc'],
    },
    publish: null,
  }
}

/**
 * The fallback's folder carries our loader as `resources/app`. Packaged, it would be dead weight at best.
 *
 * @param {{ appOutDir: string, electronPlatformName: string }} context
 */
function removeForeignApp({ appOutDir, electronPlatformName }) {
  if (electronPlatformName === 'linux')
    fs.rmSync(path.join(appOutDir, 'resources/app'), { recursive: true, force: true })
}

/**
 * @param {import('electron-builder').AfterPackContext} context
 * @param {boolean} partial
 */
async function burnInto({ appOutDir, electronPlatformName, packager }, partial) {
  const name = electronPlatformName === 'linux' ? 'latchkey' : packager.appInfo.productFilename
  const suffix = { darwin: '.app', mas: '.app', win32: '.exe' }[electronPlatformName] ?? ''
  // Burning changes the binary, and with it the ad-hoc signature that macOS on ARM asks for.
  const resetAdHocDarwinSignature = electronPlatformName === 'darwin'
  await burnFuses(path.join(appOutDir, `${name}${suffix}`), { resetAdHocDarwinSignature, partial })
}
