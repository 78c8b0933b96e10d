// A process of its own that audits a layout, for tests that kill it: node auditor.ts LAYOUT CACHE. Says "reading" when the first
// bytes of a layer have come, and at the end how many entries the image has.

import { auditImage } from "../../src/audit/audit-image.ts";
import { recordCache } from "../../src/audit/record-cache.ts";
import { silent } from "../../src/base/log.ts";
import { folderFiles, layoutImage } from "../../src/oci/archive/oci-layout.ts";
import { hostPlatform } from "../../src/oci/platform.ts";

const [path = "", root = ""] = process.argv.slice(2);
const subject = await layoutImage(await folderFiles(path), { platform: hostPlatform() });
const progress = {
  start: () => ({
    advance: () => void process.stdout.write("reading\n"),
    done: () => undefined,
  }),
};
const found = await auditImage({ name: path, ...subject }, { cache: recordCache(root, silent), progress });
process.stdout.write(`entries ${found.files?.entries.length}\n`);
