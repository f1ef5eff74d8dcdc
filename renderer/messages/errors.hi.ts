import type { ErrorCode } from '../../electron/contract/errors.ts'

/** The Hindi of every error. A code without one does not compile. */
export const errorsHi: Readonly<Record<ErrorCode, { readonly message: string; readonly next: string }>> = {
  'sender-refused': {
    message: 'अनुरोध Latchkey की विंडो से नहीं आया।',
    next: 'दूसरी विंडो बंद करें और ऐप की विंडो काम में लें।',
  },
  'params-invalid': {
    message: 'अनुरोध समझ में नहीं आया: {reason}।',
    next: 'Ctrl+R से विंडो फिर लोड करें और दोबारा कोशिश करें।',
  },
  'command-unknown': { message: 'यह संस्करण उस अनुरोध को नहीं जानता।', next: 'Ctrl+R से विंडो फिर लोड करें।' },
  internal: {
    message: 'Latchkey के भीतर कुछ बिगड़ गया। कुछ खोया नहीं।',
    next: 'फिर कोशिश करें। बना रहे तो डेटा फ़ोल्डर का लॉग और बताएगा।',
  },
  'not-found': { message: 'वह प्रविष्टि अब यहाँ नहीं है।', next: 'सूची नई कर दी गई है।' },
  'read-only': {
    message: 'इतिहास की फ़ाइल ख़राब है, इसलिए अभी कुछ बदला नहीं जा सकता।',
    next: 'विंडो के ऊपर “आख़िरी सही प्रविष्टि से आगे बढ़ें” चुनें।',
  },

  'file-empty': {
    message: 'फ़ाइल ख़ाली है।',
    next: 'Google Cloud Console → Clients से क्लाइंट फ़ाइल फिर डाउनलोड करें।',
  },
  'file-too-large': {
    message: 'फ़ाइल 65,536 बाइट से बड़ी है। क्लाइंट फ़ाइल कभी इतनी बड़ी नहीं होती।',
    next: 'वह JSON फ़ाइल लाएँ जो Google Cloud Console डेस्कटॉप क्लाइंट के लिए देता है।',
  },
  'file-binary': {
    message: 'यह बाइनरी फ़ाइल है, क्लाइंट फ़ाइल नहीं।',
    next: 'client_secret_….json नाम की JSON फ़ाइल लाएँ।',
  },
  'file-not-json': { message: 'यह JSON नहीं है।', next: 'Google Cloud Console से मिली फ़ाइल बिना बदले लाएँ।' },
  'file-unreadable': { message: 'फ़ाइल पढ़ी नहीं जा सकी।', next: 'देखें कि वह अब भी है और आपको पढ़ने की अनुमति है।' },
  'clipboard-empty': {
    message: 'क्लिपबोर्ड में कोई पाठ नहीं है।',
    next: 'क्लाइंट फ़ाइल खोलें, पूरा पाठ कॉपी करें, फिर यहाँ चिपकाएँ।',
  },
  'client-not-recognised': {
    message: 'यह JSON OAuth क्लाइंट फ़ाइल नहीं है।',
    next: 'डेस्कटॉप क्लाइंट की client_secret_….json फ़ाइल लाएँ।',
  },
  'client-two-kinds': {
    message: 'फ़ाइल में “installed” और “web” दोनों क्लाइंट हैं।',
    next: 'एक क्लाइंट को उसकी अपनी फ़ाइल में डाउनलोड करें।',
  },
  'client-service-account': {
    message: 'यह सर्विस अकाउंट की कुंजी है, OAuth क्लाइंट नहीं।',
    next: 'साइन-इन के लिए Desktop app प्रकार का OAuth क्लाइंट बनाएँ और उसकी फ़ाइल लाएँ।',
  },
  'client-token-file': {
    message: 'इस फ़ाइल में टोकन है, क्लाइंट नहीं। जिसके पास यह हो, वह खाता काम में ले सकता है।',
    next: 'क्लाइंट फ़ाइल लाएँ, और इसकी जो प्रतियाँ अब नहीं चाहिए उन्हें मिटा दें।',
  },
  'client-api-key': {
    message: 'यह API key है। वह प्रोजेक्ट की पहचान है, उससे कोई साइन इन नहीं कर सकता।',
    next: 'Desktop app प्रकार का OAuth क्लाइंट बनाएँ और उसकी फ़ाइल लाएँ।',
  },
  'client-mobile': {
    message: 'यह Android, iOS या Windows ऐप का क्लाइंट है; इसमें न सीक्रेट है न loopback साइन-इन।',
    next: 'Desktop app प्रकार का क्लाइंट बनाएँ।',
  },
  'client-id-malformed': {
    message: 'क्लाइंट id Google की जैसी नहीं लगती।',
    next: 'फ़ाइल फिर डाउनलोड करें; id का अंत .apps.googleusercontent.com होता है।',
  },
  'client-secret-missing': {
    message: 'फ़ाइल में क्लाइंट सीक्रेट नहीं है। Google उसके बिना डेस्कटॉप क्लाइंट नहीं मानता।',
    next: 'जून 2025 से सीक्रेट केवल बनते समय दिखता है: Google Cloud Console में नया सीक्रेट जोड़ें और तभी फ़ाइल डाउनलोड करें।',
  },
  'client-field-malformed': {
    message: 'फ़ाइल के “{field}” का रूप वैसा नहीं जैसा होना चाहिए।',
    next: 'Google Cloud Console से मिली फ़ाइल बिना बदले लाएँ।',
  },
  'client-foreign-endpoint': {
    message: 'फ़ाइल साइन-इन को “{host}” पर भेजती है, जो Google नहीं है।',
    next: 'यह फ़ाइल काम में न लें। क्लाइंट स्वयं Google Cloud Console से डाउनलोड करें।',
  },
  'client-not-loopback': {
    message: 'अभ्यास प्रोफ़ाइल केवल इस मशीन के अभ्यास Google से बात करती है; इस फ़ाइल में “{host}” है।',
    next: 'असली क्लाइंट जोड़ने के लिए अपनी प्रोफ़ाइल पर जाएँ।',
  },
  'client-secret-refused': {
    message: 'Google इस क्लाइंट का नया सीक्रेट नहीं मानता। पहले वाला बना रहेगा।',
    next: 'Google Cloud Console में देखें कि सीक्रेट चालू है, फिर फ़ाइल दोबारा लाएँ।',
  },
  'client-secret-unchecked': {
    message: 'नया सीक्रेट जाँचा नहीं जा सका, इसलिए पहले वाला बना रहेगा।',
    next: 'कनेक्शन देखें और फ़ाइल फिर लाएँ, या बिना जाँच बदल दें।',
  },
  'client-web-later': {
    message: 'Web application प्रकार के क्लाइंट रखे जाते हैं, पर अभी साइन इन नहीं करा सकते।',
    next: 'Desktop app प्रकार का क्लाइंट लें।',
  },

  'keychain-unavailable': {
    message: 'टोकन रखने के लिए कोई कीचेन सेवा नहीं है।',
    next: 'Linux पर gnome-keyring या KWallet जैसी Secret Service लगाकर चालू करें, फिर कोशिश करें।',
  },
  'keychain-lost': {
    message: 'Latchkey के चलते हुए कीचेन सेवा रुक गई या दोबारा शुरू हुई, इसलिए उस तक पहुँचा नहीं जा सकता।',
    next: 'Latchkey बंद करके फिर चलाएँ। कुछ भी नहीं खोया है।',
  },
  'keychain-locked': { message: 'कीचेन बंद है।', next: 'उसे खोलें (Linux पर: “Login” कीरिंग), फिर कोशिश करें।' },
  'keychain-denied': {
    message: 'कीचेन ने पहुँच नहीं दी।',
    next: 'कीचेन के संदेश में Latchkey को अनुमति दें, फिर कोशिश करें।',
  },
  'keychain-timeout': {
    message: 'कीचेन ने समय पर उत्तर नहीं दिया।',
    next: 'देखें कि कीचेन का कोई संदेश दूसरी विंडो के पीछे तो नहीं, फिर कोशिश करें।',
  },
  'keychain-mismatch': {
    message: 'कीचेन ने जो लौटाया वह रखे हुए से अलग है।',
    next: 'कुछ नहीं रखा गया। कीचेन सेवा फिर चालू करें और कोशिश करें।',
  },
  'keychain-item-missing': {
    message: 'जो सीक्रेट कीचेन में होना चाहिए, वह नहीं है।',
    next: 'खाते में फिर साइन इन करें, या क्लाइंट फ़ाइल फिर लाएँ।',
  },
  'keychain-failed': { message: 'कीचेन ने त्रुटि लौटाई।', next: 'फिर कोशिश करें; बनी रहे तो कीचेन सेवा फिर चालू करें।' },

  'ledger-broken': {
    message: 'इतिहास पंक्ति {line} पर ख़राब है: {reason}। फ़ाइल जैसी है वैसी रखी गई है।',
    next: 'आख़िरी सही प्रविष्टि से नई फ़ाइल में आगे बढ़ें; ख़राब फ़ाइल उसके पास रहेगी।',
  },
  'ledger-newer': {
    message: 'इतिहास Latchkey के नए संस्करण ने लिखा है।',
    next: 'Latchkey को अपडेट करें। कुछ नहीं बदला गया।',
  },
  'ledger-torn': {
    message:
      'इतिहास की आख़िरी प्रविष्टि अधूरी थी ({bytes} बाइट) और छोड़ दी गई। लिखते समय कंप्यूटर बंद होने पर ऐसा होता है।',
    next: 'कुछ करना नहीं है।',
  },
  'ledger-unreadable': {
    message: 'इतिहास की फ़ाइल पढ़ी नहीं जा सकती।',
    next: 'डेटा फ़ोल्डर की अनुमतियाँ देखें, फिर Latchkey दोबारा शुरू करें।',
  },
  'disk-full': { message: 'डिस्क भर गई है, इसलिए कुछ सहेजा नहीं गया।', next: 'कुछ जगह बनाएँ और फिर कोशिश करें।' },
  'folder-read-only': {
    message: 'डेटा फ़ोल्डर में लिखा नहीं जा सकता।',
    next: 'उसे लिखने योग्य बनाएँ और फिर कोशिश करें।',
  },
  'save-failed': { message: 'बदलाव सहेजा नहीं जा सका।', next: 'डिस्क देखें और फिर कोशिश करें।' },
  'profile-owned': { message: 'दूसरा Latchkey पहले से यह प्रोफ़ाइल चला रहा है।', next: 'उसे बंद करें, फिर कोशिश करें।' },
  'orphan-secret': {
    message: 'कीचेन में एक सीक्रेट है जिसका इतिहास में कोई ज़िक्र नहीं।',
    next: 'वह पुराने बैकअप से आया हो सकता है। तभी हटाएँ जब आप उसे जानते हों।',
  },
  'orphan-token': {
    message: 'इतिहास में {email} का एक टोकन है जो कीचेन में नहीं है।',
    next: 'खाते में फिर साइन इन करें।',
  },
  'orphan-client-secret': { message: 'क्लाइंट “{client}” का सीक्रेट कीचेन में नहीं है।', next: 'क्लाइंट फ़ाइल फिर लाएँ।' },

  'runtime-too-old': {
    message:
      'यह बिल्ड Electron {version} पर चलता है, जिसे सुरक्षा सुधार नहीं मिलते; असली खातों में साइन-इन नहीं हो सकता।',
    next: 'यहाँ अभ्यास Google काम में लें, या रिलीज़ बिल्ड लगाएँ।',
  },
  'loopback-failed': {
    message: 'ब्राउज़र के उत्तर के लिए कोई स्थानीय पोर्ट नहीं खुला।',
    next: 'स्थानीय कनेक्शन रोकने वाले प्रोग्राम बंद करें, फिर कोशिश करें।',
  },
  'browser-not-opened': {
    message: 'ब्राउज़र नहीं खुला।',
    next: 'लिंक कॉपी करें और इसी कंप्यूटर के किसी भी ब्राउज़र में खोलें।',
  },
  'browser-missing': { message: 'चुना हुआ ब्राउज़र अब वहाँ नहीं है।', next: 'सेटिंग में दूसरा ब्राउज़र चुनें।' },
  'sign-in-timeout': {
    message: 'पाँच मिनट में किसी ने साइन-इन पूरा नहीं किया।',
    next: 'फिर से शुरू करें। ब्राउज़र में त्रुटि का पन्ना हो तो कारण वहीं लिखा है।',
  },
  'sign-in-cancelled': { message: 'साइन-इन यहाँ रद्द किया गया।', next: 'जब चाहें फिर से शुरू करें।' },
  'sign-in-refused': {
    message: 'ब्राउज़र में साइन-इन से मना किया गया।',
    next: 'फिर से शुरू करें और जो पहुँच देना चाहें वह दें।',
  },
  'sign-in-answer-invalid': {
    message: 'ब्राउज़र ऐसा उत्तर लाया जो प्रश्न से मेल नहीं खाता।',
    next: 'Latchkey से फिर शुरू करें; पुराना पन्ना काम में न लें।',
  },
  'authorization-error': {
    message: 'Google ने “{error}” कहकर साइन-इन समाप्त किया।',
    next: 'Google Cloud Console में क्लाइंट देखें, फिर शुरू करें।',
  },
  'sign-in-discarded': {
    message: 'जो खाता आया उसे नहीं रखा गया।',
    next: 'उसका टोकन समाप्त होने या वहाँ पहुँच हटाने तक Google पर सक्रिय रहेगा।',
  },
  'scopes-empty': { message: 'कोई पहुँच नहीं चुनी गई।', next: 'कम से कम एक स्कोप चुनें।' },
  'nothing-granted': {
    message: 'कोई पहुँच नहीं मिली, इसलिए कुछ नहीं रखा गया।',
    next: 'फिर से शुरू करें और Google के पन्ने पर कम से कम एक खाना चुनें।',
  },

  'no-refresh-token': {
    message: 'Google ने रिफ़्रेश टोकन नहीं दिया, इसलिए कुछ नहीं रखा गया।',
    next: 'myaccount.google.com/connections पर ऐप की पहुँच हटाएँ, फिर साइन इन करें।',
  },
  'network-offline': { message: 'नेटवर्क तक पहुँच नहीं हुई।', next: 'कनेक्शन देखें, फिर से शुरू करें।' },
  'network-failed': {
    message: 'टोकन सेवा से संपर्क टूट गया: {reason}।',
    next: 'कनेक्शन और प्रॉक्सी देखें, फिर से शुरू करें।',
  },
  'answer-not-json': {
    message: 'टोकन सेवा की जगह नेटवर्क पर किसी और ने उत्तर दिया।',
    next: 'अक्सर यह Wi-Fi या प्रॉक्सी का लॉगिन पन्ना होता है। कोई वेब पन्ना खोलें, फिर शुरू करें।',
  },
  'answer-malformed': {
    message: 'टोकन सेवा का उत्तर मान्य रूप में नहीं है: {reason}।',
    next: 'फिर से शुरू करें। बना रहे तो प्रॉक्सी उत्तर बदल रहा हो सकता है।',
  },
  'answer-too-large': {
    message: 'टोकन सेवा ने सीमा से बहुत ज़्यादा डेटा भेजा।',
    next: 'फिर से शुरू करें। बना रहे तो प्रॉक्सी उत्तर बदल रहा हो सकता है।',
  },
  'server-unavailable': {
    message: 'टोकन सेवा अभी उपलब्ध नहीं है (स्थिति {status})।',
    next: 'एक मिनट रुकें, फिर से शुरू करें।',
  },
  'rate-limited': { message: 'Google अगली कोशिश से पहले रुकने को कहता है।', next: 'कुछ मिनट रुकें, फिर से शुरू करें।' },
  'code-refused': {
    message: 'Google ने साइन-इन कोड नहीं माना: {reason}।',
    next: 'फिर से शुरू करें। कोड एक ही बार और जल्दी काम आता है।',
  },
  'client-refused': {
    message: 'Google इस क्लाइंट को नहीं मानता: {reason}।',
    next: 'Google Cloud Console में id और सीक्रेट देखें और फ़ाइल फिर लाएँ।',
  },
  'client-deleted': {
    message: 'यह क्लाइंट Google पर मिटा दिया गया है।',
    next: 'Google Cloud Console में 30 दिन तक लौटाया जा सकता है।',
  },
  'client-disabled': {
    message: 'यह क्लाइंट Google पर बंद कर दिया गया है।',
    next: 'कारण Google Cloud Console में देखें।',
  },
  'client-unauthorized': {
    message: 'Google इस क्लाइंट को यह नहीं करने देता।',
    next: 'Google Cloud Console में क्लाइंट का प्रकार देखें।',
  },
  'redirect-mismatch': {
    message: 'Google इस क्लाइंट का लौटने का पता नहीं मानता।',
    next: 'Desktop app प्रकार का क्लाइंट लें।',
  },
  'scope-refused': {
    message: 'Google चुने हुए स्कोप में से एक को नहीं मानता।',
    next: 'कम स्कोप चुनें; देखें कि प्रोजेक्ट में API चालू हैं।',
  },
  'org-internal': {
    message: 'यह क्लाइंट केवल अपने संगठन के सदस्यों को आने देता है।',
    next: 'उस संगठन के खाते से साइन इन करें, या क्लाइंट को External करें।',
  },
  'admin-policy': {
    message: 'Workspace का एडमिन इस क्लाइंट या स्कोप की अनुमति नहीं देता।',
    next: 'एडमिन से क्लाइंट id को अनुमति देने को कहें।',
  },
  'access-denied': {
    message: 'Google इस खाते को पहुँच नहीं देता: {reason}।',
    next: 'एडमिन से पूछें, या दूसरा खाता लें।',
  },
  'account-deleted': { message: 'यह Google खाता मिटा या बंद कर दिया गया है।', next: 'दूसरा खाता लें।' },
  'session-expired': { message: 'संगठन नया साइन-इन चाहता है।', next: 'फिर से शुरू करें और पूरा साइन इन करें।' },
  'request-refused': {
    message: 'Google को अनुरोध समझ में नहीं आया: {reason}।',
    next: 'यह Latchkey की गलती है; दिखाए गए कोड के साथ बताएँ।',
  },
  'token-error-other': {
    message: 'टोकन सेवा ने “{error}” उत्तर दिया।',
    next: 'फिर से शुरू करें। बना रहे तो मदद माँगते समय यह कोड बताएँ।',
  },
  'dpop-required': {
    message: 'Google स्वामित्व का ऐसा प्रमाण माँगता है जो यह संस्करण नहीं दे सकता।',
    next: 'ऐसा क्लाइंट लें जिसमें यह शर्त न हो।',
  },

  'id-token-missing': {
    message: 'Google ने नहीं बताया कि किस खाते ने साइन इन किया।',
    next: 'फिर से शुरू करें; स्कोप “openid” मिलना ज़रूरी है।',
  },
  'id-token-invalid': {
    message: 'किसने साइन इन किया, यह कथन जाँच में खरा नहीं उतरा: {reason}। कुछ नहीं रखा गया।',
    next: 'फिर से शुरू करें। बना रहे तो प्रॉक्सी उत्तर बदल रहा हो सकता है।',
  },
  'clock-skew': {
    message: 'इस कंप्यूटर की घड़ी लगभग {minutes} मिनट ग़लत है, इसलिए साइन-इन जाँचे नहीं जा सकते।',
    next: 'घड़ी ठीक करें, फिर से शुरू करें।',
  },

  'practice-only': { message: 'यह केवल अभ्यास प्रोफ़ाइल में है।', next: 'अभ्यास प्रोफ़ाइल पर जाएँ।' },
  'practice-failed': {
    message: 'अभ्यास Google शुरू नहीं हो सका।',
    next: 'फिर कोशिश करें; बना रहे तो Latchkey दोबारा शुरू करें।',
  },
}
