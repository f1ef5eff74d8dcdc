/**
 * The entry of a packaged app that was built on the fallback Electron: the same shims from inside the asar, then
 * the real main. Apps packaged with Electron 45 do not contain it.
 */
'use strict'

const path = require('node:path')
const { installShims } = require('./shims.cjs')

installShims(__dirname)
require(path.join(__dirname, '../electron/main.cjs'))
