/**
 * What a page of the app may do, told to Chromium with every answer of the app protocol. Nothing is allowed
 * that is not listed. The reasons:
 * - `connect-src 'none'`: the window talks to main and to nobody else;
 * - `style-src 'self'`: a style attribute or element that slips into the page could read it out or cover it;
 * - `img-src data:`: pictures of accounts are fetched by main and handed over as data;
 * - Trusted Types: text can only become HTML through the one policy that Svelte makes for its templates.
 */
const directives = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  'require-trusted-types-for': "'script'",
  'trusted-types': 'svelte-trusted-html',
} as const

export const contentSecurityPolicy = Object.entries(directives)
  .map(([name, value]) => `${name} ${value}`)
  .join('; ')
