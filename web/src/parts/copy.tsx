// A text to be copied.

import { useSignal } from "@preact/signals";
import { announce } from "../state/announce.ts";
import { Button } from "./button.tsx";

export function Copy({ text, label = "Copy" }: { readonly text: string; readonly label?: string }) {
  const done = useSignal(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text);
    done.value = true;
    announce("Copied");
    setTimeout(() => {
      done.value = false;
    }, 2000);
  }
  return (
    <Button kind="quiet" onPress={() => void copy().catch(() => announce("The browser does not let it be copied"))}>
      {done.value ? "Copied" : label}
    </Button>
  );
}
