import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  classSources,
  identityProduct,
  isWorkspaceOnly,
  scopeEntry,
  scopeProducts,
  type ScopeClass,
} from '../../../electron/contract/scopes/catalogue.ts'
import { canonicalScope, spellingsOf } from '../../../electron/contract/scopes/scope-sets.ts'
import hindiTexts from '../../../renderer/messages/scopes.hi.json' with { type: 'json' }

interface GoogleScope {
  readonly scope: string
  readonly google_description: string
}

const prefix = 'https://www.googleapis.com/auth/'
const file = new URL('../../data/google-scopes.json', import.meta.url)
const googleScopes = (JSON.parse(readFileSync(file, 'utf8')) as { scopes: readonly GoogleScope[] }).scopes
const entries = scopeProducts.flatMap((product) => product.scopes)
const hindi = new Map(Object.entries(hindiTexts))

function shortName(scope: string): string {
  return scope.startsWith(prefix) ? scope.slice(prefix.length) : scope
}

function fullName(name: string): string {
  return name === 'openid' || name.includes(':') ? name : `${prefix}${name}`
}

const filler = new Set(['a', 'an', 'and', 'google', 'in', 'of', 'or', 'the', 'to', 'with', 'you', 'your'])

/** The words that carry the meaning, so that a comma or an article does not make a sentence another one. */
function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return new Set(words.filter((word) => !filler.has(word)))
}

/** The share of words that two sentences have in common, 0 to 1. */
function likeness(one: string, other: string): number {
  const left = wordsOf(one)
  const right = wordsOf(other)
  const both = [...left].filter((word) => right.has(word)).length
  return both / (left.size + right.size - both)
}

function isTakenFrom(ours: string, googles: string): boolean {
  const alike = likeness(ours, googles)
  return alike === 1 || (alike >= 0.6 && wordsOf(ours).size >= 5)
}

describe('the scope catalogue', () => {
  it('has a row for every scope that Google publishes, and no other row', () => {
    expect(googleScopes).toHaveLength(517)
    const published = new Set(googleScopes.map(({ scope }) => canonicalScope(scope)))
    expect(new Set(entries.map((entry) => entry.scope))).toEqual(published)
    expect(entries).toHaveLength(published.size)
  })

  it('finds every published scope, the two old feeds as what they are today', () => {
    expect(googleScopes.filter(({ scope }) => scopeEntry(scope) === null)).toEqual([])
    const renamed = googleScopes.filter(({ scope }) => scopeEntry(scope)?.scope !== scope)
    expect(renamed.map(({ scope }) => scope)).toEqual([
      'https://www.google.com/calendar/feeds',
      'https://www.google.com/m8/feeds',
    ])
    expect(scopeEntry('https://www.google.com/m8/feeds/')?.scope).toBe(`${prefix}contacts`)
  })

  it('finds a scope in each of its spellings', () => {
    expect(scopeEntry('email')).toBe(scopeEntry(`${prefix}userinfo.email`))
    expect(scopeEntry('profile')?.product).toBe(identityProduct)
    for (const entry of entries) {
      for (const spelling of spellingsOf(entry.scope)) expect(scopeEntry(spelling)).toBe(entry)
    }
  })

  it('knows nothing of a scope that it does not name, whatever it looks like', () => {
    const strangers = [
      '',
      'gmail.readonly',
      `${prefix}gmail.readonly `,
      `${prefix}GMAIL.READONLY`,
      `${prefix}${'x'.repeat(2048)}`,
      'https://mail.google.com',
      '__proto__',
      'constructor',
      'קרא דואר',
    ]
    for (const scope of strangers) {
      expect(scopeEntry(scope)).toBeNull()
      expect(isWorkspaceOnly(scope)).toBe(false)
    }
  })

  it('has no access, class or page that its types do not name', () => {
    const pages = Object.keys(classSources)
    for (const { scope, access, class: scopeClass, source } of entries) {
      expect(['sign-in', 'read', 'write'], scope).toContain(access)
      expect(['restricted', 'sensitive', 'non-sensitive', 'unknown'], scope).toContain(scopeClass)
      if (source !== null) expect(pages, scope).toContain(source)
    }
  })

  it('begins with who somebody is, and names each product once', () => {
    expect(scopeProducts[0]?.product).toBe(identityProduct)
    expect(scopeProducts[0]?.scopes.map((entry) => shortName(entry.scope))).toEqual([
      'openid',
      'userinfo.email',
      'userinfo.profile',
    ])
    const names = scopeProducts.map((product) => product.product)
    expect(new Set(names).size).toBe(names.length)
    expect(entries.filter((entry) => entry.access === 'sign-in').map((entry) => entry.product)).toEqual([
      identityProduct,
      identityProduct,
      identityProduct,
    ])
  })
})

