/**
 * Every error the product can answer with: what happened, what to do next, and whether the same call can
 * succeed later unchanged. English stands here because the command line and the log speak it too; other
 * languages stand in `renderer/messages`, typed over the same codes.
 */
interface ErrorText {
  readonly message: string
  readonly next: string
  readonly retryable: boolean
}

const once = (message: string, next: string): ErrorText => ({ message, next, retryable: false })
const again = (message: string, next: string): ErrorText => ({ message, next, retryable: true })

export const errors = {
  // The boundary itself
  'sender-refused': once(
    'The request did not come from the Latchkey window.',
    'Close other windows and use the app window.',
  ),
  'params-invalid': once(
    'The request was not understood: {reason}.',
    'Reload the window with Ctrl+R and try again.',
  ),
  'command-unknown': once('This version does not know that request.', 'Reload the window with Ctrl+R.'),
  internal: again(
    'Something inside Latchkey failed. Nothing was lost.',
    'Try again. If it stays, the log in the data folder says more.',
  ),
  'not-found': once('That entry is no longer here.', 'The list has been refreshed.'),
  'read-only': once(
    'The history file is damaged, so nothing can be changed right now.',
    'Choose “Continue from the last good entry” at the top of the window.',
  ),

  // Client files (google-oauth.md 1.11)
  'file-empty': once(
    'The file is empty.',
    'Download the client file again from Google Cloud Console → Clients.',
  ),
  'file-too-large': once(
    'The file is larger than 65,536 bytes. A client file never is.',
    'Bring the JSON file that Google Cloud Console offers for a Desktop client.',
  ),
  'file-binary': once(
    'This is a binary file, not a client file.',
    'Bring the JSON file named client_secret_….json.',
  ),
  'file-not-json': once(
    'This is not JSON.',
    'Bring the file as downloaded from Google Cloud Console, without edits.',
  ),
  'file-unreadable': again(
    'The file could not be read.',
    'Check that it still exists and that you may read it.',
  ),
  'clipboard-empty': once(
    'The clipboard holds no text.',
    'Open the client file, copy all of it, then paste here.',
  ),
  'client-not-recognised': once(
    'This JSON is not an OAuth client file.',
    'Bring the file named client_secret_….json of a Desktop client.',
  ),
  'client-two-kinds': once(
    'The file holds both an “installed” and a “web” client.',
    'Download one client as its own file.',
  ),
  'client-token-file': once(
    'This file holds a token, not a client. Anyone who has it can use the account.',
    'Bring the client file instead, and delete copies of this one that you no longer need.',
  ),
  'client-api-key': once(
    'This is an API key. An API key identifies a project, it cannot sign anyone in.',
    'Create an OAuth client of type Desktop app and bring its file.',
  ),
  'client-mobile': once(
    'This is a client for Android, iOS or Windows apps; it has no secret and no loopback sign-in.',
    'Create a client of type Desktop app.',
  ),
  'client-id-malformed': once(
    'The client id does not look like one from Google.',
    'Download the file again; the id ends in .apps.googleusercontent.com.',
  ),
  'client-secret-missing': once(
    'The file has no client secret. Google refuses Desktop clients without it.',
    'Since June 2025 the secret is shown only when it is made: add a new secret in Google Cloud Console and download the file then.',
  ),
  'client-field-malformed': once(
    'The field “{field}” of the file has an unexpected form.',
    'Bring the file as downloaded from Google Cloud Console, without edits.',
  ),
  'client-foreign-endpoint': once(
    'The file sends sign-ins to “{host}”, which is not Google.',
    'Do not use this file. Download the client from Google Cloud Console yourself.',
  ),
  'client-not-loopback': once(
    'The practice profile only talks to practice Google on this machine; this file names “{host}”.',
    'Switch to your own profile to add a real client.',
  ),
  'client-secret-refused': once(
    'Google refuses the new secret of this client. The one kept before stays.',
    'Check that the secret is enabled in Google Cloud Console, then bring the file again.',
  ),
  'client-secret-unchecked': again(
    'The new secret could not be checked, so the one kept before stays.',
    'Check the connection and bring the file again, or replace it without a check.',
  ),

  // Keychain
  'keychain-unavailable': again(
    'There is no keychain service to keep tokens in.',
    'On Linux, start a Secret Service such as gnome-keyring or KWallet; on a server, “latchkey vault init” makes a vault instead.',
  ),
  'keychain-lost': once(
    'The keychain service stopped or was started anew while Latchkey ran, so Latchkey cannot reach it.',
    'Close Latchkey and start it again. Nothing is lost.',
  ),
  'keychain-locked': again(
    'The keychain is locked.',
    'Unlock it (on Linux: the “Login” keyring), then try again.',
  ),
  'keychain-denied': again(
    'The keychain refused access.',
    'Allow Latchkey in the keychain’s prompt, then try again.',
  ),
  'keychain-timeout': again(
    'The keychain did not answer in time.',
    'Look for a prompt of the keychain behind other windows, then try again.',
  ),
  'keychain-mismatch': again(
    'What the keychain gave back is not what was stored.',
    'Nothing was kept. Restart the keychain service and try again.',
  ),
  'keychain-item-missing': once(
    'A secret that should be in the keychain is gone.',
    'Sign the account in again, or bring the client file again.',
  ),
  'keychain-failed': again(
    'The keychain answered with an error.',
    'Try again; if it stays, restart the keychain service.',
  ),

  // Ledger and files
  'ledger-broken': once(
    'The history is damaged at line {line}: {reason}. The file is kept as it is.',
    'Continue from the last good entry in a new file; the damaged one stays beside it.',
  ),
  'ledger-newer': once(
    'The history was written by a newer version of Latchkey.',
    'Update Latchkey. Nothing was changed.',
  ),
  'ledger-torn': once(
    'The last entry of the history was incomplete ({bytes} bytes) and has been left out. This happens when the computer stops in the middle of a write.',
    'Nothing to do.',
  ),
  'ledger-unreadable': again(
    'The history file cannot be read.',
    'Check the permissions of the data folder, then start Latchkey again.',
  ),
  'disk-full': again('The disk is full, so nothing was saved.', 'Free some space and try again.'),
  'folder-read-only': again('The data folder cannot be written to.', 'Make it writable and try again.'),
  'save-failed': again('The change could not be saved.', 'Check the disk and try again.'),
  'profile-owned': again(
    'Another Latchkey already uses this profile.',
    'Close the other one, then try again.',
  ),
  'orphan-secret': once(
    'The keychain holds a secret that the history knows nothing about.',
    'It may come from a restored backup. Remove it only if you know it.',
  ),
  'orphan-token': once(
    'The history names a token of {email} that is not in the keychain.',
    'Sign the account in again.',
  ),
  'orphan-client-secret': once(
    'The secret of the client “{client}” is not in the keychain.',
    'Bring the client file again.',
  ),

  // Signing in (google-oauth.md 1.4, 1.5)
  'runtime-too-old': once(
    'This build runs on Electron {version}, which gets no security fixes, so real accounts cannot be signed in.',
    'Use practice Google here, or install the release build.',
  ),
  'loopback-failed': again(
    'No local port could be opened for the answer of the browser.',
    'Close programs that block local connections, then try again.',
  ),
  'browser-not-opened': again(
    'The browser did not open.',
    'Copy the link and open it in any browser on this computer.',
  ),
  'browser-missing': again(
    'The chosen browser is not there any more.',
    'Choose another browser in Settings.',
  ),
  'sign-in-timeout': again(
    'Nobody finished the sign-in within {minutes} minutes.',
    'Start again. If the browser showed an error page, it says why.',
  ),
  'sign-in-cancelled': again('The sign-in was cancelled here.', 'Start again whenever you like.'),
  'sign-in-refused': again(
    'The sign-in was refused in the browser.',
    'Start again and allow the access you want to give.',
  ),
  'sign-in-answer-invalid': again(
    'The browser came back with an answer that does not fit the question.',
    'Start again from Latchkey; do not reuse an old page.',
  ),
  'authorization-error': again(
    'Google ended the sign-in with “{error}”.',
    'Check the client in Google Cloud Console, then start again.',
  ),
  'sign-in-discarded': once(
    'The account that came back was not kept.',
    'Its token stays live at Google until it expires or access is removed there.',
  ),
  'scopes-empty': once('No access was chosen.', 'Choose at least one scope.'),
  'nothing-granted': again(
    'No access was granted, so nothing was kept.',
    'Start again and tick at least one box on Google’s page.',
  ),

  // Token endpoint (google-oauth.md 1.8, 1.10)
  'no-refresh-token': again(
    'Google gave no refresh token, so nothing was kept.',
    'Remove the app’s access at myaccount.google.com/connections, then sign in again.',
  ),
  'network-offline': again('The network could not be reached.', 'Check the connection, then try again.'),
  'network-failed': again(
    'The connection to the token service broke: {reason}.',
    'Check the connection and any proxy, then try again.',
  ),
  'answer-not-json': again(
    'Something on the network answered in place of the token service.',
    'Often a sign-in page of a Wi-Fi or a proxy. Open a web page, then try again.',
  ),
  'answer-malformed': again(
    'The token service answered in a form that is not allowed: {reason}.',
    'Try again. If it stays, a proxy may be changing the answers.',
  ),
  'answer-too-large': again(
    'The token service answered with far more data than allowed.',
    'Try again. If it stays, a proxy may be changing the answers.',
  ),
  'server-unavailable': again(
    'The token service is not available right now (status {status}).',
    'Wait a minute, then try again.',
  ),
  'rate-limited': again('Google asks to wait before the next try.', 'Wait a few minutes, then try again.'),
  'code-refused': again(
    'Google did not accept the sign-in code: {reason}.',
    'Start again. A code can be used only once and soon.',
  ),
  'client-refused': once(
    'Google does not accept this client: {reason}.',
    'Check id and secret in Google Cloud Console and bring the file again.',
  ),
  'client-deleted': once(
    'This client was deleted at Google.',
    'It can be restored for 30 days in Google Cloud Console.',
  ),
  'client-disabled': once(
    'This client was disabled at Google.',
    'Look into Google Cloud Console for the reason.',
  ),
  'client-unauthorized': once(
    'Google does not allow this client to do that.',
    'Check the type of the client in Google Cloud Console.',
  ),
  'redirect-mismatch': once(
    'Google does not accept the return address of this client.',
    'Use a client of type Desktop app.',
  ),
  'scope-refused': once(
    'Google does not accept one of the chosen scopes.',
    'Choose fewer scopes; check that the APIs are enabled in the project.',
  ),
  'org-internal': once(
    'This client only admits members of its own organisation.',
    'Sign in with an account of that organisation, or make the client External.',
  ),
  'admin-policy': once(
    'An administrator of this Workspace does not allow this client or scope.',
    'Ask the administrator to allow the client id.',
  ),
  'access-denied': once(
    'Google denies access to this account: {reason}.',
    'Ask the administrator, or use another account.',
  ),
  'account-deleted': once('This Google account was deleted or disabled.', 'Use another account.'),
  'session-expired': again('The organisation asks for a fresh sign-in.', 'Start again and sign in fully.'),
  'request-refused': once(
    'Google did not understand the request: {reason}.',
    'This is a fault of Latchkey; please report it with the code shown.',
  ),
  'token-error-other': again(
    'The token service answered with “{error}”.',
    'Try again. If it stays, the code shown helps when asking for help.',
  ),
  'dpop-required': once(
    'Google asks for a proof of possession that this version cannot give.',
    'Use a client without that requirement.',
  ),

  // Refreshing (google-oauth.md 1.10, 2.2)
  'token-dead': once(
    'Google does not accept this token any more: {reason}.',
    'Sign the account in again. The account’s page says what most likely ended it.',
  ),
  'no-usable-token': once(
    'No token that works is held for this account and client.',
    'Sign the account in again.',
  ),
  'scopes-not-held': once(
    'The access asked for goes beyond what was granted.',
    'Sign in again and allow it, or ask for less.',
  ),
  'scopes-not-narrowed': once(
    'Google gave other access than the narrower one asked for, so it was not handed out.',
    'Ask without naming scopes, or sign in with only these scopes.',
  ),
  'consent-required': once('Google asks this account to consent again.', 'Sign the account in again.'),
  'token-at-other-client': once(
    'Google says that this token belongs to another client.',
    'Sign the account in again with this client.',
  ),
  'nothing-to-check': once(
    'No token of this account is held here, so there is nothing to check.',
    'Sign the account in again.',
  ),
  'clock-ahead': once(
    'The clock of this computer is about {minutes} minutes ahead. Latchkey reckons with Google’s time until it is set right.',
    'Set the clock of the computer.',
  ),
  'clock-behind': once(
    'The clock of this computer is about {minutes} minutes behind. Latchkey reckons with Google’s time until it is set right.',
    'Set the clock of the computer.',
  ),
  'not-dead': once(
    'This token is not known to be dead.',
    'Check the account first; only dead tokens can be dismissed.',
  ),

  // Network settings
  'ca-file-invalid': once(
    'This file holds no certificate in PEM form, or is larger than 65,536 bytes.',
    'Choose the file with just your administrator’s own certificates; it starts with “-----BEGIN CERTIFICATE-----”.',
  ),
  'proxy-failed': again(
    'The proxy {host} could not be used: {reason}.',
    'Check the proxy in Settings, then try again.',
  ),

  // Which account is meant
  'account-unknown': once(
    'No account here is called “{name}”.',
    'Name an account by its e-mail address or its label, as the list of accounts shows it.',
  ),
  'account-ambiguous': once(
    'More than one account here is called “{name}”.',
    'Name the account by its e-mail address.',
  ),
  'client-unknown': once(
    'No client here, or more than one, is called “{name}”.',
    'Name a client by its id or its label, as the list of clients shows it.',
  ),
  'rule-account-gone': once(
    'What is set for {folder} means {email}, which is no longer here. No other account is used instead.',
    'Sign {email} in again, or change the rule under Folders.',
  ),
  'rule-client-gone': once(
    'What is set for {folder} means a client that is no longer here.',
    'Add the client again, or change the rule under Folders.',
  ),
  'declared-account-differs': once(
    '{folder} declares that it belongs to {declared}, but {active} is active. Nothing was handed out.',
    'Make {declared} active, or let the folder always use it, under Folders.',
  ),
  'folder-missing': again(
    'The folder {folder} is not there.',
    'Pick the folder again, or take its rule away.',
  ),
  'folder-unreadable': again('The folder {folder} could not be looked into.', 'Check that you may open it.'),

  // .latchkey.json
  'declaration-unreadable': again(
    'The .latchkey.json could not be read.',
    'Check that it is a plain file and that you may read it.',
  ),
  'declaration-link': once(
    'The .latchkey.json is a link to somewhere else, so it has no effect.',
    'Put a plain file in its place.',
  ),
  'declaration-not-yours': once(
    'The .latchkey.json belongs to another user of this computer, so it has no effect.',
    'Make a copy of your own, or add a rule for the folder under Folders.',
  ),
  'declaration-too-large': once(
    'The .latchkey.json is larger than {limit} bytes, so it has no effect.',
    'It should hold nothing but “account” and, if need be, “client”.',
  ),
  'declaration-invalid': once(
    'The .latchkey.json is not understood: {reason}.',
    'It should look like this: {"account": "you@example.com"}, with “client” beside it if need be.',
  ),
  'declaration-changed': again(
    'The .latchkey.json has changed since it was shown.',
    'Read it again before you approve it.',
  ),

  // Revoking at Google (google-oauth.md 3)
  'revoke-no-token': once(
    'No refresh token of this project is held here, so nothing can be revoked from here.',
    'Choose “Manage at Google” and remove the access there.',
  ),
  'revoke-not-revocable': once(
    'Google says that this kind of token cannot be revoked.',
    'Choose “Manage at Google”, or let it expire.',
  ),
  'revoke-refused': again(
    'Google refused to revoke, with “{error}”.',
    'Try again. If it stays, choose “Manage at Google”.',
  ),
  'revoke-unclear': again(
    'It is not known whether Google carried the revocation out: {reason}.',
    'Try again: what is dead by then is found out.',
  ),
  'revoke-still-alive': again(
    'Google accepted the revocation, but {count} of the tokens still work.',
    'Google says that it can take a while. It is asked again; if it stays, choose “Manage at Google”.',
  ),
  'revocation-changed': again(
    'Since the preview something changed, so nothing was revoked.',
    'Look at the new preview, then decide again.',
  ),
  'confirmation-differs': once(
    'What was typed is not what was asked for, so nothing was revoked.',
    'Type it exactly as it stands there.',
  ),
  'account-busy': again('A sign-in of this account is being stored right now.', 'Try again in a moment.'),
  'inspection-refused': again(
    'Google did not recognise the access token that it gave.',
    'Try again. If it stays, check the account: the token may have been revoked.',
  ),

  // Id token (google-oauth.md 4.3)
  'id-token-missing': again(
    'Google did not say which account signed in.',
    'Start again; the scope “openid” must be granted.',
  ),
  'id-token-invalid': again(
    'The statement about who signed in failed its check: {reason}. Nothing was kept.',
    'Start again. If it stays, a proxy may be changing the answers.',
  ),
  'clock-skew': again(
    'The clock of this computer is wrong by about {minutes} minutes, so sign-ins cannot be checked.',
    'Set the clock, then start again.',
  ),

  // Other ways of signing in, service accounts, pasted tokens (google-oauth.md 1.3, 4, 5, 6)
  'device-type-wrong': once(
    'Google says that this client is not one for TVs and limited input devices.',
    'Open the client in Latchkey and set its type to “Desktop”, or create a client of type “TVs and Limited Input devices”.',
  ),
  'device-scope-not-allowed': once(
    'Google does not allow {scope} for devices.',
    'Choose only who you are, Drive files of this app, or YouTube; for others use a Desktop client.',
  ),
  'device-code-expired': again(
    'The code ran out before it was entered.',
    'Start again; the next code is valid as long.',
  ),
  'device-code-claimed': again(
    'Google does not know this code any more: it was used already.',
    'Start again for a new code.',
  ),
  'device-quota': again(
    'Google gives this client no more codes for now.',
    'Wait a few minutes, then start again.',
  ),
  'redirect-none': once(
    'None of this client’s registered addresses leads to this computer.',
    'Add {line} to its redirect URIs in Google Cloud Console and bring the file again, or sign in by pasting the address back.',
  ),
  'redirect-unregistered': once(
    'That address is not one of the client’s registered ones.',
    'Choose one that the client’s page lists.',
  ),
  'way-not-possible': once(
    'This client cannot sign anybody in that way.',
    'Choose another way; the client’s page says which there are.',
  ),
  'client-side-no-origin': once(
    'This client is not registered as a client-side page on this computer.',
    'Add {origin} to its JavaScript origins and {line} to its redirect URIs in Google Cloud Console, then bring the file again.',
  ),
  'loopback-busy': again(
    'Port {port} on this computer is taken{program}.',
    'End that program, then start again once the port is free.',
  ),
  'loopback-privileged': once(
    'Port {port} is reserved: only an administrator’s programs may listen there.',
    'Register an address with a port above 1023 for this client.',
  ),
  'paste-empty': once(
    'The clipboard holds no text.',
    'Copy the whole address from the browser’s address bar, then paste again.',
  ),
  'paste-no-address': once(
    'What was pasted is not an address.',
    'Copy the whole address from the address bar, from http to the end, then paste again.',
  ),
  'paste-code-alone': once(
    'A code alone cannot be checked: nothing says which sign-in it answers.',
    'Paste the whole address that the browser ended at.',
  ),
  'paste-state-unknown': once(
    'This address answers no sign-in that was started here.',
    'Open the address of this sign-in again and paste where that ends. If somebody sent you this address, do not use it.',
  ),
  'paste-other-flow': once(
    'This address answers another sign-in that is open here: {label}.',
    'Paste it there. Here nothing was changed.',
  ),
  'paste-used': once('This address was pasted already.', 'The sign-in goes on; there is nothing more to do.'),
  'paste-over': once(
    'This address answers a sign-in of yours that is over.',
    'Open the address of this sign-in again, then paste where that ends.',
  ),
  'paste-wrong-address': once(
    'The answer was sent to another address than this sign-in asked for.',
    'Open the address of this sign-in again, then paste where that ends.',
  ),
  'paste-not-token': once(
    'What was pasted is neither an access token nor an id token.',
    'Copy the token alone, then paste again.',
  ),
  'paste-refresh-token': once(
    'That is a refresh token, which works for months. It was not looked at, and the clipboard was emptied.',
    'Copy what is asked for here, then paste again. If the refresh token lay anywhere else, revoke it.',
  ),
  'paste-secret': once(
    'That is a secret, which belongs nowhere else. It was not looked at, and the clipboard was emptied.',
    'Copy what is asked for here, then paste again.',
  ),
  'foreign-token-unknown': once(
    'Google does not know this token: it has run out, was revoked, or is not Google’s.',
    'Get a new one from where it came from.',
  ),
  'access-for-another-client': once(
    'The access token that came is for another client. It was dropped.',
    'Start again from here. If you did not start this sign-in, somebody may have tried to slip in a token.',
  ),
  'access-unchecked': again(
    'The access token that came could not be checked with Google, so it was dropped.',
    'Check the network, then start again.',
  ),
  'access-malformed': again(
    'The answer of the client-side sign-in was not complete: {reason}. Nothing was kept.',
    'Start again.',
  ),
  'access-ended': once('This access has run out, and nothing can renew it by itself.', 'Choose “Repeat”.'),
  'account-is-service': once('That is a service account: nobody signs it in.', 'Bring its key file instead.'),
  'key-type-wrong': once(
    'The file says it is a service account’s key, and its type is “{type}”.',
    'Download the key again as JSON from Google Cloud Console → Service accounts → Keys.',
  ),
  'key-pem-alone': once(
    'This is a private key alone; nothing says whose it is.',
    'Bring the whole JSON key file as Google Cloud Console gave it.',
  ),
  'key-encrypted': once(
    'The private key in the file is protected by a password. Google’s key files never are.',
    'Bring the file as downloaded, without edits.',
  ),
  'key-truncated': once(
    'The private key in the file breaks off or is damaged.',
    'Download the key file again; if that is not possible, create a new key.',
  ),
  'key-public': once(
    'The file holds a public key or a certificate, which can sign nothing.',
    'Bring the JSON key file with the private key.',
  ),
  'key-not-rsa': once(
    'The private key is of type {type}. Google’s service accounts sign with RSA.',
    'Create a key in Google Cloud Console and bring its JSON file.',
  ),
  'key-size': once(
    'The private key has {bits} bits; 2,048 to 4,096 are taken.',
    'Create a new key in Google Cloud Console.',
  ),
  'key-field-malformed': once(
    'The field “{field}” of the key file is missing or has a form that Google does not use.',
    'Bring the file as downloaded, without edits.',
  ),
  'key-universe': once(
    'The key belongs to {universe}, not to Google’s own cloud. Latchkey speaks only to that.',
    'Use the tools of that cloud for this key.',
  ),
  'key-foreign-endpoint': once(
    'The key file sends its signatures to {host}, which is not Google’s.',
    'Do not use this file. Download the key from Google Cloud Console yourself.',
  ),
  'key-of-another-account': once(
    'This key belongs to {email}, not to the account that is open.',
    'Bring a key of this account, or add the other account from the account list.',
  ),
  'key-last': once(
    'This is the last key of the account.',
    'Import and try another one first, or forget the whole account.',
  ),
  'key-file-gone': once(
    'The file is not there any more, or not known since the last start.',
    'Look for it yourself; the list says where copies usually lie.',
  ),
  'key-file-changed': once(
    'The file has changed since it was brought, so it was not deleted.',
    'Look at it yourself and delete it by hand if it is the key.',
  ),
  'key-file-kept': again('The system did not let the file be deleted.', 'Delete it by hand.'),
  'service-no-scopes': once(
    'No scopes are chosen for this service account.',
    'Choose what its tokens should be allowed to do.',
  ),
  'service-no-key': once(
    'There is no key here that can sign for this service account.',
    'Bring a key file of it.',
  ),
  'service-delegation-refused': once(
    'Google does not let this service account act as {subject} with these scopes.',
    'An administrator registers its number and exactly these scopes in the Admin console; what to enter stands below, ready to copy. It can take a while until that counts.',
  ),
  'service-scope-refused': once(
    'Google does not know one of these scopes, or not for service accounts: {reason}.',
    'Check the spelling of the chosen scopes; for an id token, the address it is meant for.',
  ),
  'service-subject-invalid': once(
    'Google does not accept “{subject}” as somebody to act for.',
    'Check the address: a user of the organisation, written in full.',
  ),
  'service-disabled': once(
    'Google says that this service account is disabled or deleted.',
    'Enable it in Google Cloud Console → Service accounts, then try the key again.',
  ),
  'service-unknown': once(
    'Google knows no service account of this address.',
    'Check in Google Cloud Console whether it was deleted; a deleted one can be restored for 30 days.',
  ),
  'service-key-refused': once(
    'Google does not accept the signature of this key: it was deleted there, or belongs to another account.',
    'Look in Google Cloud Console whether the key still exists; otherwise create a new one and bring it.',
  ),
  'service-clock': again(
    'Google says that the signed request came at the wrong time.',
    'Set the clock of this computer, then try again.',
  ),
  'service-refused': once(
    'Google refused the request of the service account: {reason}.',
    'Look at the account’s keys and permissions in Google Cloud Console.',
  ),

  // Doors and leases
  'doors-locked': once(
    'Latchkey’s doors are locked.',
    'Unlock them in Latchkey → Programs, or with “latchkey unlock”.',
  ),
  'lease-needed': once(
    'There is no lease for that.',
    'Give one in Latchkey → Programs, or with “latchkey lease give”.',
  ),
  'lease-unknown': once(
    'This handle is not one of Latchkey’s here.',
    'Give the program a new lease; for a file, write it again with “latchkey adc write”.',
  ),
  'lease-taken-back': once(
    'The lease “{label}” was taken back.',
    'If the program should have access again, give it a new lease in Latchkey → Programs.',
  ),
  'lease-over': once('The lease “{label}” is over.', 'Give the program a new one in Latchkey → Programs.'),
  'lease-other-door': once(
    'The lease “{label}” is not for this door.',
    'Use it where it was given for, or give another one.',
  ),
  'lease-scopes': once(
    'The lease “{label}” does not allow {scope}.',
    'Ask for less, or give a lease that allows it.',
  ),
  'lease-account': once(
    'The lease “{label}” is for another account.',
    'Leave the account out, or give a lease for it.',
  ),
  'lease-not-remote': once(
    'This lease is not for another machine.',
    'Give one with “remote”, if the other machine should have it.',
  ),
  'lease-ambiguous': once('Several leases fit “{name}”.', 'Name one by its id; “latchkey lease” lists them.'),
  'lease-wish-unfit': once('A lease cannot be given like that: {reason}.', 'Change what is said there.'),
  'ask-refused': once('Somebody answered no.', 'Ask again once that is settled with them.'),
  'ask-unanswered': again(
    'Nobody answered in time, which means no.',
    'Answer in the Latchkey window or on a terminal, or give a lease beforehand.',
  ),
  'ask-muted': again(
    'This program asked too often, so it is not listened to for a while.',
    'Give it a lease, or show its questions again in Latchkey → Programs.',
  ),
  'ask-many': again('Too many programs wait for an answer.', 'Answer those first.'),
  'door-no-account': once(
    'No account is signed in yet.',
    'Sign one in: in the Latchkey window, or with “latchkey login”.',
  ),
  'door-which-account': once(
    'Several accounts could be meant.',
    'Name one, or make a rule for the folder: “latchkey use --here E-MAIL”.',
  ),
  'door-which-client': once(
    'The account has access under several clients.',
    'Name one with --client, or say which one a folder means.',
  ),
  'door-busy': again(
    'Port {port} is taken{program}.',
    'End what holds it; Latchkey opens its door as soon as it is free.',
  ),
  'door-failed': again('A door could not be opened.', 'Restart Latchkey; “latchkey doctor” says more.'),
  'door-occupied': once(
    'Something that is not Latchkey’s lies where its socket belongs: {path}.',
    'Look at it, and move it away if it is not needed.',
  ),
  'door-request-refused': once('The request was refused: {reason}.', 'See “Doors” in Latchkey’s README.'),
  'command-not-here': once('That can be done in the window only.', 'Open the Latchkey window.'),
  'local-only': once(
    'That is answered on this machine only, not through a forwarded socket.',
    'Do it where Latchkey runs.',
  ),
  'identity-not-possible': once(
    'Google makes no id token for any audience from a person’s access.',
    'Use a service account for that.',
  ),
  'foreign-file-unreadable': again(
    '{path} could not be read.',
    'Check that it is a file and that you may read it.',
  ),
  'foreign-file-unwritable': again('{path} could not be written.', 'Check that you may write there.'),
  'foreign-file-changed': once(
    '{path} was changed since Latchkey wrote it, so it was left as it is.',
    'Look at it, and delete it yourself if it is not needed.',
  ),

  // Who holds a profile
  'owner-missing': again(
    'No Latchkey is running for this profile.',
    'Open the Latchkey app, or start “latchkey agent”.',
  ),
  'owner-other-version': once(
    'The Latchkey that runs speaks another version ({version}).',
    'Restart it, so that both are of the same version.',
  ),
  'owner-silent': again('Latchkey runs and does not answer.', 'Try again; if it stays, restart it.'),
  'owner-changed': once(
    'Another Latchkey took the profile while this was being done.',
    'Look whether it was done before you ask for it again.',
  ),
  'socket-not-yours': once(
    'The socket {path} belongs to somebody else, so nothing was sent there.',
    'Check who made it; Latchkey never uses another user’s socket.',
  ),

  // The vault: secrets under a passphrase, where there is no keychain
  'vault-locked': once('The vault is locked.', 'Unlock it with “latchkey unlock”.'),
  'vault-wrong-passphrase': once('That is not the passphrase. Nothing was changed.', 'Try again.'),
  'vault-passphrase-short': once(
    'The passphrase is too short.',
    'Take at least {least} characters; several words are easier to remember than signs.',
  ),
  'vault-passphrases-differ': once(
    'The two passphrases are not the same. Nothing was changed.',
    'Try again.',
  ),
  'vault-passphrase-needed': once(
    'There is no terminal to ask for the passphrase.',
    'Give it through an open file descriptor: --passphrase-fd 3 3<FILE.',
  ),
  'vault-there': once('There is a vault already.', 'Use it, or change its passphrase.'),
  'vault-missing': once('There is no vault.', 'Make one with “latchkey vault init”.'),
  'vault-damaged': once(
    'The vault could not be read; the generation before it neither.',
    'Put its files back from a backup. Nothing was changed.',
  ),
  'vault-older': once(
    'The newest generation of the vault could not be read; the one before it is in use.',
    'What was stored last may be missing. The damaged file is kept aside in the vault’s folder.',
  ),
  'vault-choice-unclear': once(
    '{path} does not say where the secrets lie.',
    'Put the file right: {"store":"vault"} or {"store":"keychain"}.',
  ),
  'vault-move-stopped': again(
    'Not everything could be moved: {moved} of {all}. What was not verified stays where it was.',
    'Say the same command again.',
  ),

  // Practice Google
  'practice-only': once('That exists only in the practice profile.', 'Switch to the practice profile.'),
  'practice-failed': again(
    'Practice Google could not be started.',
    'Try again; if it stays, restart Latchkey.',
  ),
} as const satisfies Record<string, ErrorText>

export type ErrorCode = keyof typeof errors
