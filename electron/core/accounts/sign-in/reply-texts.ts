import type { ReplyPage } from '../../ports.ts'

export type Language = ReplyPage['language']
export type ReplyKind = 'signed-in' | 'other-account' | 'not-signed-in'

/** The page that the browser shows when a sign-in has come back. It never repeats anything from the query. */
export function replyPage(kind: ReplyKind, language: Language, email: string): ReplyPage {
  const text = texts[language][kind]
  return { status: kind === 'not-signed-in' ? 400 : 200, title: text.title, text: text.body(email), language }
}

const texts: Readonly<
  Record<Language, Readonly<Record<ReplyKind, { title: string; body: (email: string) => string }>>>
> = {
  en: {
    'signed-in': {
      title: 'Signed in',
      body: (email) => `${email} is now in Latchkey. You can close this tab.`,
    },
    'other-account': {
      title: 'Another account arrived',
      body: (email) =>
        `${email} signed in, but Latchkey expected another account. Go back to Latchkey to choose. Nothing has been kept yet.`,
    },
    'not-signed-in': {
      title: 'Not signed in',
      body: () => 'The sign-in did not finish. Latchkey says why. You can close this tab.',
    },
  },
  hi: {
    'signed-in': {
      title: 'साइन इन हो गया',
      body: (email) => `${email} अब Latchkey में है। आप यह टैब बंद कर सकते हैं।`,
    },
    'other-account': {
      title: 'कोई दूसरा खाता आया',
      body: (email) =>
        `${email} ने साइन इन किया, पर Latchkey किसी और खाते की राह देख रहा था। चुनने के लिए Latchkey पर लौटें। अभी कुछ भी नहीं रखा गया है।`,
    },
    'not-signed-in': {
      title: 'साइन इन नहीं हुआ',
      body: () => 'साइन इन पूरा नहीं हुआ। कारण Latchkey में लिखा है। आप यह टैब बंद कर सकते हैं।',
    },
  },
}
