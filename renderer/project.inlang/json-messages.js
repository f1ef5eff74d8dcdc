/**
 * Reads `messages/{locale}.json`: one flat object a language. A text may hold `{name}` placeholders; an object
 * `{ "one": …, "other": … }` is chosen by the plural rules of the language over the input `count`.
 * The compiler's own format plugin is fetched from a server at build time, so the build would need a network.
 */
const placeholder = /\{(\w+)\}/g

function toPattern(text) {
  const pattern = []
  let end = 0
  for (const found of text.matchAll(placeholder)) {
    if (found.index > end) pattern.push({ type: 'text', value: text.slice(end, found.index) })
    pattern.push({ type: 'expression', arg: { type: 'variable-reference', name: found[1] } })
    end = found.index + found[0].length
  }
  if (end < text.length) pattern.push({ type: 'text', value: text.slice(end) })
  return pattern
}

function inputsOf(value) {
  const texts = typeof value === 'string' ? [value] : Object.values(value)
  const names = texts.flatMap((text) => [...text.matchAll(placeholder)].map((found) => found[1]))
  if (typeof value !== 'string') names.push('count')
  return [...new Set(names)].sort()
}

const pluralOfCount = {
  type: 'local-variable',
  name: 'countPlural',
  value: {
    type: 'expression',
    arg: { type: 'variable-reference', name: 'count' },
    annotation: { type: 'function-reference', name: 'plural', options: [] },
  },
}

function declarationsOf(value) {
  const inputs = inputsOf(value).map((name) => ({ type: 'input-variable', name }))
  return typeof value === 'string' ? inputs : [...inputs, pluralOfCount]
}

function variantsOf(key, locale, value) {
  const base = { messageBundleId: key, messageLocale: locale }
  if (typeof value === 'string') return [{ ...base, matches: [], pattern: toPattern(value) }]
  return Object.entries(value).map(([plural, text]) => ({
    ...base,
    matches:
      plural === 'other'
        ? [{ type: 'catchall-match', key: 'countPlural' }]
        : [{ type: 'literal-match', key: 'countPlural', value: plural }],
    pattern: toPattern(text),
  }))
}

export default {
  key: 'latchkey.json-messages',
  toBeImportedFiles: ({ settings }) =>
    settings.locales.map((locale) => ({ locale, path: `./messages/${locale}.json` })),
  importFiles: ({ files }) => {
    const bundles = new Map()
    const messages = []
    const variants = []
    for (const file of files) {
      const texts = JSON.parse(new globalThis.TextDecoder().decode(file.content))
      for (const [key, value] of Object.entries(texts)) {
        const known = bundles.get(key)
        // Both languages must take the same inputs; the union makes a difference a type error at the caller.
        const declarations = declarationsOf(value)
        if (!known || declarations.length > known.declarations.length)
          bundles.set(key, { id: key, declarations })
        messages.push({
          bundleId: key,
          locale: file.locale,
          selectors: typeof value === 'string' ? [] : [{ type: 'variable-reference', name: 'countPlural' }],
        })
        variants.push(...variantsOf(key, file.locale, value))
      }
    }
    return { bundles: [...bundles.values()], messages, variants }
  },
}
