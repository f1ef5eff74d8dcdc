/** The least that a window costs: what the app is compared with. Same size as the app's, nothing else of it. */
'use strict'

const path = require('node:path')
const { app, BrowserWindow } = require('electron')

app.setPath('userData', process.env['LATCHKEY_DATA_FOLDER'])
app.on('window-all-closed', () => app.quit())
void app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 1120,
    height: 760,
    show: false,
    webPreferences: { sandbox: true, spellcheck: false },
  })
  window.once('ready-to-show', () => window.show())
  return window.loadFile(path.join(__dirname, 'index.html'))
})
