/** Makes params for a command from its schema alone, so that a new command is tested without anybody remembering. */
import * as v from 'valibot'
import type { CommandName } from '../../../electron/contract/commands.ts'
import { commands } from '../../../electron/contract/commands.ts'

/** Texts of many shapes; a text field takes the first that its schema accepts. */
const texts = ['openid', 'aaaaaaaaaaaa', '/a/file.json', '100200300', 'https://www.googleapis.com/auth/drive']
const numbers = [0, 1, 1_000, 20_000]

interface SchemaLike {
  readonly type: string
  readonly entries?: Readonly<Record<string, v.GenericSchema>>
  readonly options?: readonly unknown[]
  readonly wrapped?: v.GenericSchema
  readonly item?: v.GenericSchema
  readonly literal?: unknown
}

export function sampleOf(schema: v.GenericSchema): unknown {
  const { type, entries, options, wrapped, item, literal } = schema as unknown as SchemaLike
  switch (type) {
    case 'strict_object':
      return Object.fromEntries(Object.entries(entries ?? {}).map(([name, field]) => [name, sampleOf(field)]))
    case 'string':
      return firstAccepted(schema, texts)
    case 'number':
      return firstAccepted(schema, numbers)
    case 'boolean':
      return true
    case 'picklist':
      return options?.[0]
    case 'literal':
      return literal
    case 'variant':
      return sampleOf(firstOption(schema))
    case 'array':
      return item === undefined ? [] : [sampleOf(item)]
    case 'nullable':
    case 'exact_optional':
      return wrapped === undefined ? null : sampleOf(wrapped)
    default:
      throw new Error(`no sample for a schema of type ${type}: teach sampleOf`)
  }
}

/** A variant stands for itself by its first option. */
function firstOption(schema: v.GenericSchema): v.GenericSchema {
  return (schema as unknown as SchemaLike).options?.[0] as v.GenericSchema
}

function firstAccepted(schema: v.GenericSchema, candidates: readonly unknown[]): unknown {
  const found = candidates.find((candidate) => v.is(schema, candidate))
  if (found === undefined) throw new Error('no candidate fits the schema: add one')
  return found
}

export interface Field {
  readonly name: string
  readonly optional: boolean
  /** `string`, `number`, `array` …: the type below `nullable` and `exact_optional`. */
  readonly type: string
}

/** The fields of a command's params, as its schema names them. */
export function fieldsOf(command: CommandName): readonly Field[] {
  const params = commands[command].params as v.GenericSchema
  const shape = params.type === 'variant' ? firstOption(params) : params
  const { entries = {} } = shape as unknown as SchemaLike
  return Object.entries(entries).map(([name, schema]) => ({
    name,
    optional: (schema as unknown as SchemaLike).type === 'exact_optional',
    type: innermost(schema),
  }))
}

function innermost(schema: v.GenericSchema): string {
  const { type, wrapped } = schema as unknown as SchemaLike
  return wrapped === undefined ? type : innermost(wrapped)
}

export function sampleParams(command: CommandName): Record<string, unknown> {
  return sampleOf(commands[command].params) as Record<string, unknown>
}
