/** `latchkey env`: what `exec` sets, for a shell that stays. */
import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import type { CommandContext } from '../command.ts'
import { textOf } from '../command.ts'
import { pastTheProxy } from '../presets.ts'
import { fixedSubject, giveLease, termOf } from '../leasing.ts'

export type ShellName = 'sh' | 'fish' | 'powershell'

export async function run(context: CommandContext): Promise<number> {
  const { out, dataFolder, profile } = context
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const term = await termOf(context, owner.value, 'session')
  if (!term.ok) return context.failed(term.error)
  const fixed = await fixedSubject(context, owner.value)
  if (!fixed.ok) return context.failed(fixed.error)
  const { subject, meant } = fixed.value
  // The same words give the same file, whose lease takes the place of the one before: shells start often.
  const name = createHash('sha256').update(JSON.stringify(subject)).digest('hex').slice(0, 16)
  const file = join(dataFolder, 'profiles', profile, 'adc', `${name}.json`)
  const given = await giveLease(context, owner.value, {
    ...{ door: 'adc', label: `Shell: ${meant.account.email}`.slice(0, 120), ...subject, ...term.value },
    ...{ remote: false, file, port: null },
  })
  if (!given.ok) return context.failed(given.error)
  const variables = {
    GOOGLE_APPLICATION_CREDENTIALS: given.value.file ?? file,
    ...(subject.quotaProject === null ? {} : { GOOGLE_CLOUD_QUOTA_PROJECT: subject.quotaProject }),
    LATCHKEY_ACCOUNT: meant.account.email,
    ...pastTheProxy(context.env),
  }
  if (out.json) out.object({ variables, lease: given.value.lease.leaseId })
  else out.raw(shellLines(shellOf(context), variables))
  return 0
}

function shellOf(context: CommandContext): ShellName {
  const named = textOf(context, 'shell')
  if (named !== null) return named as ShellName
  if (context.platform === 'win32') return 'powershell'
  return basename(context.env['SHELL'] ?? '') === 'fish' ? 'fish' : 'sh'
}

/** Lines that set variables, quoted so that no value is anything but a value. */
export function shellLines(shell: ShellName, variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${lines[shell](name, value)}\n`)
    .join('')
}

const lines: Readonly<Record<ShellName, (name: string, value: string) => string>> = {
  sh: (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`,
  fish: (name, value) => `set -gx ${name} '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  powershell: (name, value) => `$env:${name} = '${value.replaceAll("'", "''")}'`,
}
