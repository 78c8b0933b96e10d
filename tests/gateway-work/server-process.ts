// A gateway's workers as a process of their own, so that a test can kill a whole server: `node server-process.ts <setup as
// JSON>`. Says `ready` when it works.

import { join } from "node:path";
import { openStore } from "../../src/store/open-store.ts";
import { openWorkshop, type WorkshopSetup } from "./workshop.ts";

const setup = JSON.parse(process.argv[2] ?? "{}") as WorkshopSetup & { readonly dir: string };
const store = await openStore(`sqlite:${join(setup.dir, "berth.db")}`, { now: () => Date.now() / 1000 });
const shop = await openWorkshop({ ...setup, store });
process.on("SIGTERM", () => void shop.stop().then(() => process.exit(0)));
process.stdout.write("ready\n");
