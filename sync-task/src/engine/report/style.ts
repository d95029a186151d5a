/** The look of all pages: one column, light or dark as the reader has it, tables that become cards on a phone, and ink on paper. */
export const style = `
:root{color-scheme:light dark;--paper:#f6f7f9;--card:#fff;--ink:#1b2330;--soft:#5a6577;--line:#dfe3ea;--bar:#9fb3cf;--now:#2459b8;
--band:#e3ecf9;--link:#1d4fa8;--good:#17693a;--good-paper:#ddf3e4;--warn:#7d4a00;--warn-paper:#fdecc8;--bad:#a31527;--bad-paper:#fbe0e2}
@media (prefers-color-scheme:dark){:root{--paper:#11151c;--card:#1a202a;--ink:#e6eaf1;--soft:#a0abbd;--line:#2f3846;--bar:#4c6184;
--now:#7eadff;--band:#222f45;--link:#8db6ff;--good:#8fdcab;--good-paper:#173a26;--warn:#f4c872;--warn-paper:#40300f;--bad:#ff9ea6;--bad-paper:#4a1b20}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main,header,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
a{color:var(--link)}
a:focus-visible{outline:3px solid var(--now);outline-offset:2px;border-radius:2px}
h1{font-size:1.7rem;line-height:1.2;margin:.1rem 0 .4rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:0 0 .6rem}
.above,.run,.note,figcaption,footer{color:var(--soft)}
.above{font-size:.9rem;margin:0}
.run{margin:.2rem 0 0;overflow-wrap:anywhere}
.badge{display:inline-block;padding:.1rem .6rem;border-radius:1rem;font-size:.85rem;font-weight:650;white-space:nowrap;vertical-align:middle}
h1 .badge{font-size:.95rem;margin-left:.4rem}
.good{color:var(--good);background:var(--good-paper)}
.warn{color:var(--warn);background:var(--warn-paper)}
.bad{color:var(--bad);background:var(--bad-paper)}
.plain{color:var(--soft);background:var(--line)}
.notice{border-radius:.6rem;padding:.8rem 1rem;margin:1.2rem 0 0;font-weight:550}
.cards{display:grid;grid-template-columns:repeat(4,1fr);gap:.75rem;margin:1.2rem 0 0;padding:0}
.card,section{background:var(--card);border:1px solid var(--line);border-radius:.7rem}
.card{padding:.75rem .95rem}
.card dt{font-size:.85rem;color:var(--soft)}
.card dd{margin:0;font-size:1.5rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
.card .small{font-size:.82rem;font-weight:400;color:var(--soft);line-height:1.35}
.card.alert dd{color:var(--bad)}
.card.aware dd{color:var(--warn)}
section{padding:1.1rem 1.25rem;margin:1rem 0 0}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1.5rem}
figure{margin:0}
figcaption{font-size:.88rem}
figcaption b{display:block;color:var(--ink);font-size:1rem}
svg{display:block;width:100%;height:auto;margin:.4rem 0 .3rem}
.ends{display:flex;justify-content:space-between;font-size:.8rem;color:var(--soft)}
.band{fill:var(--band)}.bar{fill:var(--bar)}.bar.now{fill:var(--now)}.bar.odd{fill:var(--bad)}
.median{stroke:var(--soft);stroke-width:1;stroke-dasharray:3 3}.floor{stroke:var(--line);stroke-width:1}
table{border-collapse:collapse;width:100%;font-size:.93rem}
th{text-align:left;font-weight:600;color:var(--soft);font-size:.82rem;padding:.25rem 1.2rem .35rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
td{padding:.45rem 1.2rem .45rem 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
th:last-child,td:last-child{padding-right:0}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}
.path,.message{overflow-wrap:anywhere}
td.message{min-width:14rem}
.text{white-space:nowrap}
.below{display:block;font-size:.85rem;color:var(--soft)}
.path{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.86rem;width:34%}
.name{font-weight:600}
.note{font-size:.88rem;margin:.5rem 0 0}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(22rem,1fr));gap:1rem}
.columns>section{min-width:0}
footer{font-size:.88rem;padding-top:1.2rem;padding-bottom:2.5rem}
.dots{display:inline-flex;gap:.25rem;vertical-align:middle}
.dot{width:.7rem;height:.7rem;border-radius:.2rem;border:1px solid currentColor}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:40rem){
header{padding-top:1.2rem}main,header,footer{padding-left:.85rem;padding-right:.85rem}
h1{font-size:1.35rem}section{padding:.9rem .95rem}.cards{grid-template-columns:1fr 1fr;gap:.55rem}.card{padding:.6rem .75rem}.card dd{font-size:1.2rem}
.columns{grid-template-columns:1fr}
table,tbody,tr,td{display:block}td.path{width:auto}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{padding:.5rem 0;border-bottom:1px solid var(--line)}tr:last-child{border-bottom:0}
td,td.number,td.text,td.message{border:0;padding:.05rem 0;text-align:left;white-space:normal;min-width:0}
td[data-label]::before{content:attr(data-label) ": ";color:var(--soft)}
}
@media print{
:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--bar:#aaa;--now:#1d4fa8;--band:#e8eef8;--link:#000;
--good:#17693a;--good-paper:#fff;--warn:#7d4a00;--warn-paper:#fff;--bad:#a31527;--bad-paper:#fff}
body{font-size:10pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main,header,footer{max-width:none;padding-left:0;padding-right:0}
.badge,.notice{border:1px solid currentColor}
tr,figure,.card{break-inside:avoid}h2{break-after:avoid}
}
`;
