import type { LeaseFilter, LeaseSort } from './lease-list.ts'

/** How the page of programs was left, and which question is in front; kept while the window lives. */
class ProgramView {
  query = $state('')
  filter = $state<LeaseFilter>('live')
  sort = $state<LeaseSort>('used')
  /** The question that the person chose to see; null for the one that waits longest. */
  askId = $state<string | null>(null)
  /** The question is put aside: one line of it stays. */
  aside = $state(false)
  /** What had the keyboard before it went to the question. */
  #before: HTMLElement | null = null

  /** Puts the keyboard on the question, if one waits. False where there is none. */
  focusAsk = (): boolean => {
    const card = document.querySelector<HTMLElement>('[data-question]')
    if (!card) return false
    this.aside = false
    const active = document.activeElement
    if (active instanceof HTMLElement && !card.contains(active)) this.#before = active
    card.focus()
    return true
  }

  showAsk = (askId: string): void => {
    this.askId = askId
    this.aside = false
  }

  /** Puts the keyboard back to where it was, as long as that is still there. */
  giveBack = (): void => {
    if (this.#before?.isConnected) this.#before.focus()
    this.#before = null
  }
}

export const programView = new ProgramView()
