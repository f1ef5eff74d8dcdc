/** Signing in on another device: a code is shown here and entered there (google-oauth.md 5, RFC 8628). */
import type { AppError, Outcome } from '../../../../contract/outcome.ts'
import { appError, fail } from '../../../../contract/outcome.ts'
import { allowedOnDevices } from '../../../../contract/scopes/device-scopes.ts'
import { clientAuthentication } from '../../../clients/client-authentication.ts'
import { fetchIssuerKeys } from '../../../clients/issuer-keys.ts'
import type { HttpRequest } from '../../../ports.ts'
import type { TokenResponse } from '../read-tokens.ts'
import { readTokens } from '../read-tokens.ts'
import type { DeviceCode, PollAnswer } from './device-answer.ts'
import { readDeviceCode, readPollAnswer } from './device-answer.ts'
import type { Instant } from './device-pace.ts'
import { DevicePace, instantOf } from './device-pace.ts'
import type { Obtained, Stage, Way } from './way.ts'

/** Google names the standard's grant in full. */
const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
/** The code is used up when the keys are asked for, so that a network that fails just then is waited for, ms. */
const keyRetriesMs: readonly number[] = [1000, 3000, 10_000, 30_000]

export class DeviceWay implements Way {
  readonly needsSecret = true
  readonly #abort = new AbortController()
  #stage: Stage | null = null
  #shown: { readonly code: DeviceCode; readonly pace: DevicePace } | null = null
  #network: AppError | null = null
  #browser: AppError | null = null

  /** The page at which the code is entered, while it can be. */
  get link(): string | null {
    return this.#shown?.code.page ?? null
  }

  /** Asks for a code, shows it and asks for the tokens, at most once an interval, until the code is used or over. */
  async obtain(stage: Stage): Promise<Obtained> {
    const forbidden = stage.asked.find((scope) => !allowedOnDevices(scope))
    if (forbidden !== undefined)
      return failed(appError('device-scope-not-allowed', { scope: forbidden.slice(0, 200) }))
    const stop = (): void => this.#abort.abort()
    if (stage.signal.aborted) stop()
    stage.signal.addEventListener('abort', stop, { once: true })
    this.#stage = stage
    try {
      return await this.#requestCode(stage)
    } finally {
      stage.signal.removeEventListener('abort', stop)
      this.#shown?.pace.close()
      this.#shown = null
    }
  }

