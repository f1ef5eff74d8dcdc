/** Generated from the contract: each command refuses what it must, and its handler hears nothing of it. */
import { describe, expect, it } from 'vitest'
import type { CommandName } from '../../../electron/contract/commands.ts'
import { commands } from '../../../electron/contract/commands.ts'
import { FakeContents, hostUnderTest } from '../shell/fake-ipc.ts'
import type { Field } from './sample-params.ts'
import { fieldsOf, sampleParams } from './sample-params.ts'

const names = Object.keys(commands) as CommandName[]
const huge = 'a'.repeat(100_000)

async function expectRefused(command: CommandName, params: unknown): Promise<void> {
  const { ask, calls, refusals } = hostUnderTest()
  const outcome = await ask(command, params)
  expect(outcome).toMatchObject({ ok: false, error: { code: 'params-invalid', retryable: false } })
  expect(calls).toEqual([])
  expect(refusals).toEqual([{ code: 'params-invalid', command }])
}

/** Values that no field of this type takes. */
function wrongValues({ type }: Field): readonly unknown[] {
  const others: Readonly<Record<string, unknown>> = {
    string: 'text',
    number: 7,
    boolean: true,
    array: [[]],
    object: { a: 1 },
  }
  const own = type === 'picklist' ? 'none' : type
  return Object.entries(others).flatMap(([name, value]) => (name === own ? [] : [value]))
}

function oversize({ type }: Field): unknown {
  if (type === 'array') return Array.from({ length: 5_000 }, () => 'openid')
  return huge
}

describe.each(names)('the command %s', (command) => {
  const fields = fieldsOf(command)

  it('reaches its handler once with good params', async () => {
    const { ask, calls } = hostUnderTest()
    expect(await ask(command, sampleParams(command))).toEqual({ ok: true, value: null })
    expect(calls.map((call) => call.command)).toEqual([command])
  })

  it.each([
    ['another window', (window: FakeContents) => ({ sender: new FakeContents(window.mainFrame.url) })],
    [
      'a frame inside the window',
      (window: FakeContents) => ({ frame: { ...window.mainFrame, parent: window.mainFrame } }),
    ],
    ['a frame that is gone', () => ({ frame: null })],
  ])('is refused to %s', async (_who, from) => {
    const { ask, calls, window, refusals } = hostUnderTest()
    const outcome = await ask(command, sampleParams(command), from(window))
    expect(outcome).toMatchObject({ ok: false, error: { code: 'sender-refused' } })
    expect(calls).toEqual([])
    expect(refusals).toHaveLength(1)
  })

  it('refuses params with any required field missing', async () => {
    const required = fields.filter((field) => !field.optional)
    for (const { name } of required) {
      const { [name]: _missing, ...rest } = sampleParams(command)
      await expectRefused(command, rest)
    }
    await expectRefused(command, undefined)
  })

  it('refuses a field it does not know', async () => {
    await expectRefused(command, { ...sampleParams(command), surprise: 1 })
    await expectRefused(command, { ...sampleParams(command), surprise: huge })
    await expectRefused(command, { ...sampleParams(command), [huge]: 1 })
  })

  it('refuses a value of the wrong type in any field', async () => {
    for (const field of fields) {
      for (const value of wrongValues(field))
        await expectRefused(command, { ...sampleParams(command), [field.name]: value })
    }
    for (const params of [null, [], 'text', 7, true]) await expectRefused(command, params)
  })

  it('refuses a value beyond any length in any field', async () => {
    for (const field of fields)
      await expectRefused(command, { ...sampleParams(command), [field.name]: oversize(field) })
    await expectRefused(command, huge)
  })
})
