/** The report's style sheet: light and dark after the reader's system, cards on a phone, printable. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1f2430; --soft: #5b6472; --line: #e1e5eb; --page: #f5f6f8; --card: #ffffff;
  --accent: #0b6bab; --warn-ink: #6b4300; --warn: #fff4dc; --warn-line: #e8b54a;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ink: #e6e9ef; --soft: #a3acba; --line: #2d333e; --page: #0f1116; --card: #171a21;
    --accent: #6cb6ec; --warn-ink: #ffdd9a; --warn: #2c2413; --warn-line: #8a6a24;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
main { max-width: 980px; margin: 0 auto; padding: 40px 20px 56px; }
header { margin-bottom: 12px; }
.eyebrow { margin: 0; color: var(--accent); font-size: 14px; font-weight: 600; }
h1 { margin: 4px 0 10px; font-size: clamp(26px, 5vw, 36px); line-height: 1.2; letter-spacing: -0.01em; }
h2 { margin: 0 0 14px; font-size: 20px; line-height: 1.3; }
.lead { margin: 0; max-width: 44em; font-size: 17px; color: var(--soft); }
.lead b { color: var(--ink); }
.part { margin: 0 0 24px; }
.part-title { margin: 44px 0 10px; font-size: clamp(22px, 4vw, 28px); letter-spacing: -0.01em; }
.verdicts { margin: 14px 0; padding-left: 22px; }
section, figure {
  margin: 0 0 20px; padding: 22px 24px; background: var(--card);
  border: 1px solid var(--line); border-radius: 12px;
}
.notes {
  margin: 18px 0 0; padding: 12px 16px 12px 34px; color: var(--warn-ink); background: var(--warn);
  border: 1px solid var(--warn-line); border-radius: 10px;
}
table { width: 100%; border-collapse: collapse; }
th { padding: 6px 12px; font-size: 13px; font-weight: 600; color: var(--soft); text-align: left; vertical-align: bottom; }
td { padding: 10px 12px; border-top: 1px solid var(--line); vertical-align: baseline; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; }
.strong { font-size: 18px; font-weight: 650; }
.small { display: block; font-size: 13px; color: var(--soft); }
.name { font-weight: 600; }
.swatch { display: inline-block; width: 11px; height: 11px; margin-right: 8px; border-radius: 3px; }
code { font: 0.86em/1.4 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; }
sup { line-height: 0; }
sup a { color: var(--accent); text-decoration: none; }
.sources { margin: 14px 0 0; padding-left: 22px; font-size: 14px; color: var(--soft); }
figure { padding: 16px 10px 20px; }
.chart { min-height: 420px; }
figcaption { max-width: 52em; padding: 10px 14px 0; font-size: 15px; color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 20px; margin: 0; font-size: 15px; }
dt { color: var(--soft); }
dd { margin: 0; }
footer { padding: 0 4px; font-size: 14px; color: var(--soft); }
@media screen and (max-width: 680px) {
  main { padding: 24px 12px 40px; }
  section { padding: 18px 16px; }
  figure { padding: 12px 0 16px; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; }
  tr { padding: 12px 0; border-top: 1px solid var(--line); }
  tr:first-child { padding-top: 0; border-top: 0; }
  tr:last-child { padding-bottom: 0; }
  td, td:first-child, td:last-child { display: flex; justify-content: space-between; gap: 16px; padding: 2px 0; border: 0; text-align: right; }
  td:first-child { display: block; padding-bottom: 4px; text-align: left; }
  td[data-label]::before { content: attr(data-label); flex: none; color: var(--soft); font-size: 14px; }
  .number { white-space: normal; }
  .runs tr { display: grid; grid-template-columns: repeat(3, 1fr); gap: 2px 12px; }
  .runs td:first-child { grid-column: 1 / -1; }
  .runs td:not(:first-child) { display: block; font-size: 15px; text-align: left; white-space: nowrap; }
  .runs td::before { display: block; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 8px; }
}
@media print {
  :root { color-scheme: light; }
  body { background: #fff; font-size: 12px; }
  main { max-width: none; padding: 0; }
  section, figure { border: 0; padding: 8px 0; break-inside: avoid; }
  .lead, figcaption, .sources, dl, footer { font-size: 12px; }
  .modebar { display: none; }
  .swatch, .notes { print-color-adjust: exact; }
}
`;
