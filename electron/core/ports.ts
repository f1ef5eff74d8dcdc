/**
 * What core needs from the world outside. Nouns of the need; the adapters that implement them name the
 * technology. Each port has exactly one fake, in `test/support`.
 */
import type { AppError, Outcome } from '../contract/outcome.ts'
import type { CommandParams } from '../contract/commands.ts'
import type { ClientKind } from '../contract/kinds.ts'
import type { KeyTrace } from '../contract/service.ts'
import type { BrowserChoice, PracticeView, ProxyChoice } from '../contract/views.ts'
import type { Secret } from './secret.ts'

/** The time of the profile, epoch ms. In practice it is the machine's time plus the practice offset. */
export interface Clock {
  now(): number
  /** Profile time minus this machine's time, ms. Zero in the real profile. */
  offsetMs(): number
  /** Machine time that only goes forward, ms from any beginning: against it a jump of `now` is noticed. */
  elapsedMs(): number
}

/** Waits in real time, whatever the profile's clock says. `after` returns what cancels it. */
export interface Timers {
  after(ms: number, run: () => void): () => void
}

export interface Random {
  /** `bytes` random bytes from the system's generator, base64url without padding. */
  token(bytes: number): string
  /** A number from 0 up to, not including, 1; for spreading things out, never for secrets. */
  fraction(): number
}

/** Tells what happens to the machine as a whole. Each `on…` answers what stops the telling. */
export interface Wakes {
  /** It came back from sleep. */
  onResume(run: () => void): () => void
  /** The screen was locked. Null where this system does not tell. */
  readonly onScreenLock: ((run: () => void) => () => void) | null
}

/**
 * The system keychain. One secret an item. Every call ends: with an answer, or with a coded error within the
 * adapter's bound. Errors: `keychain-unavailable`, `-locked`, `-denied`, `-timeout`, `-failed`.
 */
export interface SecretStore {
  get(service: string, account: string): Promise<Outcome<Secret | null>>
  set(service: string, account: string, secret: Secret): Promise<Outcome<null>>
  /** Answers true when there was something to delete. */
  delete(service: string, account: string): Promise<Outcome<boolean>>
  /** The account names under a service. Slow (seconds for a thousand): never on the way to the window. */
  list(service: string): Promise<Outcome<readonly string[]>>
}

/**
 * One append-only file: the ledger's. `append` returns after the bytes are on disk. Errors: `disk-full`,
 * `folder-read-only`, `save-failed`; after a failed append the file is as it was before.
 */
export interface AppendFile {
  /** Whole content from a byte offset to the end, in chunks. */
  read(from: number): AsyncIterable<Uint8Array>
  size(): Promise<number>
  append(bytes: Uint8Array): Promise<Outcome<null>>
  /** Cuts the file at a byte offset; used only to drop a torn last line. */
  truncate(size: number): Promise<Outcome<null>>
  close(): Promise<void>
}

/** The folder of one profile. Created 0700, files 0600. Names are plain file names. */
export interface ProfileFolder {
  readonly path: string
  openAppendFile(name: string): Promise<Outcome<AppendFile>>
  /** Whole text of a small file, or null when it does not exist. */
  readText(name: string): Promise<Outcome<string | null>>
  /** Replaces a whole file atomically. */
  writeText(name: string, text: string): Promise<Outcome<null>>
  rename(from: string, to: string): Promise<Outcome<null>>
  list(): Promise<Outcome<readonly string[]>>
  /** Takes the owner lock of the profile, or answers `profile-owned`. A lock whose process is gone is taken over. */
  lock(): Promise<Outcome<{ release(): Promise<void> }>>
}

/** Bounded HTTP. Refuses hosts outside the profile's allow-list; bodies are cut off at the bound. */
export interface Http {
  fetch(url: string, init: HttpRequest): Promise<HttpResult>
  /** Which way requests go from now on. Loopback addresses are always reached directly. */
  setRoute(route: HttpRoute): void
}
export interface HttpRoute {
  readonly proxy: ProxyChoice
  /** Further certificate authorities, PEM; null for the system's alone. */
  readonly caPem: string | null
}
export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}
export type HttpResult =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly headers: ReadonlyMap<string, string>
      readonly body: string
    }
  /** `network-offline`, `network-failed`, `answer-too-large` */
  | { readonly kind: 'failed'; readonly error: AppError }
  | { readonly kind: 'aborted' }

