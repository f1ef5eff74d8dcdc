/** Signing in from a terminal: over ssh, in a container, on a machine without a display. */
import type { CommandHandlers } from '../contract/answer.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { errors } from '../contract/errors.ts'
import type { AppError } from '../contract/outcome.ts'
import { fillDetails } from '../contract/fill-details.ts'
import { appError } from '../contract/outcome.ts'
import type { AccountView, ClientView, FlowStep, FlowView, Snapshot } from '../contract/views.ts'
import type { TypedClipboard } from './clipboard.ts'
import { codeCard } from './code-card.ts'
import type { Terminal } from './terminal.ts'

export interface LoginWish {
  /** A client by its id or label; null takes the only one. */
  readonly client: string | null
  /** An account by its e-mail address or label; null lets anybody sign in. */
  readonly account: string | null
  readonly scopes: readonly string[]
  /** A code to be entered on another device. */
  readonly device: boolean
}

/** Those of the contract's commands that a sign-in needs. */
export type LoginHandlers = Pick<
  CommandHandlers,
  | 'app.snapshot'
  | 'signIn.start'
  | 'signIn.copyLink'
  | 'signIn.paste'
  | 'signIn.cancel'
  | 'signIn.chooseAccount'
>

/** As much of the product as a sign-in needs. */
export interface LoginParts {
  readonly handlers: LoginHandlers
  readonly terminal: Terminal
  readonly clipboard: TypedClipboard
  /** Tells each new view of a sign-in; answers what stops the telling. */
  watch(onFlow: (flow: FlowView) => void): () => void
  /** Comes when nothing more will be told of sign-ins, because whoever has the profile open is gone. */
  readonly lost?: Promise<AppError>
  /** Ends when somebody pressed Ctrl+C. */
  readonly signal: AbortSignal
  /** Who was signed in, after it was said. */
  readonly onDone?: (email: string) => void
}

/** Answers whether somebody was signed in. What there is to say has been said by then. */
export async function login(parts: LoginParts, options: LoginWish): Promise<boolean> {
  const chosen = await choose(parts, options)
  if (chosen === null || parts.signal.aborted) return false
  const { client, account } = chosen
  const watching = watchOne(parts)
  const started = await parts.handlers['signIn.start']({
    clientId: client.clientId,
    scopes: [...options.scopes],
    accountId: account?.accountId ?? null,
    elsewhere: true,
    ...(options.device ? { way: 'device' as const } : {}),
  })
  if (!started.ok) {
    watching.stop()
    return told(parts.terminal, started.error)
  }
  const { flowId } = started.value
  const flow = watching.of(flowId)
  const stop = (): void => flow.end(null)
  parts.signal.addEventListener('abort', stop, { once: true })
  if (parts.signal.aborted) stop()
  void parts.lost?.then((error) => flow.end(error))
  try {
    return await new Conversation(parts, flowId).hold(flow)
  } finally {
    parts.signal.removeEventListener('abort', stop)
    watching.stop()
    if (parts.signal.aborted) await parts.handlers['signIn.cancel']({ flowId })
  }
}

interface Chosen {
  readonly client: ClientView
  readonly account: AccountView | null
}

/** Null where that cannot be told, which has been said then. */
async function choose({ handlers, terminal }: LoginParts, options: LoginWish): Promise<Chosen | null> {
  const snapshot = await handlers['app.snapshot']({})
  if (!snapshot.ok) return tell(terminal, snapshot.error)
  const client = chooseClient(snapshot.value, options)
  if (!client) return sayClients(terminal, snapshot.value, options)
  if (options.account === null) return { client, account: null }
  const wanted = options.account.toLowerCase()
  const fitting = snapshot.value.accounts.filter(({ email, label }) =>
    [email.toLowerCase(), label?.toLowerCase()].includes(wanted),
  )
  const [account] = fitting
  if (account && fitting.length === 1) return { client, account }
  const code = account ? 'account-ambiguous' : 'account-unknown'
  return tell(terminal, appError(code, { name: options.account.slice(0, longestName) }))
}

