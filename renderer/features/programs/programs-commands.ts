import { m } from '../../messages/generated/messages.js'
import { clock } from '../../state/clock.svelte.ts'
import type { Maker, PaletteCommand } from '../palette/palette-command.ts'
import { visibleName } from '../sign-in/scope-names.ts'
import { isOver } from './lease-list.ts'
import { doorText, titleOfLease } from './lease-text.ts'
import { ProgramActions } from './program-actions.ts'
import { programView } from './program-view.svelte.ts'

/** Locking, giving, taking back, and the questions that wait: whatever a button of these pages does. */
export const programCommands: Maker = ({ snapshot, actions, navigation }) => {
  const { now } = clock
  const { doors, leases, asks, readOnly } = snapshot
  const programs = new ProgramActions(actions.tools)
  const make = (id: string, text: string, run: () => unknown): PaletteCommand => ({
    id,
    text,
    hint: m.programs(),
    run: () => void run(),
  })
  const questions = asks.map(({ askId, program }) =>
    make(`ask-${askId}`, m.ask_show({ name: visibleName(program.name) }), () => programView.showAsk(askId)),
  )
  const shows = leases
    .filter((lease) => !isOver(lease, now))
    .flatMap((lease) => {
      const { leaseId, file } = lease
      const about = `${titleOfLease(lease)} · ${doorText(lease.door)}`
      const show = make(`lease-${leaseId}`, about, () => navigation.go({ page: 'programs', leaseId }))
      if (readOnly) return [show]
      const ask = (what: 'take-back' | 'undo', text: string): PaletteCommand =>
        make(`lease-${what}-${leaseId}`, `${text}: ${about}`, () =>
          navigation.go({ page: 'programs', leaseId, ask: what }),
        )
      return [
        show,
        ask('take-back', m.take_back()),
        ...(file === null ? [] : [ask('undo', m.undo_file_now())]),
      ]
    })
  if (readOnly) return [...questions, ...shows]
  const lock =
    doors.locked === null
      ? make('lock-doors', m.lock_doors(), actions.lockDoors)
      : make('lock-doors', m.unlock_doors(), actions.unlockDoors)
  const unmute = doors.muted.map(({ programKey, name }) =>
    make(`unmute-${programKey}`, `${m.listen_again()}: ${visibleName(name)}`, () =>
      programs.unmute(programKey),
    ),
  )
  const all = leases.some((lease) => !isOver(lease, now))
    ? [
        make('take-all', m.take_back_all(), () =>
          navigation.go({ page: 'programs', leaseId: null, ask: 'take-all' }),
        ),
      ]
    : []
  const give = make('give-access', m.give_access(), () =>
    navigation.go({ page: 'programs', leaseId: null, ask: 'give' }),
  )
  return [...questions, lock, give, ...all, ...unmute, ...shows]
}
