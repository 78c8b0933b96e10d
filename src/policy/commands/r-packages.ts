// Packages that R installs: `R -e 'install.packages(c("a", "b"))'`, `Rscript -e`, `install2.r`. Reads the calls of R's text by their
// form; knows no rule and no R beyond that.

import type { CommandView, WordView } from "../recipe-view/types.ts";
import type { PackageRequest } from "./package-specs.ts";
import { plainText } from "./words.ts";

const CALL =
  /\b(install\.packages|install_version|install_github|install_gitlab|install_url|install_cran|pkg_install|BiocManager::install|renv::install|renv::restore)\s*\(/g;

export interface RCall {
  readonly packages: readonly PackageRequest[];
  /** The word with R's text. */
  readonly word: WordView;
}

/** What a call of R installs; undefined when it installs nothing. */
export function readRCall(command: CommandView): RCall | undefined {
  if (command.name === "install2.r" || command.name === "installGithub.r") return scriptCall(command);
  const words = command.words.filter((_, index) => ["-e", "--eval"].includes(text(command.words[index - 1])));
  const inline = command.words.filter((word) => /^(-e|--eval=)./.test(plainText(word)));
  const found = [...words, ...inline].flatMap((word) => {
    const calls = [...plainText(word).matchAll(CALL)];
    return calls.length === 0 ? [] : [{ word, packages: calls.flatMap((call) => packagesOf(word, call)) }];
  });
  const first = found[0];
  return first && { word: first.word, packages: found.flatMap(({ packages }) => packages) };
}

function text(word: WordView | undefined): string {
  return word ? plainText(word) : "";
}

function scriptCall(command: CommandView): RCall | undefined {
  const named = command.words.filter((word, index) => {
    const before = text(command.words[index - 1]);
    return !/^-/.test(text(word)) && !/^(-[rlncmd]|--(repos|libloc|ncpus|method|deps))$/.test(before);
  });
  const [first] = command.words;
  if (!first) return undefined;
  const packages = named.map((word) => request(word, plainText(word), undefined));
  return { word: first, packages };
}

function request(word: WordView, name: string, version: string | undefined): PackageRequest {
  return { name, version, kind: /^[$`]/.test(name) ? "open" : "package", range: word.range, word };
}

// The strings of the first argument; of `install_version` the second one is the version.
function packagesOf(word: WordView, call: RegExpExecArray | RegExpMatchArray): readonly PackageRequest[] {
  const rest = plainText(word).slice((call.index ?? 0) + call[0].length);
  const list = /^\s*(?:pkgs\s*=\s*)?c\s*\(([^)]*)\)/.exec(rest)?.[1];
  const single = /^\s*(?:\w+\s*=\s*)?(["'])([^"']+)\1/.exec(rest)?.[2];
  const version =
    call[1] === "install_version" ? /^[^,]*,\s*(?:version\s*=\s*)?["']([^"']+)["']/.exec(rest)?.[1] : undefined;
  const names = list === undefined ? (single === undefined ? [] : [single]) : strings(list);
  return names.map((name) => {
    const [bare = name, ref] = name.split("@");
    return request(word, bare, version ?? ref);
  });
}

function strings(list: string): readonly string[] {
  return [...list.matchAll(/["']([^"']+)["']/g)].map((match) => match[1] ?? "");
}
