// The steps of the policy's demo that look at an image: audit, advisories, scan, bill of materials. Each ends in proofs.

import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { advisories } from "./policy-files.ts";
import { BAD, firstLine, lastLine, type RecipeScene, rulesIn } from "./policy-recipe-steps.ts";
import { equals, holds } from "./proof.ts";
import { type Outcome, succeeded } from "./steps.ts";

const IMAGE = `oci:${BAD}`;

/** What hides in the layers is found, and those that are known are not read again. */
export async function audit({ stage }: RecipeScene): Promise<Outcome> {
  const ran = await stage.berth(["audit", IMAGE]);
  const again = await stage.berth(["audit", IMAGE]);
  const found = rulesIn(ran);
  return {
    note: lastLine(ran.stdout),
    proofs: [
      equals("berth audit ends with 1: there are findings", ran.status, 1),
      holds(
        "a private key in a layer is found, though a later one removes it",
        /a private key is still in layer \d+ as \/opt\/moon\/deploy\.key/.test(ran.stdout),
        ran.stdout,
      ),
      holds("a program with its owner's rights is found", found.includes("USR003"), found.join(" ")),
      holds("megabytes that nobody sees are counted", /5\.7 MiB hidden by layers above/.test(ran.stdout), ran.stdout),
      equals("asked again, it says the same", again.stdout, ran.stdout),
      holds("and reads no layer", !again.stderr.includes("look through"), again.stderr),
    ],
  };
}

/** The image's packages, in two forms for other programs. */
export async function sbom({ stage }: RecipeScene): Promise<Outcome> {
  const bill = await stage.berth(["sbom", IMAGE, "--output", "bill.json"]);
  const spdx = await stage.berth(["sbom", "--format", "spdx", "bill.json"]);
  const list = await stage.berth(["sbom", "--format", "list", "bill.json"]);
  return {
    note: `${list.stdout.trim().split("\n").length} packages`,
    proofs: [
      succeeded("berth sbom writes CycloneDX", bill),
      holds("and from it SPDX", /"spdxVersion": "SPDX-2\.3"/.test(spdx.stdout), spdx.stdout.slice(0, 200)),
      holds("a package of Debian is in it", list.stdout.includes("pkg:deb/debian/libtideline1@1.2-3?"), list.stdout),
      holds("and one of Python", list.stdout.includes("pkg:pypi/moonphase-demo@0.9.1"), list.stdout),
    ],
  };
}

/** Without advisories nothing is known, which is not the same as no flaw; then they come from files. */
export async function importAdvisories({ stage }: RecipeScene): Promise<Outcome> {
  const blind = await stage.berth(["scan", "bill.json"]);
  const folder = join(stage.folder, "advisories");
  await mkdir(folder);
  for (const [index, advisory] of advisories(new Date()).entries())
    await writeFile(join(folder, `${index}.json`), JSON.stringify(advisory));
  if (stage.uid !== process.getuid?.()) await chown(folder, stage.uid, stage.uid);
  const ran = await stage.berth(["advisories", "import", "advisories"]);
  const status = await stage.berth(["advisories", "status"]);
  return {
    note: lastLine(ran.stderr).replace(/^INFO: +/, ""),
    proofs: [
      equals("berth scan without advisories ends with 3: it did not scan", blind.status, 3),
      succeeded("berth advisories import succeeds", ran),
      holds("berth advisories status shows both", /^Advisories: +2 of 2 /m.test(status.stdout), status.stdout),
    ],
  };
}

/** The two flaws are found, each once, in the image and in its bill. */
export async function scan({ stage }: RecipeScene): Promise<Outcome> {
  const ran = await stage.berth(["scan", IMAGE]);
  const bill = await stage.berth(["scan", "--min-severity", "critical", "bill.json"]);
  const waived = await stage.berth(["scan", "--min-severity", "critical", "--waivers", await waivers(stage), IMAGE]);
  const broken = await stage.berth(["scan", "no-such-image.sif"]);
  return {
    note: firstLine(ran.stdout),
    proofs: [
      equals("berth scan ends with 1: there are flaws", ran.status, 1),
      holds(
        "one in a package of Debian, and what mends it",
        /CVE-2026-90001.*\n +update to 1\.2-3\+deb13u1\n/.test(ran.stdout),
        ran.stdout,
      ),
      holds("one in a package of Python", ran.stdout.includes("CVE-2026-90002"), ran.stdout),
      equals("the bill of materials alone shows the critical one", bill.status, 1),
      equals("accepted for a time by its owner, it does not count", waived.status, 0),
      equals("an image that is not there ends with 2, not with 1", broken.status, 2),
    ],
  };
}

async function waivers({ folder }: RecipeScene["stage"]): Promise<string> {
  const path = join(folder, "waivers.yaml");
  await writeFile(
    path,
    "waivers: [{id: CVE-2026-90001, owner: alice, reason: reads no foreign tables, until: 2999-12-31}]\n",
  );
  return path;
}