/** As much of a name as is repeated. */
const longestName = 120

function sayClients(terminal: Terminal, { clients }: Snapshot, { client, device }: LoginWish): null {
  if (clients.length === 0) {
    terminal.say('There is no client yet. Bring one: latchkey import FILE')
    return null
  }
  if (client !== null) tell(terminal, appError('client-unknown', { name: client.slice(0, longestName) }))
  else if (device && clients.every(({ ways }) => !ways.includes('device')))
    terminal.say('None of the clients is one for devices. Bring one of type “TVs and Limited Input devices”.')
  else terminal.say('There are several clients. Say which one with --client.')
  terminal.say('Clients here:', ...clients.map(({ label, clientId }) => `  ${label}  (${clientId})`))
  return null
}

/** The one named, otherwise the only one that fits. */
function chooseClient({ clients }: Snapshot, { client, device }: LoginWish): ClientView | undefined {
  if (client !== null) return clients.find(({ clientId, label }) => clientId === client || label === client)
  const fitting = clients.filter((one) => !device || one.ways.includes('device'))
  return fitting.length === 1 ? fitting[0] : undefined
}

/** Keeps what is told before the id is known. */
function watchOne(parts: LoginParts): { of(flowId: string): AsyncFlow; stop(): void } {
  const flow = new AsyncFlow()
  const stop = parts.watch((view) => flow.push(view))
  return {
    of: (flowId) => {
      flow.only(flowId)
      return flow
    },
    stop,
  }
}

/** The views of one sign-in, one after the other. */
class AsyncFlow {
  #views: FlowView[] = []
  #flowId: string | null = null
  #ended: { readonly error: AppError | null } | null = null
  #wake: () => void = () => undefined

  /** Nothing more comes; `error` says why, null where the person ended it. */
  end(error: AppError | null): void {
    this.#ended ??= { error }
    this.#wake()
  }

