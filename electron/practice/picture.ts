/** The pictures of the practice accounts: their initials. */
import type { PracticeAccount } from './accounts.ts'
import { practiceAccounts } from './accounts.ts'
import type { Answer, Handle } from './server.ts'

const colours = ['#0f766e', '#6d4aa8', '#b4531a']

export function picturePath(account: PracticeAccount): string {
  return `/picture/${account.sub}`
}

export function picture(account: PracticeAccount): Handle {
  const fill = colours[practiceAccounts.indexOf(account) % colours.length] ?? '#444'
  const initials = `${account.givenName.slice(0, 1)}${account.familyName.slice(0, 1)}`
  const letters = `<text x="48" y="60" font-family="sans-serif" font-size="36" text-anchor="middle" fill="#fff">${initials}</text>`
  const body = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" fill="${fill}"/>${letters}</svg>`
  const headers = { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=3600' }
  return (): Answer => ({ status: 200, headers, body })
}
