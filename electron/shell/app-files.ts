/** Answers requests for the app's own pages: files below one folder, and nothing else on the disk. */
import { promises as fs } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { isAppUrl } from './app-origin.ts'
import { contentSecurityPolicy } from './content-security-policy.ts'

/** What the build puts out. A file of any other kind is not served. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/** On every answer, refusals included, so that no answer is ever weaker than another. */
const protectiveHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Looking a name up is a way out that the content security policy does not close.
  'x-dns-prefetch-control': 'off',
  'cache-control': 'no-cache',
}

/** One segment of a path as the build names files. No percent sign: what is not encoded cannot be encoded twice. */
const segmentPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/

export interface AppFile {
  /** Absolute path below the root, not yet checked for symbolic links. */
  readonly path: string
  readonly contentType: string
}

/**
 * Finds the file that a URL means, by the text of the URL alone. Null for anything but a plain path of the
 * app's own host: other hosts, dot segments, encodings, backslashes, absolute paths, NUL, unknown kinds.
 */
export function findAppFile(root: string, url: string): AppFile | null {
  if (!isAppUrl(url)) return null
  const { pathname } = new URL(url)
  const segments = pathname === '/' || pathname === '' ? ['index.html'] : pathname.slice(1).split('/')
  if (!segments.every((segment) => segmentPattern.test(segment))) return null
  const path = join(root, ...segments)
  const contentType = contentTypes[extname(path).toLowerCase()]
  return contentType === undefined ? null : { path, contentType }
}

/**
 * Answers one request. 405 for anything but GET, 404 for what is not a file of the app, also when a symbolic
 * link leads out of the folder. Never throws.
 */
export async function answerAppRequest(
  root: string,
  request: { readonly url: string; readonly method: string },
): Promise<Response> {
  if (request.method !== 'GET') return refusal(405)
  const file = findAppFile(root, request.url)
  if (file === null) return refusal(404)
  try {
    const [realRoot, realPath] = await Promise.all([fs.realpath(root), fs.realpath(file.path)])
    if (!realPath.startsWith(realRoot + sep)) return refusal(404)
    const body = await fs.readFile(realPath)
    return new Response(new Uint8Array(body), {
      headers: { ...protectiveHeaders, 'content-type': file.contentType },
    })
  } catch {
    return refusal(404)
  }
}

function refusal(status: 404 | 405): Response {
  return new Response('', {
    status,
    headers: { ...protectiveHeaders, 'content-type': 'text/plain; charset=utf-8' },
  })
}
