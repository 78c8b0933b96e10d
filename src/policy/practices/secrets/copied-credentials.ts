// Files that are credentials by their name: SEC003.

import { credentialFile } from "../../../audit/secrets/credential-files.ts";
import { findSecrets } from "../../../audit/secrets/find-secrets.ts";
import { practice } from "../../practice.ts";
import type { PracticeFacts } from "../../practice-facts.ts";
import type { RecipeSubject } from "../../practice-subjects.ts";
import type { CopyView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { allSteps } from "../recipe-parts.ts";

const HEAD = "Bootstrap: docker\nFrom: debian:13.1\n\n";
const holding = (text: string) => ({ context: { exists: () => true, ignoreFile: null, read: () => text } });

export const COPIED_CREDENTIALS = practice({
  id: "SEC003",
  title: "No file of credentials is copied in",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{path} is copied in: it holds {kind}",
  hint: "give it to the step that needs it with RUN --mount=type=secret or --mount=type=ssh",
  why: "The file is in a layer for good, also when a later step deletes it.",
  source: "N2.12",
  peers: ["DS-0031", "CIS-DI-0010"],
  controls: ["CIS 4.10", "NIST 800-190 3.1.4"],
  checks: {
    recipe: ({ recipe, facts }: RecipeSubject) =>
      allSteps(recipe).flatMap(({ copies }) => copies.flatMap((copy) => hitOf(copy, facts) ?? [])),
  },
  passes: [
    { shows: "a mount", dockerfile: "FROM x\nRUN --mount=type=ssh git clone git@h:a/b\n" },
    {
      shows: "public halves",
      dockerfile: "FROM x\nCOPY id_rsa.pub ca.pem fullchain.pem /x/\nCOPY repo.gpg.key /etc/apt/keyrings/\n",
    },
    { shows: "templates", dockerfile: "FROM x\nCOPY .env.example environment.yml /x/\n" },
    { shows: "known hosts", dockerfile: "FROM x\nCOPY known_hosts /root/.ssh/\n" },
    {
      shows: "a file that holds none",
      dockerfile: "FROM x\nCOPY .npmrc /x/\n",
      facts: holding("registry=https://h.example/\n"),
    },
    { shows: "%files without", definition: `${HEAD}%files\n    main.py /opt/\n` },
  ],
  fails: [
    { shows: "id_rsa", dockerfile: "FROM x\nCOPY id_rsa /root/.ssh/\n", expect: { line: 2, says: "id_rsa" } },
    {
      shows: "among others",
      dockerfile: "FROM x\nCOPY package.json .npmrc ./\n",
      expect: { line: 2, says: ".npmrc", certainty: "likely" },
    },
    { shows: "a file of variables", dockerfile: "FROM x\nADD .env.production ./\n" },
    { shows: "a folder of keys", dockerfile: "FROM x\nCOPY .ssh/ /root/.ssh/\n" },
    { shows: "under its right name", dockerfile: "FROM x\nCOPY deploy /root/.ssh/id_ed25519\n" },
    {
      shows: "a token in it",
      dockerfile: "FROM x\nCOPY .npmrc /x/\n",
      facts: holding("//h.example/:_authToken=abc\n"),
    },
    { shows: "in %files", definition: `${HEAD}%files\n    .netrc /opt/.netrc\n`, expect: { line: 5 } },
  ],
});

const PUBLIC_PLACE = /^\/etc\/(apt|pki\/rpm-gpg|yum\.repos\.d|ssl\/certs|apk\/keys)(\/|$)|keyrings|\/ca-certificates/;
const PUBLIC_NAME = /gpg|apt|repo|release|archive|pubkey|public/i;
// Not folders that also hold harmless files.
const TARGET =
  /(^|\/)(id_(rsa|dsa|ecdsa|ed25519)|\.netrc|\.pypirc|\.docker\/config\.json|\.aws\/credentials|\.kube\/config)$/;

function hitOf({ sources, target, range }: CopyView, { context }: PracticeFacts): Hit | undefined {
  if (target !== undefined && PUBLIC_PLACE.test(target)) return undefined;
  for (const { text, range: place, inline, remote } of sources) {
    if (inline || remote) continue;
    const path = text.replace(/^["']|["']$/g, "");
    const file =
      credentialFile(path.replace(/(?<!\*)\*+$/, "")) ??
      (target !== undefined && TARGET.test(target) ? credentialFile(target) : undefined);
    if (!file || (/\.key$/.test(path) && PUBLIC_NAME.test(path))) continue;
    const content = context?.read?.(path.replace(/^\.?\//, ""));
    if (typeof content === "string" && !holdsSecret(content)) continue;
    const certainty = file.sign === "content" && typeof content !== "string" ? "likely" : "certain";
    return { fields: { path, kind: file.kind }, range: sources.length > 1 ? place : range, certainty };
  }
  return undefined;
}

function holdsSecret(text: string): boolean {
  if (/^[ \t]*(machine|login|password)\s|_(auth|authToken|password)\s*=|^[ \t]*password\s*[:=]|"auth"\s*:/m.test(text))
    return true;
  if (
    /^[ \t]*(export\s+)?\w{0,80}(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY)\w{0,80}=[ \t]*["']?[^\s"'$]/im.test(
      text,
    )
  )
    return true;
  return findSecrets(text).length > 0;
}