/** One callback as the loopback listener saw it, already checked for method, path and Host. */
export interface LoopbackRequest {
  readonly query: URLSearchParams
}
/** The page that the browser shows at the end, in words already chosen. No data from the query. */
export interface ReplyPage {
  readonly status: 200 | 400
  readonly title: string
  readonly text: string
  readonly language: 'en' | 'hi'
  /** Where the same tab goes on to instead; only a page that reads fragments can do that. */
  readonly next?: string
}
/** What the browser shows while its own page hands the fragment over, and when that fails, in words already chosen. */
export interface FragmentWords {
  readonly title: string
  readonly text: string
  readonly language: 'en' | 'hi'
  /** It answers nothing that is waited for. */
  readonly refused: { readonly title: string; readonly text: string }
  /** The answer was handed over before. */
  readonly used: { readonly title: string; readonly text: string }
  /** Nobody listens any more. */
  readonly lost: { readonly title: string; readonly text: string }
  /** For a browser without scripts. */
  readonly scriptless: string
}
export interface ListenOptions {
  /** A registered `http://` loopback address, taken to the letter: host, port and path. Otherwise any port of 127.0.0.1. */
  readonly at?: string
  /**
   * The answer comes in the fragment, which no server sees: a page of ours takes it out of the address bar at once and
   * posts it here; then `accept` is asked as if it had been the query.
   */
  readonly fragment?: FragmentWords
}
/** Receives the answer of the browser on the literal 127.0.0.1, an ephemeral port, exclusively. */
export interface LoopbackListener {
  /**
   * Listens. `accept` is asked for each well-formed GET and answers null to refuse it (the listener then says
   * 400 and goes on) or a promise of the page to show; after one accepted request everything else gets 4xx, unless
   * its page leads on to a `next` address, after which one more is accepted.
   * Errors: `loopback-failed`; `loopback-busy` (`port`; `program`, empty); `loopback-privileged` (`port`).
   */
  listen(
    accept: (request: LoopbackRequest) => Promise<ReplyPage> | null,
    options?: ListenOptions,
  ): Promise<Outcome<LoopbackServer>>
  /** The name of the program that has a port, or null where that cannot be known. Costs up to two seconds of looking. */
  holderOf(port: number): Promise<string | null>
}
export interface LoopbackServer {
  /** `http://127.0.0.1:PORT/PATH`, exactly as it must stand in both requests (google-oauth.md 1.3). */
  readonly redirectUri: string
  /** The answer came another way: from now on everything gets 410. */
  spend(): void
  close(): Promise<void>
}

/** The system browser, or the one that the person chose. Errors: `browser-not-opened`, `browser-missing`. */
export interface Browser {
  /** A page to sign in, to enter a device code or to see an account's connections, at Google or practice Google. */
  open(url: string, choice: BrowserChoice): Promise<Outcome<null>>
  /** Browsers found on this machine, without starting one. */
  installed(): Promise<readonly { readonly id: string; readonly name: string; readonly path: string }[]>
}

/** A folder of this machine as it really lies: absolute, every link resolved, in the spelling of the disk. */
export interface FoundFolder {
  readonly path: string
  /**
   * What folders are compared by: the path with `/` between its parts, in lower case and in one form of Unicode, each
   * where the disk does not tell these apart. The key of a folder begins with that of each folder above it.
   */
  readonly key: string
}

/** Folders that rules are about. Only looks. */
export interface Folders {
  /** Errors: `folder-missing` (also for what is no folder), `folder-unreadable`. */
  find(path: string): Promise<Outcome<FoundFolder>>
  /** The found folder and those above it, nearest first. */
  lineage(folder: FoundFolder): readonly FoundFolder[]
  /**
   * The bytes of the folder's `.latchkey.json`, or null where it has none. Never more than one byte over
   * `limit`. A regular file of this user or of the system's administrator, never a link.
   *
   * Errors: `declaration-link`, `declaration-not-yours`, `declaration-unreadable`.
   */
  readDeclaration(folder: FoundFolder, limit: number): Promise<Outcome<Uint8Array | null>>
}

