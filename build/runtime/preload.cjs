/**
 * Runs in every window before the window's own preload script, on Electron 22 only, and adds the one member that
 * our preload uses and this version lacks. `File.path` is Electron 22's own way to the same answer.
 */
'use strict'

/** @type {any} */
const electron = require('electron')

electron.webUtils ??= { getPathForFile: (/** @type {File & { path?: string }} */ file) => file.path ?? '' }
