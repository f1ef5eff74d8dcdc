import { m } from '../../messages/generated/messages.js'
import type { Maker, PaletteCommand, PaletteWorld } from '../palette/palette-command.ts'
import { shortPath } from './folder-path.ts'

/** Picks a folder first; nothing begins where the person closes that dialog. */
async function withFolder({ actions, navigation }: PaletteWorld, ask?: 'add'): Promise<void> {
  const folder = await actions.pickFolder()
  if (folder !== null) navigation.go({ page: 'folders', folder, ...(ask ? { ask } : {}) })
}

/** Which account is meant where, and what says so: the same as on the page of folders. */
export const folderCommands: Maker = (world) => {
  const { snapshot, actions, navigation } = world
  const { rules, approvals } = snapshot.folders
  const make = (id: string, text: string, folder: string, run: () => void): PaletteCommand => ({
    id: `${id}-${folder}`,
    text: `${text.replace(/…$/, '')}: ${shortPath(folder)}`,
    hint: m.folders(),
    run,
  })
  const general: PaletteCommand[] = [
    { id: 'who-here', text: m.who_here_ask(), hint: m.folders(), run: () => void withFolder(world) },
  ]
  if (!snapshot.readOnly && snapshot.accounts.length > 0)
    general.push({
      id: 'rule-add',
      text: m.rule_add(),
      hint: m.folders(),
      run: () => void withFolder(world, 'add'),
    })
  const show = (id: string, text: string, folder: string): PaletteCommand =>
    make(id, text, folder, () => navigation.go({ page: 'folders', folder }))
  const ofRules = rules.flatMap(({ folder }) => [
    show('rule-show', m.rule_show(), folder),
    ...(snapshot.readOnly
      ? []
      : (['change', 'remove'] as const).map((ask) =>
          make(`rule-${ask}`, ask === 'change' ? m.rule_change() : m.rule_remove(), folder, () =>
            navigation.go({ page: 'folders', folder, ask }),
          ),
        )),
  ])
  const ofApprovals = approvals.flatMap(({ folder, digest, effect }) => {
    const other = effect === 'check' ? 'use' : 'check'
    const otherText = other === 'check' ? m.effect_check() : m.effect_use()
    return [
      show('declaration-show', m.who_here(), folder),
      ...(snapshot.readOnly
        ? []
        : [
            make('declaration-approve', m.approve_ask(), folder, () =>
              navigation.go({ page: 'folders', folder, ask: 'approve' }),
            ),
            make(
              'declaration-effect',
              `${m.effect()}: ${otherText}`,
              folder,
              () => void actions.approveDeclaration(folder, digest, other),
            ),
            make(
              'declaration-withdraw',
              m.approve_withdraw(),
              folder,
              () => void actions.withdrawDeclaration(folder),
            ),
          ]),
    ]
  })
  return [...general, ...ofRules, ...ofApprovals]
}