  push(view: FlowView): void {
    if (this.#flowId !== null && view.flowId !== this.#flowId) return
    this.#views.push(view)
    this.#wake()
  }

  only(flowId: string): void {
    this.#flowId = flowId
    this.#views = this.#views.filter((view) => view.flowId === flowId)
  }

  /** What came before the end still counts. */
  async next(): Promise<FlowView | { readonly error: AppError | null }> {
    for (;;) {
      const next = this.#views.shift() ?? this.#ended
      if (next) return next
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

/** What is said to the person while a sign-in goes on. */
class Conversation {
  readonly #parts: LoginParts
  readonly #flowId: string
  #shown = ''
  /** Ends the question that stands, because it is answered otherwise. */
  #asking: AbortController | null = null

  constructor(parts: LoginParts, flowId: string) {
    this.#parts = parts
    this.#flowId = flowId
  }

  async hold(flow: AsyncFlow): Promise<boolean> {
    for (;;) {
      const view = await flow.next()
      if ('error' in view) return this.#cut(view.error)
      const { step } = view
      if (step.kind !== 'waiting') this.#stopAsking()
      if (step.kind === 'done') return this.#done(step)
      if (step.kind === 'failed') return told(this.#parts.terminal, step.error)
      this.#say(view)
    }
  }

  #cut(error: AppError | null): false {
    this.#stopAsking()
    if (error) tell(this.#parts.terminal, error)
    return false
  }

  /** Each step once, and each notice that comes with it. */
  #say(view: FlowView): void {
    const { step } = view
    const notice = 'notice' in step ? step.notice : null
    const key = `${step.kind} ${notice?.code ?? ''} ${'userCode' in step ? step.userCode : ''}`
    if (key === this.#shown) return
    const first = !this.#shown.startsWith(`${step.kind} `)
    this.#shown = key
    if (notice) tell(this.#parts.terminal, notice)
    if (first) this.#introduce(view, step)
  }

  #introduce(view: FlowView, step: FlowStep): void {
    const { terminal } = this.#parts
    switch (step.kind) {
      case 'waiting':
        return void this.#offerLink(view)
      case 'showing-code': {
        const minutes = Math.max(1, Math.round((view.endsAt - view.startedAt) / 60_000))
        return terminal.say(...codeCard({ ...step, minutes }, terminal.looks()))
      }
      case 'port-busy':
        return terminal.say(
          `Port ${String(step.port)} is taken${step.program ? ` by ${step.program}` : ''}; waiting.`,
        )
      case 'choosing-account':
        return void this.#askWhich(step.arrivedEmail)
      default:
    }
  }

  async #offerLink({ answer }: FlowView): Promise<void> {
    const { terminal, clipboard, handlers } = this.#parts
    clipboard.onCopy((link) =>
      terminal.say('', 'Open this address in any browser and sign in there:', '', link, ''),
    )
    await handlers['signIn.copyLink']({ flowId: this.#flowId })
    if (answer?.forward) {
      terminal.say(
        'If that browser is on a machine from which you reach this one by ssh, type there first:',
        `  ${answer.forward}`,
        'and the answer arrives here by itself.',
        '',
      )
    }
    if (answer?.paste === true) await this.#takePaste(answer.forward !== null)
  }

  /** The pasted line goes to main as the clipboard would; it is not shown and not kept. */
  async #takePaste(canArriveOtherwise: boolean): Promise<void> {
    const { terminal, clipboard, handlers } = this.#parts
    const question =
      'Otherwise the browser ends at a page that does not load. Copy its whole address and paste it here (it is not shown):'
    this.#asking = new AbortController()
    const { signal } = this.#asking
    for (;;) {
      const line = await terminal.ask(question, signal)
      if (line === null) return signal.aborted || canArriveOtherwise ? undefined : this.#giveUp()
      if (line.trim() === '') continue
      clipboard.hold(line)
      const taken = await handlers['signIn.paste']({ flowId: this.#flowId })
      clipboard.hold('')
      if (taken.ok) return
      tell(terminal, taken.error)
    }
  }

  async #askWhich(email: string): Promise<void> {
    const { terminal, handlers } = this.#parts
    this.#asking = new AbortController()
    const { signal } = this.#asking
    const answer = await terminal.ask(
      `${email} signed in, which is another account. Keep it? (yes/no)`,
      signal,
    )
    if (signal.aborted) return
    if (answer === null) terminal.say('There is no more input, so it is not kept.')
    const keep = /^y(es)?$/i.test(answer?.trim() ?? '')
    await handlers['signIn.chooseAccount']({ flowId: this.#flowId, keep })
  }

  /** Nobody can paste any more, and nothing else can bring the answer. */
  async #giveUp(): Promise<void> {
    const { terminal, handlers } = this.#parts
    terminal.say('There is no more input, so this sign-in cannot be answered.')
    await handlers['signIn.cancel']({ flowId: this.#flowId })
  }

  #stopAsking(): void {
    this.#asking?.abort()
    this.#asking = null
  }

  #done(step: Extract<FlowStep, { readonly kind: 'done' }>): boolean {
    const { terminal, onDone } = this.#parts
    onDone?.(step.email)
    terminal.say(`Signed in: ${step.email}`)
    if (step.declined.length > 0) terminal.say('Not granted:', ...step.declined.map((scope) => `  ${scope}`))
    return true
  }
}

function told(terminal: Terminal, error: AppError): false {
  tell(terminal, error)
  return false
}

/** What the window could do about it and a terminal cannot: the clipboard is another program's here. */
const ownWords: Partial<Record<ErrorCode, string>> = {
  'paste-refresh-token':
    'That is a refresh token. It was not looked at. Take it out of your clipboard, and revoke it if it lay anywhere else.',
  'paste-secret': 'That is a secret. It was not looked at. Take it out of your clipboard.',
}

/** An error in words: what happened, and what to do. */
export function tell(terminal: Terminal, { code, message, details }: AppError): null {
  const own = ownWords[code]
  if (own === undefined) terminal.say(message, fillDetails(errors[code].next, details))
  else terminal.say(own)
  return null
}