/** Files that private keys come in. */
export interface KeyFiles {
  /**
   * Deletes a file whose bytes still have this SHA-256 (base64url), and nothing else.
   * Errors: `key-file-gone`, `key-file-changed`, `key-file-kept`.
   */
  remove(path: string, digest: string): Promise<Outcome<null>>
  /** Looks where copies of a key usually lie. `path` is the file that it came from, where that is known. */
  traces(key: {
    readonly path: string | null
    readonly privateKeyId: string
    readonly email: string
  }): Promise<readonly KeyTrace[]>
}

/** Where a door opens. */
export type DoorPlace =
  /** The socket of the command line, or the one that can be forwarded to another machine; a pipe on Windows. */
  | { readonly kind: 'socket'; readonly name: 'door' | 'remote' }
  /** A port of the literal 127.0.0.1; null for any free one outside the system's own range. */
  | { readonly kind: 'port'; readonly port: number | null }

/** Who is at the other end of a connection, as far as the system tells. */
export interface DoorPeer {
  /**
   * `same`: a process of the user that Latchkey runs as. `other`: of another one. `unknown`: the system does not tell.
   * Of a socket it is always `same`: its folder lets nobody else in.
   */
  readonly user: 'same' | 'other' | 'unknown'
  readonly pid: number | null
}

/** One request at a door: already within all bounds of size and time, and not one that a web page can make. */
export interface DoorRequest {
  readonly method: string
  /** Without the query, as it was sent: nothing in it is decoded. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case; of one sent twice the request was refused before. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** UTF-8; empty where there is none. */
  readonly body: string
  /** Asked of the system when somebody wants to know, once a connection. */
  peer(): Promise<DoorPeer>
  /** The caller went away. */
  readonly signal: AbortSignal
}
export interface DoorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A text, or parts as they come, which end when the caller goes away. */
  readonly body: string | AsyncIterable<string>
}
export interface OpenDoor {
  /** The path of the socket, or `127.0.0.1:PORT`. */
  readonly address: string
  readonly port: number | null
  /** What is being answered is answered; nothing new is taken. */
  close(): Promise<void>
  /**
   * Tells why nobody can reach it although it was not closed, and null as soon as they can again, which it tries for by
   * itself. Left out where that cannot happen.
   */
  onProblem?(tell: (problem: AppError | null) => void): void
}
export interface DoorListener {
  /**
   * Opens a door. Refuses by itself what no honest program sends: a wrong `Host`, `Origin`, `Sec-Fetch-*` or cookies,
   * too large, too slow, too many.
   * Errors: `door-busy` (`port`; `program`, empty where unknown), `door-failed`, `door-occupied` (somebody else's file at our path).
   */
  open(place: DoorPlace, answer: (request: DoorRequest) => Promise<DoorAnswer>): Promise<Outcome<OpenDoor>>
  /**
   * Says in a file of this user alone how the doors of this profile are reached. `local` is what only a program on this
   * machine can read there: who sends it over the socket is not at the other end of a forwarding.
   */
  announce(doors: {
    readonly socket: string | null
    readonly remote: string | null
    readonly http: string | null
    readonly local: string
  }): Promise<Outcome<null>>
  /** The announcement is taken back: nobody is there any more. */
  withdraw(): Promise<void>
}

/** A program of this machine, looked at from outside. */
export interface SeenProgram {
  readonly pid: number
  readonly name: string
  /** The file that runs; of a script, the script. */
  readonly path: string | null
  readonly folder: string | null
  /** The same for the same program at every start: of the paths of its file and of its script. */
  readonly key: string
  readonly sameUser: boolean
}
/** Programs that run on this machine. */
export interface Programs {
  /** The program itself, or null where nothing can be known of such a process. */
  describe(pid: number): Promise<SeenProgram | null>
  /**
   * The program that had the process started: the nearest one above it that is neither our own command nor a shell that
   * only passes it on; a shell that somebody types in counts as a program.
   */
  callerOf(pid: number): Promise<SeenProgram | null>
  /** Names this run of the machine; another one after each restart. */
  session(): Promise<string>
}

