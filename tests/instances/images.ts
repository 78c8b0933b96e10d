// The images of these tests: the busybox tree of the launches' tests, with a start script, a help text and an app.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addScripts, makeTree, packSif } from "../run/images.ts";

const START = `#!/bin/sh
echo "start script: $*"
trap 'echo "asked to end"; exit 0' TERM
trap 'echo "hangup"' HUP
while :; do sleep 0.02; done
`;

const APP: Readonly<Record<string, string>> = {
  "bin/tool": "#!/bin/sh\necho the tool of $SCIF_APPNAME\n",
  "scif/runscript": '#!/bin/sh\necho "app runs: $*"\ntool\n',
  "scif/startscript": '#!/bin/sh\necho "app starts: $SCIF_APPROOT $*"\n',
  "scif/test": "#!/bin/sh\nexit 4\n",
  "scif/runscript.help": "The help of the app\n",
  "scif/env/01-base.sh": "#!/bin/sh\n",
  "scif/env/90-environment.sh": '#!/bin/sh\nexport APP_SETTING="set for $SCIF_APPNAME"\n',
};

/** Makes `plain.sif` and `docker.sif` (with a USER), made from OCI, and `full`, a directory with scripts and the app `tool`, in `dir`. */
export async function makeImages(dir: string): Promise<void> {
  makeTree(join(dir, "plain"));
  for (const name of ["kill", "readlink", "hostname", "test", "grep"])
    symlinkSync("busybox", join(dir, "plain/bin", name));
  await packSif(join(dir, "plain"), join(dir, "plain.sif"), {
    Env: ["PATH=/bin", "OWN=image's"],
    StopSignal: "SIGINT",
  });
  await packSif(join(dir, "plain"), join(dir, "docker.sif"), { Env: ["PATH=/bin"], User: "33:33", WorkingDir: "/etc" });
  makeTree(join(dir, "full"));
  for (const name of ["kill", "readlink", "hostname"]) symlinkSync("busybox", join(dir, "full/bin", name));
  addScripts(join(dir, "full"));
  writeScript(join(dir, "full/.singularity.d/startscript"), START);
  writeFileSync(join(dir, "full/.singularity.d/runscript.help"), "The help of the image\n");
  const app = join(dir, "full/scif/apps/tool");
  for (const name of ["bin", "lib", "scif/env"]) mkdirSync(join(app, name), { recursive: true });
  for (const [name, text] of Object.entries(APP)) writeScript(join(app, name), text);
  await packSif(join(dir, "full"), join(dir, "full.sif"));
}

function writeScript(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o755 });
}
