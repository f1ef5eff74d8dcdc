/** The look of the practice pages. One text, so that its hash can stand in the content security policy. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f3f4f6; --card: #ffffff; --ink: #1c1f24; --quiet: #575e69; --line: #d9dce2;
  --accent: #1a5fb4; --accent-ink: #ffffff; --accent-soft: #e9f0fa; --hover: #f3f6fa;
  --notice: #fff3d6; --notice-ink: #573b00; --notice-line: #e8c66c; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14161a; --card: #1d2026; --ink: #eceef1; --quiet: #a8afba; --line: #363b44;
    --accent: #8ab8f5; --accent-ink: #0b1f38; --accent-soft: #22344c; --hover: #262a32;
    --notice: #3a2d0c; --notice-ink: #ffe3a1; --notice-line: #6d5518; --bad: #ffb4ab;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans Devanagari", sans-serif;
}
header { background: var(--notice); color: var(--notice-ink); border-bottom: 1px solid var(--notice-line); }
header p { margin: 0 auto; padding: 10px 20px; max-width: 960px; text-align: center; }
header strong { margin-right: 8px; }
main { width: 100%; max-width: 536px; margin: auto; padding: 24px 16px 40px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: 32px; }
h1 { margin: 0; font-size: 24px; line-height: 1.3; font-weight: 600; text-wrap: balance; }
.lead { margin: 4px 0 0; color: var(--quiet); }
h2 { margin: 0; font-size: 15px; font-weight: 600; }
ul { list-style: none; margin: 0; padding: 0; }
img { width: 40px; height: 40px; border-radius: 50%; flex: none; }
button { font: inherit; color: inherit; cursor: pointer; border-radius: 999px; }
button:focus-visible, input:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.accounts { margin: 24px -12px 0; }
.accounts li + li { border-top: 1px solid var(--line); }
.accounts li { position: relative; display: flex; align-items: center; gap: 14px; padding: 12px; }
.accounts li:hover { background: var(--hover); }
.who { display: flex; flex-direction: column; align-items: flex-start; min-width: 0; }
.who b { font-weight: 600; }
.who button { border: 0; padding: 0; background: none; color: var(--quiet); text-align: left; overflow-wrap: anywhere; }
.who button::after { content: ""; position: absolute; inset: 0; border-radius: 10px; }
.who button:focus-visible { outline: none; }
.who button:focus-visible::after { outline: 3px solid var(--accent); outline-offset: -3px; }
.tag { margin-left: auto; color: var(--quiet); font-size: 13px; }
.chip {
  display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; margin: 16px 0 24px; padding: 6px 6px 6px 10px;
  border: 1px solid var(--line); border-radius: 12px;
}
.chip img { width: 28px; height: 28px; }
.chip span { min-width: 0; overflow-wrap: anywhere; }
.plain {
  border: 0; background: none; color: var(--accent); padding: 6px 12px; font-weight: 600; white-space: nowrap;
}
.chip .plain { margin-left: auto; }
.plain:hover { background: var(--accent-soft); }
.part-head { display: flex; align-items: center; justify-content: space-between; min-height: 36px; gap: 12px; }
.part { margin-bottom: 20px; }
a.plain { border-radius: 999px; text-decoration: none; }
a.plain:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.connection { margin-top: 20px; }
[role="status"] { margin: 0 0 12px; padding: 10px 14px; border-radius: 10px; background: var(--accent-soft); }
.boxes, .granted { border-top: 1px solid var(--line); }
.granted li, .boxes label {
  display: flex; gap: 14px; align-items: flex-start; padding: 10px 0; border-bottom: 1px solid var(--line);
}
.granted li::before { content: "✓"; color: var(--accent); font-weight: 700; width: 18px; text-align: center; flex: none; }
.boxes label, .ongoing label { cursor: pointer; }
.boxes label:hover { background: var(--hover); }
input[type="checkbox"] { width: 18px; height: 18px; margin: 3px 0 0; flex: none; accent-color: var(--accent); }
.field { display: block; margin-top: 20px; font-weight: 600; }
.code {
  width: 100%; margin-top: 6px; padding: 10px 14px; border: 1px solid var(--quiet); border-radius: 10px;
  background: var(--ground); color: var(--ink); font: 22px/1.4 ui-monospace, "DejaVu Sans Mono", monospace; letter-spacing: 0.08em;
}
.text { display: flex; flex-direction: column; min-width: 0; }
code { font: 12px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; color: var(--quiet); overflow-wrap: anywhere; }
.ongoing label { display: flex; gap: 14px; align-items: flex-start; }
.ongoing small { color: var(--quiet); font-size: 13px; }
.actions { display: flex; justify-content: flex-end; gap: 8px; margin-top: 28px; }
.main { border: 1px solid var(--accent); background: var(--accent); color: var(--accent-ink); padding: 8px 24px; font-weight: 600; }
.main:hover { filter: brightness(1.08); }
.actions .plain { padding: 8px 20px; }
.error { margin: 16px 0 0; font-weight: 600; color: var(--bad); }
.detail { margin: 20px 0 0; padding: 12px 14px; border-radius: 10px; background: var(--ground); }
.detail h2 { margin-bottom: 4px; font-size: 13px; color: var(--quiet); }
.card > p { overflow-wrap: anywhere; }
.card > p:last-child { margin-bottom: 0; }
@media (max-width: 480px) { .card { padding: 24px 20px; border-radius: 12px; } main { margin: 0 auto; } }
@media (forced-colors: active) { .card, .main { border: 1px solid; } }
`
