// A terminal in the page. Loaded when somebody opens a shell: it is as large as all the rest.

import "@xterm/xterm/css/xterm.css";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { isDark } from "../../state/theme.ts";
import { withoutStyleElements } from "./style-sheets.ts";

/** What the page does with it. */
export interface PageTerminal {
  readonly columns: number;
  readonly rows: number;
  readonly write: (data: Uint8Array | string) => void;
  readonly onInput: (listener: (text: string) => void) => void;
  readonly onResize: (listener: (columns: number, rows: number) => void) => void;
  /** Called when the person wants to leave it with the keyboard. */
  readonly onLeave: (listener: () => void) => void;
  readonly focus: () => void;
  readonly dispose: () => void;
}

const DARK = { background: "#0b1012", foreground: "#e4e7e3", cursor: "#6cc7d4", selectionBackground: "#2c4a52" };
const LIGHT = { background: "#fdfcf9", foreground: "#1c2326", cursor: "#0d5766", selectionBackground: "#c5dde1" };

/** Opens a terminal in the element. */
export function openTerminal(place: HTMLElement, label: string): PageTerminal {
  const terminal = new Terminal({
    fontFamily: getComputedStyle(place).fontFamily,
    fontSize: 13,
    scrollback: 5000,
    // Its output is read aloud, line by line.
    screenReaderMode: true,
    minimumContrastRatio: 4.5,
    theme: isDark() ? DARK : LIGHT,
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  const unstyle = withoutStyleElements(() => terminal.open(place));
  terminal.textarea?.setAttribute("aria-label", label);
  fit.fit();
  const watch = new ResizeObserver(() => fit.fit());
  watch.observe(place);
  return {
    columns: terminal.cols,
    rows: terminal.rows,
    write: (data) => terminal.write(data),
    onInput: (listener) => void terminal.onData(listener),
    onResize: (listener) => void terminal.onResize(({ cols, rows }) => listener(cols, rows)),
    onLeave: (listener) =>
      terminal.attachCustomKeyEventHandler((event) => {
        const leaves = event.key === "Escape" && event.shiftKey;
        if (leaves && event.type === "keydown") listener();
        return !leaves;
      }),
    focus: () => terminal.focus(),
    dispose() {
      watch.disconnect();
      terminal.dispose();
      unstyle();
    },
  };
}
