import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { openTerminal } from '../../../electron/cli/terminal.ts'

function openOn() {
  const input = new PassThrough()
  const output = new PassThrough()
  return {
    input,
    terminal: openTerminal({ input, output, env: {} }),
    shown: () => String(output.read() ?? ''),
  }
}
const never = new AbortController().signal

describe('a terminal', () => {
  it('answers questions with lines, also with those that came before', async () => {
    const { input, terminal } = openOn()
    const first = terminal.ask('one?', never)
    input.write('alpha\nbeta\n')
    expect(await first).toBe('alpha')
    expect(await terminal.ask('two?', never)).toBe('beta')
    terminal.close()
  })

  it('shows the question and never what is typed', async () => {
    const { input, terminal, shown } = openOn()
    const answer = terminal.ask('address?', never)
    input.write('http://127.0.0.1:4000/x?code=4/0Asecret\n')
    await answer
    expect(shown()).toBe('address?\n')
    terminal.close()
  })

  it('gives up a question whose answer came otherwise, and keeps the next line for the next question', async () => {
    const { input, terminal } = openOn()
    const stop = new AbortController()
    const given = terminal.ask('address?', stop.signal)
    stop.abort()
    expect(await given).toBeNull()
    const next = terminal.ask('keep it?', never)
    input.write('yes\n')
    expect(await next).toBe('yes')
    terminal.close()
  })

  it('answers null at the end of input', async () => {
    const { input, terminal } = openOn()
    const given = terminal.ask('address?', never)
    input.end()
    expect(await given).toBeNull()
    expect(await terminal.ask('again?', never)).toBeNull()
  })
})
