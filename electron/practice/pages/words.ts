export type PageLanguage = 'en' | 'hi'

/** `hl` decides; otherwise the first language of the browser that the pages speak; otherwise English. */
export function pickLanguage(hl: string | null, acceptLanguage: string | undefined): PageLanguage {
  const wanted = [hl ?? '', ...(acceptLanguage ?? '').split(',')]
  const first = wanted
    .map((tag) => tag.trim().slice(0, 2).toLowerCase())
    .find((tag) => tag === 'en' || tag === 'hi')
  return first === 'hi' ? 'hi' : 'en'
}

const en = {
  practice: 'Practice Google',
  notGoogle: 'Part of Latchkey, on this computer. This is not Google, and no real account is involved.',
  chooseTitle: 'Choose an account',
  chooseLead: 'to continue to {app}',
  consentTitle: '{app} wants access to your account',
  signInTitle: 'Sign in to {app}',
  selectLead: 'Select what it can access',
  oneLead: 'This will allow it to:',
  alsoLead: 'It will also be able to:',
  selectAll: 'Select all',
  ongoing: 'Ongoing access',
  ongoingHelp: 'Without it, access ends by itself after 180 days.',
  continue: 'Continue',
  cancel: 'Cancel',
  useAnother: 'Use another account',
  blocked: 'Access blocked',
  errorLine: 'Error {status}: {error}',
  details: 'Request details',
  connectionsTitle: 'Apps with access to your account',
  connectionsChooseLead: 'to see which apps have access to it',
  connectionsLead: 'Removing access ends everything an app holds for this account, on every computer.',
  connectionsNone: 'No app has access to this account.',
  removeAccess: 'Remove access',
  accessRemoved: '{app} no longer has access.',
  deviceTitle: 'Connect a device',
  deviceLabel: 'Code',
  deviceHelp: 'Enter the code that your device shows. Capital and small letters are different.',
  deviceUnknown: 'No device is waiting for this code. Look at it again, or get a new one on your device.',
  next: 'Next',
  deviceAllowed: 'Device connected',
  deviceAllowedText: 'You can go back to your device. It goes on by itself.',
  deviceDenied: 'Device not connected',
  deviceDeniedText: 'Your device gets no access. You can go back to it.',
  goneTitle: 'This page is no longer valid',
  goneText: 'The sign-in it belonged to has ended. Go back to the app and start again.',
  notFoundTitle: 'Nothing here',
  notFoundText: 'This address does not exist on practice Google.',
  errorHelp:
    'This page belongs to the practice server: the app that sent you here does not see it. Go back to the app.',
}

const hi: typeof en = {
  practice: 'अभ्यास Google',
  notGoogle: 'Latchkey का हिस्सा, इसी कंप्यूटर पर। यह Google नहीं है और कोई असली खाता शामिल नहीं है।',
  chooseTitle: 'कोई खाता चुनें',
  chooseLead: '{app} पर आगे बढ़ने के लिए',
  consentTitle: '{app} आपके खाते का ऐक्सेस चाहता है',
  signInTitle: '{app} में साइन इन करें',
  selectLead: 'चुनें कि उसे किसका ऐक्सेस मिले',
  oneLead: 'इससे वह ये कर सकेगा:',
  alsoLead: 'वह ये भी कर सकेगा:',
  selectAll: 'सभी चुनें',
  ongoing: 'लगातार ऐक्सेस',
  ongoingHelp: 'इसके बिना ऐक्सेस 180 दिन बाद अपने आप ख़त्म हो जाता है।',
  continue: 'जारी रखें',
  cancel: 'रद्द करें',
  useAnother: 'किसी दूसरे खाते का इस्तेमाल करें',
  blocked: 'ऐक्सेस रोका गया',
  errorLine: 'गड़बड़ी {status}: {error}',
  details: 'अनुरोध का विवरण',
  connectionsTitle: 'आपके खाते के ऐक्सेस वाले ऐप्लिकेशन',
  connectionsChooseLead: 'यह देखने के लिए कि किन ऐप्लिकेशन के पास उसका ऐक्सेस है',
  connectionsLead: 'ऐक्सेस हटाने पर ऐप्लिकेशन के पास इस खाते का जो कुछ है, वह हर कंप्यूटर पर ख़त्म हो जाता है।',
  connectionsNone: 'किसी ऐप्लिकेशन के पास इस खाते का ऐक्सेस नहीं है।',
  removeAccess: 'ऐक्सेस हटाएँ',
  accessRemoved: '{app} के पास अब ऐक्सेस नहीं है।',
  deviceTitle: 'डिवाइस कनेक्ट करें',
  deviceLabel: 'कोड',
  deviceHelp: 'वह कोड डालें जो आपका डिवाइस दिखा रहा है। बड़े और छोटे अक्षर अलग माने जाते हैं।',
  deviceUnknown: 'कोई डिवाइस इस कोड का इंतज़ार नहीं कर रहा। कोड दोबारा देखें या डिवाइस पर नया कोड लें।',
  next: 'आगे बढ़ें',
  deviceAllowed: 'डिवाइस कनेक्ट हो गया',
  deviceAllowedText: 'आप अपने डिवाइस पर वापस जा सकते हैं। वह अपने आप आगे बढ़ेगा।',
  deviceDenied: 'डिवाइस कनेक्ट नहीं हुआ',
  deviceDeniedText: 'आपके डिवाइस को कोई ऐक्सेस नहीं मिलेगा। आप उस पर वापस जा सकते हैं।',
  goneTitle: 'यह पेज अब मान्य नहीं है',
  goneText: 'इसका साइन-इन ख़त्म हो चुका है। ऐप्लिकेशन पर वापस जाएँ और फिर से शुरू करें।',
  notFoundTitle: 'यहाँ कुछ नहीं है',
  notFoundText: 'अभ्यास Google पर यह पता मौजूद नहीं है।',
  errorHelp: 'यह पेज अभ्यास सर्वर का है: जिस ऐप्लिकेशन ने आपको यहाँ भेजा, उसे यह नहीं दिखता। ऐप्लिकेशन पर वापस जाएँ।',
}

export type PageWords = typeof en

export function wordsFor(language: PageLanguage): PageWords {
  return language === 'hi' ? hi : en
}