  /** Opens that page in a browser of this machine. */
  async openBrowser(): Promise<void> {
    const page = this.link
    if (this.#stage === null || page === null) return
    const { ports, settings } = this.#stage.context
    const opened = await ports.browser.open(page, settings.current().browser)
    this.#browser = opened.ok ? null : opened.error
    this.#show()
  }

  answers(): boolean {
    return false
  }

  took(): boolean {
    return false
  }

  paste(): Outcome<null> {
    return fail('way-not-possible')
  }

  /** No browser waits here. */
  reply(): void {
    return
  }

  close(): Promise<void> {
    this.#abort.abort()
    this.#shown?.pace.close()
    return Promise.resolve()
  }

  async #requestCode(stage: Stage): Promise<Obtained> {
    const { context, client, asked } = stage
    stage.offer(null)
    stage.show({ kind: 'requesting-code' })
    const begun = instantOf(context.ports.clock)
    const fields = { client_id: client.clientId, scope: asked.join(' ') }
    const result = await context.ports.http.fetch(context.issuer.deviceEndpoint, this.#form(fields))
    if (result.kind === 'aborted' || this.#abort.signal.aborted) return aborted
    const code = readDeviceCode(result, context.issuer)
    return code.ok ? this.#untilEntered(stage, code.value, begun) : failed(code.error)
  }

  async #untilEntered(stage: Stage, code: DeviceCode, begun: Instant): Promise<Obtained> {
    const pace = new DevicePace(stage.context.ports, { ...code, begun }, this.#abort.signal)
    this.#shown = { code, pace }
    stage.waitUntil(pace.endsAt())
    this.#show()
    for (;;) {
      const turn = await pace.nextTurn()
      if (turn === 'aborted') return aborted
      if (turn === 'expired') return failed(appError('device-code-expired'))
      const answer = await this.#poll(stage, code)
      if (answer === null) return aborted
      if (answer.kind === 'failed') return failed(endOf(answer.error, pace))
      if (answer.kind === 'granted') return this.#accept(stage, answer.tokens, pace)
      this.#goOn(stage, answer, pace)
    }
  }

  async #poll(stage: Stage, code: DeviceCode): Promise<PollAnswer | null> {
    const { context, client, clientSecret } = stage
    const proof = clientAuthentication(client, clientSecret)
    const fields = { ...proof.fields, device_code: code.deviceCode.reveal(), grant_type: grantType }
    const request = this.#form(fields, proof.headers)
    const result = await context.ports.http.fetch(context.issuer.tokenEndpoint, request)
    return result.kind === 'aborted' || this.#abort.signal.aborted ? null : readPollAnswer(result)
  }

  /** Nobody has entered it yet, or nothing came through. */
  #goOn(
    stage: Stage,
    answer: Exclude<PollAnswer, { readonly kind: 'failed' | 'granted' }>,
    pace: DevicePace,
  ): void {
    const before = { error: this.#network?.code, intervalMs: pace.intervalMs }
    pace.answered(answer.kind === 'passing' ? 'failure' : answer.kind)
    this.#network = answer.kind === 'passing' ? answer.error : null
    if (pace.clockJumped()) stage.waitUntil(pace.endsAt())
    // What did not change is not told again: a code waits for half an hour.
    if (before.error !== this.#network?.code || before.intervalMs !== pace.intervalMs) this.#show()
  }

  async #accept(stage: Stage, tokens: TokenResponse, pace: DevicePace): Promise<Obtained> {
    const { context, client, asked } = stage
    this.#shown = null
    try {
      stage.show({ kind: 'exchanging' })
      const token = tokens['id_token']
      if (typeof token !== 'string' || token === '') return failed(appError('id-token-missing'))
      const keys = await this.#keys(stage, pace)
      if (keys.kind !== 'keys') return keys
      const expected = { issuer: context.issuer, clientId: client.clientId, now: context.now() }
      // Loaded when somebody signs in: a start does without it.
      const { checkIdToken } = await import('../id-token.ts')
      const claims = await checkIdToken(token, keys.keys, expected)
      if (!claims.ok) return failed(claims.error)
      const read = readTokens(tokens, claims.value, { issuer: context.issuer, asked })
      return read.kind === 'exchanged' ? { kind: 'refresh-token', value: read.value } : read
    } finally {
      pace.close()
    }
  }

  async #keys({ context }: Stage, pace: DevicePace): ReturnType<typeof fetchIssuerKeys> {
    for (const waitMs of [...keyRetriesMs, null]) {
      const keys = await fetchIssuerKeys(context.ports.http, context.issuer, this.#abort.signal)
      if (keys.kind !== 'failed' || waitMs === null) return keys
      if (!(await pace.pause(waitMs))) return aborted
    }
    return aborted
  }

  #form(
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): HttpRequest {
    return {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        ...headers,
      },
      body: new URLSearchParams(fields).toString(),
      signal: this.#abort.signal,
    }
  }

  #show(): void {
    if (this.#stage === null || this.#shown === null || this.#abort.signal.aborted) return
    const { code, pace } = this.#shown
    const { userCode, page, scan } = code
    const notice = this.#network ?? this.#browser
    this.#stage.show({ kind: 'showing-code', userCode, page, scan, intervalMs: pace.intervalMs, notice })
  }
}

/** A code whose time is up is no longer known; that somebody used it is the wrong thing to say then. */
function endOf(error: AppError, pace: DevicePace): AppError {
  const over = error.code === 'device-code-claimed' && pace.leftMs() <= 0
  return over ? appError('device-code-expired') : error
}

const aborted = { kind: 'aborted' } as const
const failed = (error: AppError): { readonly kind: 'failed'; readonly error: AppError } => ({
  kind: 'failed',
  error,
})
