// A page as blocks, written as Markdown or as HTML. Texts are plain, with `code` in backquotes and perhaps **words** to begin with that
// stand out; nobody's text becomes other markup.

export type Block =
  | { readonly kind: "heading"; readonly level: 1 | 2 | 3; readonly text: string; readonly id?: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  | { readonly kind: "table"; readonly head: readonly string[]; readonly rows: readonly (readonly Cell[])[] };

/** A text, or a link within the page. */
export type Cell = string | { readonly text: string; readonly to: string };

/** The page as Markdown. */
export function markdownOf(blocks: readonly Block[]): string {
  return `${blocks.map(markdownBlock).join("\n\n")}\n`;
}

function markdownBlock(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `${"#".repeat(block.level)} ${markdownText(block.text)}`;
    case "text":
      return markdownText(block.text);
    case "list":
      return block.items.map((item) => `- ${markdownText(item)}`).join("\n");
    case "code":
      return fenced(block.language, block.text);
    case "table":
      return [markdownRow(block.head), `|${"---|".repeat(block.head.length)}`, ...block.rows.map(markdownRow)].join(
        "\n",
      );
  }
}

function markdownRow(cells: readonly Cell[]): string {
  const texts = cells.map((cell) => (typeof cell === "string" ? markdownText(cell) : `[${cell.text}](#${cell.to})`));
  return `| ${texts.map((text) => text.replaceAll("|", "\\|").replace(/\s+/g, " ")).join(" | ")} |`;
}

// Angle brackets would be read as HTML, but for those in code.
function markdownText(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replaceAll("<", "&lt;").replace(/(?<!\*)([*_])(?=\w)/g, "\\$1"),
    )
    .join("");
}

// A fence longer than any in the text.
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

/** The page as one HTML document without scripts or things to fetch. */
export function htmlOf(title: string, blocks: readonly Block[]): string {
  const meta = `<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">`;
  const head = `<head>\n${meta}\n<title>${html(title)}</title>\n<style>${STYLE}</style>\n</head>`;
  const body = `<body>\n<main>\n${blocks.map(htmlBlock).join("\n")}\n</main>\n</body>`;
  return `<!doctype html>\n<html lang="en">\n${head}\n${body}\n</html>\n`;
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 3rem; border-bottom: 2px solid #8886; }
h3 { margin-top: 2.5rem; }
pre { background: #8881; padding: .75rem; overflow: auto; }
code { font-size: .9em; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
td, th { border: 1px solid #8886; padding: .25rem .5rem; text-align: left; vertical-align: top; }
th { background: #8881; }
:target { background: #fd03; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } a { color: #8cf; } }
`;

function htmlBlock(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `<h${block.level}${block.id ? ` id="${html(block.id)}"` : ""}>${htmlText(block.text)}</h${block.level}>`;
    case "text":
      return `<p>${htmlText(block.text)}</p>`;
    case "list":
      return `<ul>${block.items.map((item) => `<li>${htmlText(item)}</li>`).join("")}</ul>`;
    case "code":
      return `<pre><code>${html(block.text.trimEnd())}</code></pre>`;
    case "table":
      return `<div class="wide"><table><thead>${htmlRow(block.head, "th")}</thead><tbody>${block.rows.map((row) => htmlRow(row, "td")).join("\n")}</tbody></table></div>`;
  }
}

function htmlRow(cells: readonly Cell[], tag: string): string {
  const texts = cells.map((cell) =>
    typeof cell === "string" ? htmlText(cell) : `<a href="#${html(cell.to)}">${html(cell.text)}</a>`,
  );
  return `<tr>${texts.map((text) => `<${tag}>${text}</${tag}>`).join("")}</tr>`;
}

function htmlText(text: string): string {
  return html(text)
    .replace(/^\*\*(.+?)\*\*(?= |$)/, "<strong>$1</strong>")
    .replace(/`([^`]*)`/g, "<code>$1</code>");
}

function html(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
