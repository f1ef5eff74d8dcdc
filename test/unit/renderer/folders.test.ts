import { describe, expect, it } from 'vitest'
import { appError } from '../../../electron/contract/outcome.ts'
import { shortPath, splitPath } from '../../../renderer/features/folders/folder-path.ts'
import { declarationRows, ruleRows } from '../../../renderer/features/folders/folder-rows.ts'
import { folderCommands } from '../../../renderer/features/folders/folders-commands.ts'
import { reasonText } from '../../../renderer/features/folders/who-text.ts'
import type { PaletteWorld } from '../../../renderer/features/palette/palette-command.ts'
import {
  sampleApproval,
  sampleDeclaration,
  sampleLook,
  sampleRule,
  sampleWho,
} from '../../support/sample-folders.ts'
import { sampleSnapshot } from '../../support/sample-state.ts'

const one = { accountId: 'account-00000000', email: 'asha.rao@gmail.com' }
const two = { accountId: 'account-00000001', email: 'ben.rao@gmail.com' }

describe('a path on one line', () => {
  it('keeps the last folder together with its separator, on every system', () => {
    expect(splitPath('/home/asha/infra')).toEqual({ head: '/home/asha', tail: '/infra' })
    expect(splitPath('C:\\Users\\asha\\infra')).toEqual({ head: 'C:\\Users\\asha', tail: '\\infra' })
    expect(splitPath('/home/asha/infra/')).toEqual({ head: '/home/asha', tail: '/infra/' })
  })

  it('stays whole where there is nothing that could give way', () => {
    for (const path of ['/', '/infra', 'C:\\']) {
      const { head, tail } = splitPath(path)
      expect(head + tail).toBe(path)
    }
    expect(splitPath('/infra').head).toBe('')
  })

  it('is never longer than allowed, and keeps both ends', () => {
    const path = `/home/${'x'.repeat(300)}/infra`
    expect(Array.from(shortPath(path, 40))).toHaveLength(40)
    expect(shortPath(path, 40)).toMatch(/^\/home\/x+…x+\/infra$/)
    expect(shortPath('/home/asha', 40)).toBe('/home/asha')
  })

  it('is not cut within a letter that takes two code units', () => {
    expect(shortPath('🔑'.repeat(50), 11)).toBe(`${'🔑'.repeat(3)}…${'🔑'.repeat(7)}`)
  })
})

describe('the list of rules', () => {
  const rules = [
    sampleRule(2, two, { folder: '/home/asha/work/b' }),
    sampleRule(1, one, { folder: '/home/asha/work' }),
  ]
  const words = (): string => 'Mail tools'

  it('stands by folder, a folder before those in it', () => {
    const rows = ruleRows(rules, [], '', words)
    expect(rows.map((row) => row.rule.folder)).toEqual(['/home/asha/work', '/home/asha/work/b'])
  })

  it('is found by folder, address and client, in any order', () => {
    const found = (query: string): number => ruleRows(rules, [], query, words).length
    expect(found('TOOLS ben')).toBe(1)
    expect(found('work mail')).toBe(2)
    expect(found('elsewhere')).toBe(0)
  })

  it('says of a folder that it was not found only after somebody looked', () => {
    const looks = [sampleLook('/home/asha/work', { found: false })]
    expect(ruleRows(rules, looks, '', words).map((row) => row.found)).toEqual([false, null])
  })
})

describe('the list of declarations', () => {
  const folder = '/home/asha/src'
  const approval = sampleApproval(one, { folder })
  const standing = (looks: Parameters<typeof declarationRows>[1]): string | undefined =>
    declarationRows([approval], looks)[0]?.standing

  it('tells an approval whose file, or whose folder, is gone', () => {
    expect(standing([sampleLook(folder)])).toBe('file-gone')
    expect(standing([sampleLook(folder, { found: false })])).toBe('folder-gone')
  })

  it('takes the standing from the file as it lies there', () => {
    const lying = (change: Parameters<typeof sampleDeclaration>[1]): string | undefined =>
      standing([sampleLook(folder, { declaration: sampleDeclaration(one, { folder, ...change }) })])
    expect(lying({ standing: 'approved' })).toBe('approved')
    expect(lying({ standing: 'changed' })).toBe('changed')
    expect(lying({ standing: 'unusable', error: appError('declaration-link') })).toBe('unusable')
  })

  it('claims nothing while nobody has looked', () => {
    expect(standing([])).toBe('unknown')
  })

  it('shows a file beside a rule that nobody has approved, once', () => {
    const declaration = sampleDeclaration(two, { folder })
    const rows = declarationRows([], [sampleLook(folder, { declaration })])
    expect(rows.map((row) => [row.folder, row.standing, row.approval])).toEqual([[folder, 'new', null]])
    expect(declarationRows([approval], [sampleLook(folder, { declaration })])).toHaveLength(1)
  })
})

describe('the reason of an answer', () => {
  it('names the folder that decided, not the one that was asked about', () => {
    const who = sampleWho(one, { folder: '/home/asha/infra/deep', decidedIn: '/home/asha/infra' })
    expect(reasonText(who, false)).toContain('/home/asha/infra says')
  })

  it('has a sentence of its own for each reason', () => {
    const reasons = ['named', 'environment', 'folder-rule', 'declaration', 'active', 'only-one'] as const
    const said = [...reasons, 'active-for-client' as const].map((reason) =>
      reasonText(
        sampleWho(one, { outcome: { kind: 'account', ...one, clientId: null, reason } as never }),
        false,
      ),
    )
    expect(new Set(said).size).toBe(7)
  })
})

describe('the palette and the folders', () => {
  const world = (readOnly: boolean): PaletteWorld => {
    const snapshot = sampleSnapshot(2, {
      readOnly,
      folders: { rules: [sampleRule(1, one)], approvals: [sampleApproval(two)] },
    })
    return { snapshot } as PaletteWorld
  }

  it('offers for each rule and each approval what the page offers', () => {
    const texts = folderCommands(world(false)).map((command) => command.text)
    expect(texts).toEqual([
      'Which account here?…',
      'Add a rule…',
      'Show rule: /home/asha/work/project-001',
      'Change rule: /home/asha/work/project-001',
      'Remove rule: /home/asha/work/project-001',
      'Which account here?: /home/asha/src/from-a-stranger',
      'Approve: /home/asha/src/from-a-stranger',
      'What it does: Use it here: /home/asha/src/from-a-stranger',
      'Withdraw approval: /home/asha/src/from-a-stranger',
    ])
  })

  it('only looks while nothing can be changed', () => {
    const ids = folderCommands(world(true)).map((command) => command.id.replace(/-\/.*/, ''))
    expect(ids).toEqual(['who-here', 'rule-show', 'declaration-show'])
  })
})
