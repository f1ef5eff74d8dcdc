@rem Starts the command of Latchkey with the Node of this machine (20 or newer).
@node "%~dp0latchkey.cjs" %*
