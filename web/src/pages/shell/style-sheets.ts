// The terminal makes its styles as it goes, in <style> elements, which the content security policy forbids. While it opens, it is
// given other elements in their place, whose text becomes a style sheet of the page without being one in it.

/** Runs what makes <style> elements. Answers what takes their styles away again. */
export function withoutStyleElements(work: () => void): () => void {
  const sheets: CSSStyleSheet[] = [];
  const make = document.createElement.bind(document);
  // An own property hides the inherited method, and its removal shows that again.
  Object.defineProperty(document, "createElement", {
    configurable: true,
    value: (tag: string, options?: ElementCreationOptions) =>
      tag === "style" ? standIn(make("span"), sheets) : make(tag, options),
  });
  try {
    work();
  } finally {
    Reflect.deleteProperty(document, "createElement");
  }
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !sheets.includes(sheet));
  };
}

function standIn(element: HTMLElement, sheets: CSSStyleSheet[]): HTMLElement {
  const sheet = new CSSStyleSheet();
  sheets.push(sheet);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  element.hidden = true;
  const text = { get: () => "", set: (css: string) => sheet.replaceSync(css) };
  Object.defineProperty(element, "textContent", text);
  Object.defineProperty(element, "innerText", text);
  return element;
}
