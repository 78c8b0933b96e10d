// The terminal makes its styles as it goes, in <style> elements, which the content security policy forbids. It gets a document
// that gives it other elements in their place, whose text becomes a style sheet of the page without being one in it.

/** A document for the terminal, and what takes its styles away again. */
export interface StyledDocument {
  readonly document: Document;
  readonly dispose: () => void;
}

/** Stands for the page's document in everything but the making of <style> elements. */
export function styledDocument(): StyledDocument {
  const sheets: CSSStyleSheet[] = [];
  const proxy = new Proxy(document, {
    get(target, name) {
      if (name === "createElement") {
        return (tag: string) => (tag === "style" ? styleElement(sheets) : target.createElement(tag));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
  return {
    document: proxy,
    dispose() {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !sheets.includes(sheet));
    },
  };
}

function styleElement(sheets: CSSStyleSheet[]): HTMLElement {
  const sheet = new CSSStyleSheet();
  sheets.push(sheet);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const element = document.createElement("span");
  element.hidden = true;
  const text = { get: () => "", set: (css: string) => sheet.replaceSync(css) };
  Object.defineProperty(element, "textContent", text);
  Object.defineProperty(element, "innerText", text);
  element.remove = () => {
    sheet.replaceSync("");
    HTMLElement.prototype.remove.call(element);
  };
  return element;
}
