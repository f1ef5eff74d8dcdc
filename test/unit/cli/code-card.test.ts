import { describe, expect, it } from 'vitest'
import { codeCard } from '../../../electron/cli/code-card.ts'

const card = {
  userCode: 'WDJB-MJHT',
  page: 'https://www.google.com/device',
  scan: 'https://www.google.com/device',
  minutes: 30,
}
const ansi = /\u001B\[[\d;]*m/g

describe('a device code as text', () => {
  it('shows code, address and time on a plain terminal, and no colours', () => {
    const text = codeCard(card, { columns: 80, colour: false }).join('\n')
    expect(text).toContain('W D J B - M J H T')
    expect(text).toContain('https://www.google.com/device')
    expect(text).toContain('30 minutes')
    expect(text).not.toMatch(ansi)
  })

  it('has room for fifteen wide letters on eighty columns', () => {
    const wide = codeCard({ ...card, userCode: 'W'.repeat(15) }, { columns: 80, colour: true })
    expect(wide.some((line) => line.includes(Array.from({ length: 15 }, () => 'W').join(' ')))).toBe(true)
    for (const line of wide) expect(line.replace(ansi, '').length).toBeLessThanOrEqual(80)
  })

  it('keeps the frame square whatever the length of the code', () => {
    for (const userCode of ['A', 'AB', 'ABCD-EFGH', 'W'.repeat(15)]) {
      const framed = codeCard({ ...card, userCode }, { columns: 80, colour: false }).filter((line) =>
        /[┌│└]/.test(line),
      )
      expect(new Set(framed.map((line) => line.length)).size).toBe(1)
    }
  })

  it('leaves out on a narrow terminal what would not fit, never the code', () => {
    const lines = codeCard(card, { columns: 24, colour: true })
    expect(lines.join('\n')).toContain('WDJB-MJHT')
    expect(lines.join('\n')).not.toMatch(ansi)
  })

  it('draws a code for a camera dark on light, with a rim of light around it', () => {
    const rows = codeCard(card, { columns: 80, colour: true })
      .filter((line) => line.includes('\u001B['))
      .map((line) => line.replace(ansi, '').slice(4))
    expect(rows.length).toBeGreaterThan(10)
    expect(rows[0]?.trim()).toBe('')
    for (const row of rows) expect(row.startsWith('  ') && row.endsWith('  ')).toBe(true)
    expect(rows.join('')).toMatch(/[█▀▄]/)
  })
})
