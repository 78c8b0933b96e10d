// The pages that people see when a service is not there: no picture, font or script from anywhere, light and dark, and of use
// to a screen reader. Pure.

/** What a page says. */
export interface PageWords {
  readonly title: string;
  readonly text: string;
  readonly note: string;
  /** Where to go from here: a path of this host. */
  readonly link?: { readonly address: string; readonly words: string } | undefined;
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1d2330;--soft:#525b6e;--ground:#f5f6f8;--line:#c9ced8;--mark:#2456a6}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebf1;--soft:#a3acbd;--ground:#15181e;--line:#3a4252;--mark:#7fb0ff}}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);color:var(--ink);
font:1.05rem/1.5 system-ui,sans-serif}
main{max-width:32rem;padding:2rem}
h1{font-size:1.5rem;margin:0 0 .5rem}
p{margin:.5rem 0;overflow-wrap:anywhere}
a{color:var(--mark)}
.note{color:var(--soft);font-size:.9rem;border-top:1px solid var(--line);padding-top:.75rem;margin-top:1.25rem}
.bar{height:.25rem;border-radius:.125rem;background:var(--line);overflow:hidden;margin:1.25rem 0}
.bar i{display:block;height:100%;width:35%;background:var(--mark);animation:go 1.6s ease-in-out infinite alternate}
@keyframes go{from{margin-left:0}to{margin-left:65%}}
@media(prefers-reduced-motion:reduce){.bar i{animation:none;width:100%}}`;

/** A page that says what happened. */
export function messagePage({ title, text, note, link }: PageWords): string {
  const said = text === "" ? "" : `<p>${escapeText(text)}</p>`;
  const way = link ? `<p><a href="${escapeText(link.address)}">${escapeText(link.words)}</a></p>` : "";
  return page(title, "", `<h1>${escapeText(title)}</h1>${said}${way}<p class="note">${escapeText(note)}</p>`);
}

/** A page that waits for a service to start: the browser asks again by itself. */
export function waitingPage(name: string, seconds: number): string {
  const title = `${name} is starting`;
  return page(
    title,
    `<meta http-equiv="refresh" content="${seconds}">`,
    `<h1>${escapeText(title)}</h1>
<div class="bar" aria-hidden="true"><i></i></div>
<p role="status">Nobody had used it for a while, so it was stopped. It starts now, and this page opens it when it is there.</p>
<p class="note">The page asks again every ${seconds} seconds.</p>`,
  );
}

function page(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">${head}<title>${escapeText(title)}</title><style>${STYLE}</style></head>
<body><main>${body}</main></body></html>
`;
}

function escapeText(text: string): string {
  const names: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (char) => names[char] ?? char);
}
