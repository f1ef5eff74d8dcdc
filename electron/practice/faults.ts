/**
 * What can go wrong on purpose at the endpoints that programs ask: for tests and for rehearsing. Faults that strike
 * before the request is carried out change nothing; the others spoil the answer of a request that was.
 */
import * as v from 'valibot'
import type { PracticeView } from '../contract/views.ts'
import type { Answer } from './server.ts'
import type { EndpointErrorName } from './token-errors.ts'
import { endpointErrors, errorAnswer } from './token-errors.ts'

/** Where faults can strike. */
export const faultEndpoints = ['token', 'revoke', 'tokeninfo', 'device'] as const
export type FaultEndpoint = (typeof faultEndpoints)[number]

const ms = v.pipe(v.number(), v.finite())
const bytes = v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(8192))
const headerText = v.pipe(v.string(), v.regex(/^[\x20-\x7E]{1,200}$/))
const errorNames = Object.keys(endpointErrors) as [EndpointErrorName, ...EndpointErrorName[]]

export const faultSchema = v.variant('kind', [
  /** In place of an answer; the request changes nothing. */
  v.strictObject({
    kind: v.literal('status'),
    status: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
    /** Seconds, or a date as HTTP writes it. */
    retryAfter: v.exactOptional(v.union([v.pipe(v.number(), v.integer(), v.minValue(0)), headerText])),
  }),
  v.strictObject({ kind: v.literal('html') }),
  v.strictObject({
    kind: v.literal('huge-body'),
    bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64e6)),
  }),
  v.strictObject({ kind: v.literal('error'), name: v.picklist(errorNames) }),
  /** The request is carried out, and its answer is lost or spoilt. */
  v.strictObject({ kind: v.literal('truncated-json') }),
  v.strictObject({ kind: v.literal('content-type'), value: headerText }),
  /** Before the request was read, before an answer (the usual one), after its headers, or in the middle of its body. */
  v.strictObject({
    kind: v.literal('dropped-connection'),
    stage: v.exactOptional(v.picklist(['before-request', 'before-answer', 'after-headers', 'mid-body'])),
  }),
  v.strictObject({ kind: v.literal('latency'), ms: v.pipe(ms, v.minValue(0), v.maxValue(120_000)) }),
  /** A revocation is answered at once and takes effect so many ms of machine time later. */
  v.strictObject({ kind: v.literal('revoke-lag'), ms: v.pipe(ms, v.minValue(0), v.maxValue(3_600_000)) }),
  v.strictObject({ kind: v.literal('date-header'), byMs: ms }),
  /** The answer is well formed and its content wrong. */
  v.strictObject({ kind: v.literal('token-type'), value: v.string() }),
  v.strictObject({ kind: v.literal('no-scope') }),
  /** Only where a redirect brings a token: what should be in its fragment is not, or the token is another client's. */
  v.strictObject({ kind: v.literal('no-state') }),
  v.strictObject({ kind: v.literal('no-expires-in') }),
  v.strictObject({ kind: v.literal('foreign-client') }),
  /** A refresh answers with every scope of the grant and these, whatever was asked. */
  v.strictObject({ kind: v.literal('wider-scope'), scopes: v.array(v.string()) }),
  /** A refresh answers with a new refresh token; the old one dies with it, or lives on. */
  v.strictObject({ kind: v.literal('rotate'), old: v.picklist(['dies', 'lives']) }),
  v.strictObject({ kind: v.literal('no-refresh-token') }),
  v.strictObject({ kind: v.literal('no-id-token') }),
  v.strictObject({ kind: v.literal('foreign-id-token') }),
  v.strictObject({ kind: v.literal('expired-id-token') }),
  v.strictObject({ kind: v.literal('wrong-nonce') }),
  /** The server's clock is wrong: Date header and id token both (ms ahead). */
  v.strictObject({ kind: v.literal('skewed-clock'), byMs: ms }),
  v.strictObject({
    kind: v.literal('token-sizes'),
    code: v.exactOptional(bytes),
    accessToken: v.exactOptional(bytes),
    refreshToken: v.exactOptional(bytes),
  }),
])
export type Fault = v.InferOutput<typeof faultSchema>
type FaultKind = Fault['kind']
type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>

/** The faults that strike one request. */
export class ActiveFaults {
  readonly #faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    this.#faults = faults
  }

  find<K extends FaultKind>(kind: K): FaultOf<K> | null {
    return (this.#faults.find((fault) => fault.kind === kind) as FaultOf<K> | undefined) ?? null
  }

  has(kind: FaultKind): boolean {
    return this.find(kind) !== null
  }
}

export type NamedFault = NonNullable<PracticeView['fault']>

