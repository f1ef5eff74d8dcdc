#!/bin/sh
# The system browser of a private session: opens the address in a headless Chromium of its own that a script can
# drive. Each address gets a new profile, as if every sign-in came from somebody who has just sat down.
set -eu
folder=$(mktemp -d "$LATCHKEY_BROWSER_ROOT/browser-XXXXXX")
sandbox=
[ "$(id -u)" != 0 ] || sandbox=--no-sandbox
# A system browser outlives the call that opened it, and keeps its own secrets out of the keyring under test.
setsid "${LATCHKEY_CHROMIUM:-chromium}" --headless=new $sandbox --user-data-dir="$folder/profile" \
  --remote-debugging-port=0 --no-first-run --no-default-browser-check --password-store=basic \
  --disable-background-networking --disable-component-update --disable-gpu --window-size=900,1000 \
  "$1" >"$folder/log" 2>&1 </dev/null &
echo $! >"$folder/pid"
