/**
 * Who may import whom (DESIGN: rooms). contract ← core ← adapters, shell, practice, cli ← main; preload and
 * renderer ← contract.
 */
'use strict'

/** @param {string} names alternatives, as in a regular expression */
const rooms = (names) => `^(electron/(${names})|renderer|build|test)(/|\\.)`

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nothing-unresolvable',
      severity: 'error',
      // What is generated or written by the build is not there in a fresh checkout.
      from: { pathNot: '^(build|test)/' },
      to: { couldNotResolve: true, pathNot: 'messages/generated' },
    },
    {
      name: 'contract-imports-only-the-validation-library',
      severity: 'error',
      from: { path: '^electron/contract/' },
      to: { pathNot: '^(electron/contract/|node_modules/valibot/)' },
    },
    {
      name: 'core-knows-no-room-above-it',
      severity: 'error',
      from: { path: '^electron/core/' },
      to: { path: rooms('adapters|shell|practice|cli|main|agent|preload') },
    },
    {
      name: 'core-touches-nothing-outside',
      comment: 'Hashing is arithmetic; everything else of Node goes through a port.',
      severity: 'error',
      from: { path: '^electron/core/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer|util)$' },
    },
    {
      name: 'adapters-stay-beside-shell-and-practice',
      severity: 'error',
      from: { path: '^electron/adapters/' },
      to: { path: rooms('shell|practice|cli|main|agent|preload') },
    },
    {
      name: 'shell-stays-beside-adapters-and-practice',
      severity: 'error',
      from: { path: '^electron/shell/' },
      to: { path: rooms('adapters|practice|cli|main|agent|preload') },
    },
    {
      name: 'practice-stays-beside-adapters-and-shell',
      severity: 'error',
      from: { path: '^electron/practice/' },
      to: { path: rooms('adapters|shell|cli|main|agent|preload') },
    },
    {
      name: 'window-and-preload-see-only-the-contract',
      severity: 'error',
      from: { path: '^(renderer/|electron/preload\\.ts$)' },
      to: { path: '^(electron|build|test)/', pathNot: '^electron/contract/' },
    },
    {
      name: 'window-has-no-node',
      severity: 'error',
      // The message format is a part of the build that lies with the messages.
      from: { path: '^renderer/', pathNot: '^renderer/project\\.inlang/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-the-shell-imports-electron',
      severity: 'error',
      from: { path: '^(electron|renderer)/', pathNot: '^electron/(shell/|main\\.ts$|preload\\.ts$)' },
      to: { path: '^(node_modules/electron/|electron$)' },
    },
    {
      name: 'the-product-imports-no-test-and-no-build',
      severity: 'error',
      from: { path: '^(electron|renderer)/' },
      to: { path: '^(build|test)/' },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules' },
    exclude: { path: 'messages/generated' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'electron/tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
    builtInModules: { add: ['electron'] },
  },
}