/** What a person can turn on from the practice strip, and where it strikes. */
const namedFaults = {
  offline: { fault: { kind: 'dropped-connection', stage: 'before-request' }, at: faultEndpoints },
  portal: { fault: { kind: 'html' }, at: faultEndpoints },
  'server-error': { fault: { kind: 'status', status: 503 }, at: faultEndpoints },
  busy: { fault: { kind: 'status', status: 429, retryAfter: 30 }, at: faultEndpoints },
  slow: { fault: { kind: 'latency', ms: 8000 }, at: faultEndpoints },
  'revoke-lost': { fault: { kind: 'dropped-connection', stage: 'before-answer' }, at: ['revoke'] },
  'revoke-lag': { fault: { kind: 'revoke-lag', ms: 5000 }, at: ['revoke'] },
} as const satisfies Record<NamedFault, { readonly fault: Fault; readonly at: readonly FaultEndpoint[] }>
export const faultNames = Object.keys(namedFaults) as [NamedFault, ...NamedFault[]]

export interface FaultBoard {
  /** `times` null means until cleared. Faults add up. */
  set(fault: Fault, times: number | null, endpoint: FaultEndpoint): void
  /** One standing fault by its name, beside the others; null takes it away. */
  name(fault: NamedFault | null): void
  named(): NamedFault | null
  /** Takes all away, the named one too. */
  clear(): void
  /** The faults for the next request at an endpoint; uses up one time of each. */
  take(endpoint: FaultEndpoint): ActiveFaults
  /** The same without using anything up: for the pages before the token endpoint. */
  peek(endpoint: FaultEndpoint): ActiveFaults
}

interface FaultRule {
  readonly fault: Fault
  readonly times: number | null
  readonly endpoint: FaultEndpoint
}

export function createFaultBoard(): FaultBoard {
  let rules: readonly FaultRule[] = []
  let named: NamedFault | null = null
  const active = (endpoint: FaultEndpoint): ActiveFaults => {
    const own = rules.filter((rule) => rule.endpoint === endpoint).map((rule) => rule.fault)
    return new ActiveFaults([...own, ...standing(named, endpoint)])
  }
  return {
    set: (fault, times, endpoint) => {
      rules = [...rules, { fault, times, endpoint }]
    },
    name: (fault) => {
      named = fault
    },
    named: () => named,
    clear: () => {
      rules = []
      named = null
    },
    peek: active,
    take: (endpoint) => {
      const taken = active(endpoint)
      rules = rules
        .map((rule) => (rule.endpoint === endpoint ? usedOnce(rule) : rule))
        .filter((rule) => rule.times === null || rule.times > 0)
      return taken
    },
  }
}

function standing(name: NamedFault | null, endpoint: FaultEndpoint): readonly Fault[] {
  if (name === null) return []
  const { fault, at }: { fault: Fault; at: readonly FaultEndpoint[] } = namedFaults[name]
  return at.includes(endpoint) ? [fault] : []
}

function usedOnce(rule: FaultRule): FaultRule {
  return rule.times === null ? rule : { ...rule, times: rule.times - 1 }
}

/** The answer that stands in for the whole request, or null when the request is to be carried out. */
export function answerInstead(faults: ActiveFaults): Answer | null {
  const named = faults.find('error')
  if (named) return errorAnswer(named.name)
  const status = faults.find('status')
  if (status) return statusAnswer(status)
  if (faults.has('html'))
    return text(200, 'text/html; charset=utf-8', '<!doctype html><title>Welcome</title>')
  const huge = faults.find('huge-body')
  if (huge) return text(200, 'application/json; charset=utf-8', `{"pad":"${'x'.repeat(huge.bytes)}"}`)
  return null
}

/** Spoils the answer of a request that was carried out. `now` is practice time, ms. */
export function spoil(answer: Answer, faults: ActiveFaults, now: number): Answer {
  const skew = (faults.find('date-header')?.byMs ?? 0) + (faults.find('skewed-clock')?.byMs ?? 0)
  const dated = skew === 0 ? answer : withHeader(answer, 'date', new Date(now + skew).toUTCString())
  const type = faults.find('content-type')
  const typed = type === null ? dated : withHeader(dated, 'content-type', type.value)
  const drop = faults.find('dropped-connection')
  if (drop) return { ...typed, breaks: drop.stage ?? 'before-answer' }
  if (faults.has('truncated-json')) return { ...typed, body: typed.body.slice(0, typed.body.length / 2) }
  return typed
}

/** Whether the next request at an endpoint is dropped before it is read. */
export function dropsUnread(faults: ActiveFaults): boolean {
  return faults.find('dropped-connection')?.stage === 'before-request'
}

function statusAnswer({ status, retryAfter }: FaultOf<'status'>): Answer {
  const answer = text(status, 'text/plain; charset=utf-8', '')
  return retryAfter === undefined ? answer : withHeader(answer, 'retry-after', String(retryAfter))
}

function withHeader(answer: Answer, name: string, value: string): Answer {
  return { ...answer, headers: { ...answer.headers, [name]: value } }
}

function text(status: number, type: string, body: string): Answer {
  return { status, headers: { 'content-type': type, 'cache-control': 'no-store' }, body }
}
