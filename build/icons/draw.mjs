/** Draws the PNGs beside this file from `latchkey.svg`, in Chromium. Run by hand after the drawing changed. */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { needsNoSandbox } from '../electron-process.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const svg = fs.readFileSync(path.join(here, 'latchkey.svg'), 'utf8')
const args = needsNoSandbox ? ['--no-sandbox'] : []
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args,
})
for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(
    `<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
  )
  // electron-builder makes the .icns and .ico of the other systems from the largest one.
  const file = size === 1024 ? 'icon.png' : `linux/${size}x${size}.png`
  await page.screenshot({ path: path.join(here, file), omitBackground: true })
  await page.close()
}
await browser.close()
