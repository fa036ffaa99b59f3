"""The style sheet of a run's page, beside the one that all pages share: banner, numbers, drawings, tables as cards."""

RUN_CSS = """
:root { --serve: #1f5fa8; --servebg: #bcd3ee; --mark: #b3261e; --grid: #e4e8ec; --early: #8a5a00; }
@media screen and (prefers-color-scheme: dark) { :root { --serve: #6cabf0; --servebg: #2c4a6b; --mark: #ff8a80;
  --grid: #2a3037; --early: #f0c060; } }
h1 { line-height: 1.25; overflow-wrap: anywhere; } h2, h3, p, dd, li { overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.4rem 0 .6rem; } p { margin: .3rem 0; }
.kicker { color: var(--soft); margin: 0; font-size: .93em; }
.banner { border-left: 6px solid var(--line); border-radius: .4rem; padding: .8rem 1.1rem; margin: 1.2rem 0 .8rem; }
.banner .word { font-size: 1.7rem; font-weight: 700; line-height: 1.2; margin: 0; }
.banner.passed { background: var(--goodbg); border-color: var(--good); } .banner.passed .word { color: var(--good); }
.banner.failed { background: var(--badbg); border-color: var(--bad); } .banner.failed .word { color: var(--bad); }
.banner.aborted { background: var(--watchbg); border-color: var(--watch); }
.banner.aborted .word { color: var(--watch); }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: .7rem; padding: 0;
  margin: 1rem 0; list-style: none; }
.numbers li { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .9rem; background: var(--panel); }
.numbers li.missed { border-color: var(--bad); } .numbers h3 { margin: 0; font-size: .87em; font-weight: 600;
  color: var(--soft); } .numbers b { font-size: 1.6rem; line-height: 1.35; } .numbers p { margin: 0; font-size: .87em; }
.met { color: var(--good); font-weight: 600; } .missed { color: var(--bad); font-weight: 600; }
.early { color: var(--early); font-weight: 600; } .numbers li.met, .numbers li.missed { color: var(--ink);
  font-weight: 400; }
figure.drawing { margin: .4rem 0; } .drawing svg { display: block; width: 100%; height: auto; }
.drawing svg.narrow { display: none; max-width: 30rem; }
.drawing text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--ink);
  paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; }
.drawing text.soft { fill: var(--soft); } .drawing text.head { font-weight: 600; }
.drawing text.amount { font-variant-numeric: tabular-nums; }
svg .grid { stroke: var(--grid); } svg .zero { stroke: var(--soft); stroke-dasharray: 2 2; }
svg .base { stroke: var(--line); } svg .phase { fill: var(--soft); } svg .served { fill: var(--serve); }
svg .stripes { stroke: var(--line); stroke-dasharray: 2 4; } svg .away { fill: none; stroke: var(--soft);
  stroke-dasharray: 3 2; } svg .cross { fill: none; stroke: var(--mark); stroke-width: 1.6; }
svg .failed { fill: var(--mark); } svg .high { fill: var(--servebg); }
svg .median { fill: none; stroke: var(--serve); stroke-width: 1.6; } svg .point { fill: var(--serve); }
svg .objective { stroke: var(--soft); stroke-dasharray: 5 4; } svg .passed { fill: var(--good); }
svg .aborted { fill: var(--paper); stroke: var(--early); stroke-width: 1.6; }
.legend { font-size: .87em; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; }
.place, .key, td .met, td .missed, td .early { white-space: nowrap; }
.swatch { vertical-align: -1px; }
.share { display: flex; align-items: center; gap: .6rem; white-space: nowrap; }
.share svg { flex: 1 1 0; width: 0; min-width: 2.5rem; max-width: 18rem; background: var(--grid); }
td, dd { overflow-wrap: anywhere; } th { vertical-align: bottom; } th.number { text-align: right; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; } td.id { min-width: 7rem; }
td.home { min-width: 8.4rem; } td.short { white-space: nowrap; }
table.cards, table.plain { margin: .3rem 0; } details table { padding: 0 .6rem; }
a { color: var(--serve); }
section.run { border-top: 3px solid var(--line); margin-top: 3rem; padding-top: 1.2rem; }
section.run h2 { font-size: 1.4rem; margin: 0 0 .25rem; } section.run h3 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
section.run .numbers h3 { margin: 0; font-size: .87em; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .5rem 1.2rem; margin: 0; }
.facts dt { color: var(--soft); font-size: .87em; } .facts dd { margin: 0; }
@media screen and (max-width: 42rem) { body { padding: 1.2rem .9rem 3rem; }
  .drawing svg.wide { display: none; } .drawing svg.narrow { display: block; }
  .extra { display: none !important; } table.plain th, table.plain td { padding-left: .3rem; padding-right: .3rem; }
  table.cards, .cards tbody, .cards tr, .cards td { display: block; } .cards thead { display: none; }
  .cards tr { border-top: 1px solid var(--line); padding: .45rem 0; }
  .cards td { border: 0; padding: .05rem 0 .05rem 7.2rem; text-align: left; position: relative; min-height: 1.4em; }
  table.cards td.number { text-align: left; white-space: normal; } .cards td.empty { display: none; }
  .cards td::before { content: attr(data-head); position: absolute; left: 0; width: 6.8rem; color: var(--soft); } }
@media print { details::details-content { content-visibility: visible; display: block; height: auto; }
  details td { padding-top: .1rem; padding-bottom: .1rem; }
  h2, h3 { break-after: avoid; } figure, .numbers li, .banner { break-inside: avoid; }
  thead { display: table-header-group; } section.run { break-before: page; }
  .banner, .numbers li, svg, .note { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
