import type { FragmentWords, ReplyPage } from '../../../ports.ts'
import type { Language } from '../reply-texts.ts'

/** What the page says that takes the answer of a client-side sign-in out of the address bar. */
export function fragmentWords(language: Language): FragmentWords {
  return { language, ...words[language] }
}

/** What stands there for the moment until the same tab asks again, this time with a screen. */
export function leadingOn(language: Language, next: string): ReplyPage {
  const { title, text } = words[language].further
  return { status: 200, title, text, language, next }
}

type Words = Omit<FragmentWords, 'language'> & { readonly further: { title: string; text: string } }

const words: Readonly<Record<Language, Words>> = {
  en: {
    title: 'One moment',
    text: 'Latchkey is checking the answer with Google.',
    refused: {
      title: 'This page answers nothing',
      text: 'No sign-in in Latchkey waits for it. If you did not open it from Latchkey, close this tab.',
    },
    used: { title: 'Taken already', text: 'Latchkey has this answer. You can close this tab.' },
    lost: {
      title: 'Latchkey does not wait any more',
      text: 'The sign-in is over. Start it again in Latchkey. You can close this tab.',
    },
    scriptless:
      'This page needs JavaScript to hand the answer to Latchkey. Or copy the whole address and paste it in Latchkey.',
    further: { title: 'One more step', text: 'Google wants to ask you first.' },
  },
  hi: {
    title: 'एक पल',
    text: 'Latchkey इस उत्तर को Google से जाँच रहा है।',
    refused: {
      title: 'यह पेज किसी का उत्तर नहीं है',
      text: 'Latchkey में कोई साइन-इन इसकी राह नहीं देख रहा। अगर आपने इसे Latchkey से नहीं खोला, तो यह टैब बंद कर दें।',
    },
    used: { title: 'यह पहले ही मिल चुका', text: 'यह उत्तर Latchkey के पास है। आप यह टैब बंद कर सकते हैं।' },
    lost: {
      title: 'Latchkey अब राह नहीं देख रहा',
      text: 'यह साइन-इन समाप्त हो चुका है। Latchkey में फिर शुरू करें। आप यह टैब बंद कर सकते हैं।',
    },
    scriptless:
      'उत्तर Latchkey तक पहुँचाने के लिए इस पेज को JavaScript चाहिए। या पूरा पता कॉपी करके Latchkey में पेस्ट करें।',
    further: { title: 'एक क़दम और', text: 'Google पहले आपसे पूछना चाहता है।' },
  },
}
