// Light, dark, or as the system has it; kept in the browser, which holds nothing else of ours.

import { effect, signal } from "@preact/signals";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "berth.theme";

export const theme = signal<Theme>("system");

export function watchTheme(): void {
  theme.value = kept();
  effect(() => {
    document.documentElement.dataset["theme"] = theme.value;
    keep(theme.value);
  });
}

/** Whether it is dark at the moment. */
export function isDark(): boolean {
  return theme.value === "dark" || (theme.value === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
}

// A browser may refuse to keep anything: then it forgets the choice.
function kept(): Theme {
  try {
    return THEMES.find((name) => name === localStorage.getItem(KEY)) ?? "system";
  } catch {
    return "system";
  }
}

function keep(name: Theme): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {}
}
