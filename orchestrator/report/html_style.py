"""The style sheet of HTML reports: system fonts, light and dark by the reader's setting, readable on paper."""

CSS = """
@media screen { :root { color-scheme: light dark; } }
:root { --ink: #1c2024; --soft: #5b646e; --line: #d8dde3; --paper: #fff; --panel: #f5f7f9;
  --good: #14733b; --goodbg: #e8f5ec; --bad: #b3261e; --badbg: #fdecea; --watch: #8a5a00; --watchbg: #fdf4e0; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #9aa4ae; --line: #343b43;
  --paper: #15181c; --panel: #1d2126; --good: #67d391; --goodbg: #14291c; --bad: #ff8a80; --badbg: #331a18;
  --watch: #f0c060; --watchbg: #2e2614; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
.soft { color: var(--soft); }
.verdict { margin: .5rem 0 0; font-weight: 600; }
code, pre, td.id { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .86em; }
code, td.id { overflow-wrap: anywhere; }
.chips { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; padding: 0; list-style: none; }
.chips li { border: 1px solid var(--line); border-radius: .5rem; padding: .4rem .9rem; background: var(--panel); }
.chips b { display: block; font-size: 1.35rem; line-height: 1.2; }
.chips .create b { color: var(--good); } .chips .delete b, .chips .replace b { color: var(--bad); }
.chips .update b { color: var(--watch); } .chips .none b { color: var(--soft); }
.note { border-left: 4px solid var(--line); background: var(--panel); padding: .6rem .9rem; margin: .6rem 0;
  border-radius: 0 .4rem .4rem 0; overflow-wrap: anywhere; }
.note.error, .note.replaced { border-color: var(--bad); background: var(--badbg); }
.note.warning, .note.risk { border-color: var(--watch); background: var(--watchbg); }
.note p { margin: .15rem 0; }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .6rem 0; overflow: hidden; }
summary { cursor: pointer; padding: .55rem .9rem; background: var(--panel); font-weight: 600; }
summary .soft { font-weight: 400; }
pre { margin: 0; padding: .5rem 0; line-height: 1.55; white-space: pre-wrap; overflow-wrap: anywhere; }
pre span { display: block; padding: 0 .9rem 0 2.3rem; text-indent: -1.4rem; }
pre .item { font-weight: 600; margin-top: .35rem; }
pre .plus { color: var(--good); background: var(--goodbg); } pre .minus { color: var(--bad); background: var(--badbg); }
pre .update { color: var(--watch); } pre .replace { color: var(--bad); font-weight: 700; }
pre .words { color: var(--soft); }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93em; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-top: 1px solid var(--line); }
th { border-top: 0; color: var(--soft); font-weight: 600; }
td.number { text-align: right; }
td.number, td.plane { white-space: nowrap; }
tr.misleads td { color: var(--bad); background: var(--badbg); font-weight: 600; }
.data { color: var(--good); } footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .6rem; }
@media print { body { max-width: none; padding: 0; font-size: 11px; } details { break-inside: auto; }
  .note, tr { break-inside: avoid; } }
"""