describe('the texts of the scopes', () => {
  it('are short sentences without a full stop, each once in its product', () => {
    for (const product of scopeProducts) {
      const texts = product.scopes.map((entry) => entry.text)
      expect(new Set(texts.map((text) => text.toLowerCase())).size, product.product).toBe(texts.length)
      for (const text of texts) {
        expect(text.length, text).toBeLessThanOrEqual(70)
        expect(text).toMatch(/^\p{Lu}.*[^.\s]$/u)
      }
    }
  })

  it('are none of Google’s', () => {
    const taken = googleScopes.flatMap(({ scope, google_description }) => {
      const text = scopeEntry(scope)?.text ?? ''
      return isTakenFrom(text, google_description) ? [`${scope}: ${text}`] : []
    })
    expect(taken).toEqual([])
  })

  it('would be recognised when they were Google’s with other commas and articles', () => {
    const googles = googleScopes.find(({ scope }) => scope === `${prefix}drive`)?.google_description ?? ''
    expect(isTakenFrom('see edit create and delete all your Drive files', googles)).toBe(true)
    expect(isTakenFrom('Send e-mail on your behalf!', 'Send e-mail on your behalf')).toBe(true)
    expect(isTakenFrom(scopeEntry(`${prefix}drive`)?.text ?? '', googles)).toBe(false)
  })

  it('tell neighbours apart by what they reach', () => {
    const textOf = (name: string): string | undefined => scopeEntry(`${prefix}${name}`)?.text
    expect(new Set(['drive', 'drive.file', 'drive.readonly', 'drive.appdata'].map(textOf)).size).toBe(4)
    expect(textOf('drive.file')).toMatch(/only/)
    expect(textOf('gmail.send')).toMatch(/read none/)
  })
})

describe('reading and writing', () => {
  it('agree with the names: what ends in readonly changes nothing', () => {
    const readNames = /(\.|_|-)read[-_]?only$|\.read$/
    for (const entry of entries) {
      if (readNames.test(entry.scope)) expect(entry.access, entry.scope).toBe('read')
    }
  })

  it('count adding without reading as writing', () => {
    const writeNames = /\.(write|writeonly|readwrite|read-write|send|insert|upload|create|delete)$/
    for (const entry of entries) {
      if (writeNames.test(entry.scope)) expect(entry.access, entry.scope).toBe('write')
    }
  })

  it('promise no change in the text of what only reads', () => {
    const changes = /^(Add|Change|Create|Delete|Manage|Send|Set|Write)\b/
    expect(entries.filter((entry) => entry.access === 'read' && changes.test(entry.text))).toEqual([])
  })
})

function namesOf(wanted: ScopeClass): string[] {
  return entries.filter((entry) => entry.class === wanted).map((entry) => shortName(entry.scope))
}