/** Files that other programs read, outside the profile. All of it for this user alone. */
export interface ForeignFiles {
  /** Where Google's libraries look for application default credentials (google-oauth.md 8.1). */
  adcPath(): string
  /** At most `limit` bytes of a regular file; null where there is none. Errors: `foreign-file-unreadable`. */
  read(path: string, limit: number): Promise<Outcome<Uint8Array | null>>
  /** Writes a whole file 0600, atomically; makes its folder 0700. Errors: `foreign-file-unwritable`, `disk-full`. */
  write(path: string, text: string): Promise<Outcome<null>>
  /** A name beside a file under which nothing lies yet. Errors: as `write`. */
  freeNameBeside(path: string): Promise<Outcome<string>>
  /** Moves a file aside to a name beside it that is free. Errors: as `write`. */
  keepAside(path: string, aside: string): Promise<Outcome<null>>
  /** Puts a file that was kept aside back in its place. Errors: as `write`, `not-found`. */
  putBack(keptAside: string, path: string): Promise<Outcome<null>>
  /** Deletes a file if its bytes are still these. Answers whether it was there. Errors: as `write`, `foreign-file-changed`. */
  remove(path: string, text: string): Promise<Outcome<boolean>>
  /** A folder of the profile for files that are kept fresh. */
  readonly freshFolder: string
  /** The files that lie there, as paths, whoever left them. Errors: `foreign-file-unreadable`. */
  freshFiles(): Promise<Outcome<readonly string[]>>
}

export type LogFields = Readonly<Record<string, string | number | boolean | null>>
/** Structured and redacted by its adapter. */
export interface Log {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, cause: unknown, fields?: LogFields): void
}

/** What only a desktop shell can do for a person. */
export interface Desktop {
  /** Text for another program; main only, so that it never passes the window. */
  copyText(text: string): void
  /** The same for a secret: it leaves the clipboard again after a minute, if it is still there. */
  copySecret(secret: Secret): void
  readClipboard(): Promise<string>
  /** Empties the clipboard: something lay there that should not lie around. */
  clearClipboard(): void
  /** Who and where this is, for a command that somebody types on another machine. */
  machine(): { readonly user: string; readonly host: string }
  /** A folder the person picks, or null. */
  pickFolder(): Promise<string | null>
  /** A file the person picks, or null. */
  pickFile(purpose: 'client-file' | 'browser' | 'ca-file'): Promise<string | null>
  openLink(url: string): Promise<Outcome<null>>
  /**
   * A file the person dropped or picked. Reads at most 64 KiB and one byte, regular files only.
   * Errors: `file-unreadable`.
   */
  readSmallFile(path: string): Promise<Outcome<Uint8Array>>
}

/** Practice Google as core sees it; null in the real profile. Whether it runs in this process does not matter. */
export interface PracticeServer {
  /** `http://127.0.0.1:PORT` */
  readonly issuer: string
  /**
   * A fresh client file in Google's format. It holds a secret; the two newest of a client are valid. Of the first
   * client, or of the further one of the same or of another project, which is made when it is not there.
   * Errors: `practice-failed`.
   */
  clientFile(wanted?: { project?: 'same' | 'other'; kind?: ClientKind }): Promise<Outcome<string>>
  /**
   * A fresh key file in Google's format: of a new service account, or a further key of the one named.
   * Errors: `practice-failed`, `not-found`.
   */
  keyFile(email?: string): Promise<Outcome<string>>
  /** As it stands after the latest `act`. */
  view(): PracticeView
  /** Causes what people, administrators and other machines would. Errors: `practice-failed`, `not-found`. */
  act(act: CommandParams<'practice.act'>): Promise<Outcome<null>>
  /** Moves the server's clock and the profile's with it; the offset is against this machine's time, ms. */
  setClockOffset(offsetMs: number): Promise<Outcome<null>>
  close(): Promise<void>
}
