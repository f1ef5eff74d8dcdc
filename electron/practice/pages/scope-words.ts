import { emailScope, profileScope, shortScopeName } from '../scopes.ts'
import type { PageLanguage } from './words.ts'

const auth = 'https://www.googleapis.com/auth/'

/** What a scope allows, in words, for the scopes people practise with most. */
const descriptions: Readonly<Record<string, Readonly<Record<PageLanguage, string>>>> = {
  openid: { en: 'Know who you are', hi: 'जानना कि आप कौन हैं' },
  [emailScope]: { en: 'See your email address', hi: 'आपका ईमेल पता देखना' },
  [profileScope]: { en: 'See your name and picture', hi: 'आपका नाम और फ़ोटो देखना' },
  'https://mail.google.com/': {
    en: 'Read, write, send and delete all your Gmail',
    hi: 'आपका सारा Gmail पढ़ना, लिखना, भेजना और मिटाना',
  },
  [`${auth}gmail.readonly`]: { en: 'Read your mail and its settings', hi: 'आपके ईमेल और उनकी सेटिंग पढ़ना' },
  [`${auth}gmail.modify`]: { en: 'Read, write and send your mail', hi: 'आपके ईमेल पढ़ना, लिखना और भेजना' },
  [`${auth}gmail.send`]: { en: 'Send mail as you', hi: 'आपकी ओर से ईमेल भेजना' },
  [`${auth}drive`]: {
    en: 'See, change and delete all your Drive files',
    hi: 'आपकी Drive की सभी फ़ाइलें देखना, बदलना और मिटाना',
  },
  [`${auth}drive.readonly`]: {
    en: 'See and download all your Drive files',
    hi: 'आपकी Drive की सभी फ़ाइलें देखना और डाउनलोड करना',
  },
  [`${auth}drive.file`]: {
    en: 'See and change only the Drive files you use with this app',
    hi: 'Drive की सिर्फ़ वे फ़ाइलें देखना और बदलना जिन्हें आप इस ऐप्लिकेशन के साथ इस्तेमाल करते हैं',
  },
  [`${auth}drive.appdata`]: {
    en: 'See and change its own data in your Drive',
    hi: 'आपकी Drive में उसका अपना डेटा देखना और बदलना',
  },
  [`${auth}youtube`]: { en: 'Manage your YouTube account', hi: 'आपका YouTube खाता मैनेज करना' },
  [`${auth}youtube.readonly`]: { en: 'See your YouTube account', hi: 'आपका YouTube खाता देखना' },
  [`${auth}calendar`]: {
    en: 'See, change and share all your calendars',
    hi: 'आपके सभी कैलेंडर देखना, बदलना और शेयर करना',
  },
  [`${auth}calendar.readonly`]: { en: 'See all your calendars', hi: 'आपके सभी कैलेंडर देखना' },
  [`${auth}contacts`]: { en: 'See, change and delete your contacts', hi: 'आपके संपर्क देखना, बदलना और मिटाना' },
  [`${auth}spreadsheets`]: {
    en: 'See, change and delete all your sheets',
    hi: 'आपकी सभी स्प्रेडशीट देखना, बदलना और मिटाना',
  },
  [`${auth}cloud-platform`]: {
    en: 'See, change and delete your Google Cloud data',
    hi: 'आपका Google Cloud डेटा देखना, बदलना और मिटाना',
  },
}

/** The words for a scope, or its short name where there are none yet. */
export function describeScope(scope: string, language: PageLanguage): string {
  return descriptions[scope]?.[language] ?? shortScopeName(scope)
}
