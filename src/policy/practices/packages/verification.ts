// Signatures and certificates are checked: PKG019.

import { gitSubcommand } from "../../commands/downloads.ts";
import { withoutWord } from "../../commands/edits.ts";
import { packageCommand } from "../../commands/package-commands.ts";
import { plainText } from "../../commands/words.ts";
import { practice } from "../../practice.ts";
import type { CommandView, RecipeView, StepView, WordView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { allSteps, commandsIn } from "../recipe-parts.ts";
import { debian, post } from "./calls.ts";

export const VERIFICATION_OFF = practice({
  id: "PKG019",
  title: "Signatures and certificates are checked",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "{what} switches the check of {check} off",
  hint: "take it out; if the site's own certificate is the reason, add that to the trusted ones",
  why: "Whoever sits between the build and the server decides what is installed.",
  source: "ours",
  peers: [],
  controls: ["CIS 4.11"],
  fix: "unsafe",
  checks: {
    recipe: ({ recipe }) => [
      ...commandsIn(allSteps(recipe), "build", "setup").flatMap(({ command }) => commandHits(recipe, command)),
      ...allSteps(recipe).flatMap(settingHits),
    ],
  },
  passes: [
    { shows: "wget", dockerfile: debian("RUN wget https://h.example/a.tgz") },
    { shows: "an option of another program", dockerfile: debian("RUN make -k && grep -k x") },
    {
      shows: "signed repositories",
      dockerfile: debian(
        "RUN echo 'deb [signed-by=/k.gpg] https://h.example/ x main' > /etc/apt/sources.list.d/x.list",
      ),
    },
    { shows: "gpgcheck=1", definition: post("echo gpgcheck=1 >> /etc/yum.repos.d/x.repo") },
  ],
  fails: [
    {
      shows: "wget",
      dockerfile: debian("RUN wget --no-check-certificate https://h.example/a.tgz"),
      expect: { fixed: debian("RUN wget https://h.example/a.tgz"), says: "--no-check-certificate" },
    },
    {
      shows: "curl",
      dockerfile: debian("RUN curl -fsSLk https://h.example/a -o a"),
      expect: { fixed: debian("RUN curl -fsSL https://h.example/a -o a") },
    },
    {
      shows: "yum",
      dockerfile: "FROM rockylinux:9\nRUN yum -y --nogpgcheck install x\n",
      expect: { fixed: "FROM rockylinux:9\nRUN yum -y install x\n" },
    },
    { shows: "apt", dockerfile: debian("RUN apt-get install -y --allow-unauthenticated x") },
    { shows: "apk", dockerfile: "FROM alpine:3.22\nRUN apk add --no-cache --allow-untrusted ./x.apk\n" },
    { shows: "pip", definition: post("pip install --trusted-host h.example x==1") },
    {
      shows: "git",
      dockerfile: debian("RUN git config --global http.sslVerify false"),
      expect: { says: "http.sslVerify" },
    },
    { shows: "npm", dockerfile: debian("RUN npm config set strict-ssl false") },
    { shows: "conda", dockerfile: debian("RUN conda config --set ssl_verify no") },
    {
      shows: "a repository",
      dockerfile: debian("RUN echo 'deb [trusted=yes] https://h.example/ ./' > /etc/apt/sources.list.d/x.list"),
    },
    {
      shows: "a here-document",
      definition: post("cat > /etc/yum.repos.d/x.repo <<EOF", "[x]", "gpgcheck=0", "EOF"),
      expect: { says: "gpgcheck=0" },
    },
    { shows: "the environment", dockerfile: debian("ENV GIT_SSL_NO_VERIFY=1"), expect: { line: 2 } },
  ],
});

/** Options by program; matched as whole words, with or without a value. */
const OPTIONS: readonly (readonly [program: RegExp, option: RegExp, check: string])[] = [
  [/^wget2?$/, /^--no-check-certificate$/, "certificates"],
  [/^curl$/, /^(--insecure|--proxy-insecure)$/, "certificates"],
  [/^aria2c$/, /^--check-certificate=false$/, "certificates"],
  [/^(yum|dnf[45]?|microdnf|tdnf)$/, /^(--nogpgcheck|--no-gpgchecks?|--setopt=.*gpgcheck=(0|false))$/, "signatures"],
  [/^zypper$/, /^--no-gpg-checks$/, "signatures"],
  [
    /^(apt|apt-get|aptitude)$/,
    /^(--allow-unauthenticated|--force-yes|--allow-insecure-repositories|.*AllowUnauthenticated=(true|1)|.*Verify-Peer=false)$/i,
    "signatures",
  ],
  [/^apk$/, /^--allow-untrusted$/, "signatures"],
  [/^rpm$/, /^(--nosignature|--nodigest)$/, "signatures"],
  [/^(npm|yarn|pnpm)$/, /^--(no-strict-ssl|strict-ssl=false)$/, "certificates"],
];

/** Settings in any text that a command writes. */
const TEXTS: readonly (readonly [text: RegExp, check: string])[] = [
  [/\[[^[\]\n]*\btrusted=yes\b[^[\]\n]*\]/i, "signatures"],
  [/\bgpgcheck\s*=\s*(0|false|no)\b/i, "signatures"],
  [/\b(AllowUnauthenticated|AllowInsecureRepositories)\W+(true|1|yes)\b/i, "signatures"],
  [/\bsslverify\s*=\s*(0|false|no)\b/i, "certificates"],
];

/** Variables and the values that switch checks off. */
const VARIABLES: readonly (readonly [name: string, value: RegExp])[] = [
  ["GIT_SSL_NO_VERIFY", /^(1|true|yes|on)$/i],
  ["NODE_TLS_REJECT_UNAUTHORIZED", /^0$/],
  ["PYTHONHTTPSVERIFY", /^0$/],
  ["CONDA_SSL_VERIFY", /^(0|false|no)$/i],
  ["NPM_CONFIG_STRICT_SSL", /^false$/i],
  ["PIP_TRUSTED_HOST", /./],
];

function commandHits(recipe: RecipeView, command: CommandView): readonly Hit[] {
  return [
    ...optionHits(recipe, command),
    ...curlHits(recipe, command),
    ...callHits(command),
    ...textHits(command),
    ...command.assignments.flatMap(({ name, value, range }) => variableHit(name, value, range)),
    ...(command.name === "export" ? command.words.flatMap(exportHit) : []),
  ];
}

function optionHits(recipe: RecipeView, command: CommandView): readonly Hit[] {
  const rules = OPTIONS.filter(([program]) => program.test(command.name ?? ""));
  if (rules.length === 0) return [];
  return command.words.flatMap((word) => {
    const text = plainText(word);
    const rule = rules.find(([, option]) => option.test(text));
    if (!rule) return [];
    const fix = text.includes("::")
      ? undefined
      : { title: `take ${text} out`, safe: false, edits: [withoutWord(recipe, word.range)] };
    return [{ fields: { what: text, check: rule[2] }, range: word.range, fix }];
  });
}

// `-k` stands alone or among other letters.
function curlHits(recipe: RecipeView, command: CommandView): readonly Hit[] {
  if (command.name !== "curl") return [];
  return command.words.flatMap((word) => {
    const text = plainText(word);
    // Behind a letter with a value the rest is that value.
    const at = /^-[#0-9a-zA-Z]+$/.test(text) ? text.search(/[kdHoXuAebcxmwFTErCKD]/) : -1;
    if (at < 0 || text[at] !== "k") return [];
    const left = text.replace("k", "");
    const edit = left === "-" ? withoutWord(recipe, word.range) : { range: word.range, text: left };
    return [
      {
        fields: { what: "-k", check: "certificates" },
        range: word.range,
        fix: { title: "take -k out", safe: false, edits: [edit] },
      },
    ];
  });
}

function callHits(command: CommandView): readonly Hit[] {
  const call = packageCommand(command);
  const words = (call?.command ?? command).words.map(plainText).join(" ");
  const hit = (what: string, check = "certificates") => [{ fields: { what, check }, range: command.range }];
  if (call?.manager === "pip" && (call.flags.has("--trusted-host") || /^config .*trusted-host/.test(words)))
    return hit("--trusted-host");
  if (/^(npm|yarn|pnpm)$/.test(call?.manager ?? "") && /\bset (-g )?strict-ssl[ =]false/.test(words))
    return hit("strict-ssl false");
  if (/conda|mamba/.test(call?.manager ?? "") && /\bssl_verify[ =:]+(false|no|0)\b/i.test(words))
    return hit("ssl_verify false");
  const git = gitSubcommand(command);
  const setting = [...(git?.settings ?? []), ...(git?.name === "config" ? [words] : [])].join(" ");
  return /http\.(\S*\.)?sslverify[ =]+(false|0|no)/i.test(setting) ? hit("http.sslVerify=false") : [];
}

function textHits(command: CommandView): readonly Hit[] {
  // What a package manager itself is told is found by its options.
  if (/^(yum|dnf|microdnf|tdnf|apt|apt-get|git)$/.test(command.name ?? "")) return [];
  const words = command.words.map(({ range, ...word }) => ({ text: plainText({ ...word, range }), range }));
  const contents = command.redirects.flatMap(({ content }) => content ?? []);
  return [...words, ...contents].flatMap(({ text, range }) => {
    const found = TEXTS.find(([pattern]) => pattern.test(text));
    if (!found || /^s\W.*gpgcheck=0.*gpgcheck=1/.test(text)) return [];
    const what = found[0].exec(text)?.[0] ?? "";
    return [{ fields: { what, check: found[1] }, range }];
  });
}

function variableHit(name: string, value: string | undefined, range: Hit["range"]): readonly Hit[] {
  const found = VARIABLES.find(([known]) => known === name.toUpperCase());
  if (!found || value === undefined || !found[1].test(value)) return [];
  return [{ fields: { what: `${name}=${value}`, check: "certificates" }, range }];
}

function exportHit(word: WordView): readonly Hit[] {
  const match = /^(\w+)=(.*)$/s.exec(plainText(word));
  return match ? variableHit(match[1] ?? "", match[2], word.range) : [];
}

function settingHits({ keyword, pairs, instruction }: StepView): readonly Hit[] {
  const variables = keyword === "ENV" || keyword === "ARG" ? pairs : [];
  const inline = (
    instruction?.keyword === "COPY" || instruction?.keyword === "ADD" ? instruction.heredocs : []
  ).flatMap(({ content, range }) => {
    const found = TEXTS.find(([pattern]) => pattern.test(content));
    return found ? [{ fields: { what: found[0].exec(content)?.[0] ?? "", check: found[1] }, range }] : [];
  });
  return [...variables.flatMap(({ name, value, range }) => variableHit(name, value, range)), ...inline];
}