describe('the classes of the scopes', () => {
  it('name the page that states them, and a page only then', () => {
    for (const entry of entries) expect(entry.source === null, entry.scope).toBe(entry.class === 'unknown')
    for (const source of Object.values(classSources)) {
      expect(source.readOn).toMatch(/^\d{4}-\d{2}-\d{2}$/)
      expect(new URL(source.url).hostname).toMatch(/^(support|developers)\.google\.com$/)
    }
    const used = new Set(entries.flatMap((entry) => entry.source ?? []))
    expect([...used].sort()).toEqual(Object.keys(classSources).sort())
  })

  it('are those of the list of restricted scopes', () => {
    const fit = ['activity', 'blood_glucose', 'blood_pressure', 'body_temperature']
    const listed = [
      'https://mail.google.com/',
      ...['readonly', 'metadata', 'modify', 'insert', 'compose', 'settings.basic', 'settings.sharing'].map(
        (name) => `gmail.${name}`,
      ),
      'drive',
      ...['readonly', 'activity', 'activity.readonly', 'metadata', 'metadata.readonly', 'scripts'].map(
        (name) => `drive.${name}`,
      ),
      'drive.meet.readonly',
      ...fit.flatMap((name) => [`fitness.${name}.read`, `fitness.${name}.write`]),
    ]
    const restricted = entries.filter((entry) => entry.source === 'restricted')
    expect(restricted.map((entry) => shortName(entry.scope)).sort()).toEqual(listed.sort())
    expect(new Set(restricted.map((entry) => entry.class))).toEqual(new Set(['restricted']))
  })

  it('are those of the pages of Gmail and Drive where these are not restricted', () => {
    const isTheirs = (name: string): boolean => /^(gmail|drive)\./.test(name)
    expect(namesOf('sensitive').filter(isTheirs).sort()).toEqual([
      'drive.apps.readonly',
      'gmail.addons.current.message.metadata',
      'gmail.addons.current.message.readonly',
      'gmail.send',
    ])
    expect(namesOf('non-sensitive').filter(isTheirs).sort()).toEqual([
      'drive.appdata',
      'drive.file',
      'gmail.addons.current.action.compose',
      'gmail.addons.current.message.action',
      'gmail.labels',
    ])
    expect(scopeEntry(`${prefix}drive.appfolder`)?.class).toBe('non-sensitive')
  })

  it('stay unknown where no page states one', () => {
    for (const name of ['calendar', 'contacts', 'youtube', 'cloud-platform', 'fitness.sleep.read']) {
      expect(scopeEntry(`${prefix}${name}`)).toMatchObject({ class: 'unknown', source: null })
    }
  })
})

describe('scopes that only an organisation’s account can have', () => {
  it('are its administration', () => {
    const names = [
      'admin.directory.user.readonly',
      'apps.groups.settings',
      'apps.licensing',
      'chat.admin.spaces',
      'chat.import',
      'cloud-identity.groups.readonly',
      'ediscovery',
      'keep.readonly',
    ]
    for (const name of names) expect(isWorkspaceOnly(`${prefix}${name}`), name).toBe(true)
  })

  it('are not what a consumer account has as well', () => {
    const names = [
      'gmail.settings.basic',
      'drive',
      'chat.messages',
      'groups',
      'chromewebstore',
      'cloud-platform',
    ]
    for (const name of names) expect(isWorkspaceOnly(`${prefix}${name}`), name).toBe(false)
    for (const scope of ['openid', 'email', 'profile', 'https://mail.google.com/']) {
      expect(isWorkspaceOnly(scope)).toBe(false)
    }
  })
})

describe('the Hindi texts of the scopes', () => {
  const translated = [
    identityProduct,
    ...['Gmail', 'Calendar', 'Drive', 'Docs', 'Sheets', 'Slides', 'Forms', 'People', 'Tasks', 'YouTube'],
    ...['Chat', 'Meet', 'Classroom', 'Google Cloud', 'BigQuery', 'Cloud Storage'],
    ...['Admin SDK', 'Groups', 'Groups Migration', 'Groups Settings', 'Enterprise License Manager', 'Vault'],
    ...['Google Workspace Alert Center', 'Google Workspace Reseller'],
  ]

  it('cover every product that people meet most', () => {
    const products = new Map(scopeProducts.map((product) => [product.product, product.scopes]))
    const missing = translated.flatMap((product) =>
      (products.get(product) ?? [{ scope: `no product ${product}` }])
        .map((entry) => shortName(entry.scope))
        .filter((name) => !hindi.has(name)),
    )
    expect(missing).toEqual([])
  })

  it('name no scope that the catalogue does not have', () => {
    const known = new Set(entries.map((entry) => entry.scope))
    expect([...hindi.keys()].filter((name) => !known.has(fullName(name)))).toEqual([])
  })

  it('are in Devanagari, short, and each once in its product', () => {
    for (const text of hindi.values()) {
      expect(text).toMatch(/\p{Script=Devanagari}/u)
      expect(text.length, text).toBeLessThanOrEqual(90)
    }
    for (const product of scopeProducts) {
      const texts = product.scopes.flatMap((entry) => hindi.get(shortName(entry.scope)) ?? [])
      expect(new Set(texts).size, product.product).toBe(texts.length)
    }
  })
})
