// Rows 113 to 140 of the catalogue: isolation and mounts (spec/apptainer.md 4.5).

import type { Case } from "./case.ts";

const SMALL = "{images}/small.sif";

const exec = (...words: string[]) => ["berth", "exec", ...words];
const sh = (text: string) => ["sh", "-c", text];
const mounts = (target: string) => ["grep", "-c", ` ${target} `, "/proc/self/mounts"];

export const MOUNTS: readonly Case[] = [
  {
    id: "113",
    title: "--contain: empty home and /tmp, minimal /dev",
    steps: [
      { run: exec("--contain", SMALL, "sh", "-c", "ls -A $HOME /tmp"), out: "{home}:\n\n/tmp:" },
      {
        run: exec("--contain", SMALL, "ls", "/dev"),
        out: /^(fd|full|null|ptmx|pts|random|shm|stderr|stdin|stdout|tty|urandom|zero|console|mqueue|\n)+$/,
      },
      { run: exec("--contain", SMALL, "pwd"), out: "{home}" },
    ],
  },
  {
    id: "114",
    title: "--contain --workdir keeps what is written",
    steps: [
      { run: ["mkdir", "D"] },
      { run: exec("--contain", "--workdir", "D", SMALL, "sh", "-c", "touch /tmp/f /var/tmp/g $HOME/h") },
      { run: sh("ls D/tmp/f D/var_tmp/g D/home/h"), out: "D/home/h\nD/tmp/f\nD/var_tmp/g" },
    ],
  },
  {
    id: "115",
    title: "--pid, with and without the shim",
    differs: "the shim is berth's launcher",
    steps: [
      { run: exec("--pid", SMALL, "sh", "-c", "echo $$; tr '\\0' ' ' </proc/1/cmdline"), out: /^[^1]/ },
      { run: exec("--pid", "--no-init", SMALL, "sh", "-c", "echo $$"), out: "1" },
      { run: exec("--pid", SMALL, "sh", "-c", "ls -d /proc/[0-9]* | wc -l"), out: /^[2-5]$/ },
    ],
  },
  {
    id: "116",
    title: "--containall --no-init, and --no-pid",
    steps: [
      { run: exec("--containall", "--no-init", SMALL, "sh", "-c", "echo $$"), out: "1" },
      { run: exec("--containall", "--no-init", "--no-pid", SMALL, "sh", "-c", "echo $$"), out: /^(?!1$)\d+$/ },
    ],
  },
  {
    id: "117",
    title: "--compat",
    steps: [
      {
        run: sh(`umask 077; berth exec --compat ${SMALL} sh -c 'touch /x && ls -A ~ && echo $$ && umask'`),
        out: "1\n0022",
      },
    ],
  },
  {
    id: "118",
    title: "--no-home",
    steps: [{ run: exec("--no-home", SMALL, "ls", "-d", "{home}"), cwd: "/", exit: 1 }],
  },
  {
    id: "119",
    title: "--no-mount leaves mounts out",
    steps: [
      { run: exec("--no-mount", "tmp", SMALL, ...mounts("/tmp")), cwd: "/", exit: 1, out: "0" },
      { run: exec("--no-mount", "home", SMALL, ...mounts("{home}")), cwd: "/", exit: 1, out: "0" },
      { run: exec("--no-mount", "home,cwd", SMALL, ...mounts("{home}")), cwd: "{home}", exit: 1, out: "0" },
      { run: exec("--no-mount", "proc", SMALL, "ls", "/proc"), out: "" },
      { run: exec("--no-mount", "sys", SMALL, ...mounts("/sys")), exit: 1, out: "0" },
      { run: exec("--no-mount", "dev", SMALL, ...mounts("/dev")), exit: 1, out: "0" },
      { run: exec("--contain", "--no-mount", "devpts", SMALL, ...mounts("/dev/pts")), exit: 1, out: "0" },
      { run: exec("--no-mount", "/etc/hosts", SMALL, ...mounts("/etc/hosts")), exit: 1, out: "0" },
      { run: exec("--no-mount", "bind-paths", SMALL, ...mounts("/etc/localtime")), exit: 1, out: "0" },
      { run: exec("--contain", "--no-mount", "bind-paths", SMALL, ...mounts("/etc/hosts")), exit: 1, out: "0" },
    ],
  },
  {
    id: "120",
    title: "--no-mount of nothing known",
    steps: [{ run: exec("--no-mount", "bogus", SMALL, "true"), err: /bogus/ }],
  },
  {
    id: "121",
    title: "a bind source that is missing",
    steps: [{ run: exec("-B", "/nonexist", SMALL, "true"), exit: 255, err: /\/nonexist/ }],
  },
  {
    id: "122",
    title: "a bind target that the image does not have",
    steps: [
      { run: sh("echo content >F") },
      { run: exec("-B", "{work}/F:/a/b/c", SMALL, "cat", "/a/b/c"), out: "content" },
      { run: exec("-B", "{work}:/a/b/dir/", SMALL, "cat", "/a/b/dir/F"), out: "content" },
    ],
  },
  {
    id: "123",
    title: "a read-only bind",
    steps: [{ run: exec("-B", "{work}:/mnt:ro", SMALL, "touch", "/mnt/x"), exit: 1, err: /Read-only file system/i }],
  },
  {
    id: "124",
    title: "relative targets, and commas and colons in names",
    steps: [
      { run: sh("echo comma >a,b; echo colon >a:b") },
      { run: exec("-B", "{work}/a:relative", SMALL, "true"), exit: 255, err: /relative/ },
      { run: exec("-B", "{work}/a\\,b:/x", SMALL, "cat", "/x"), out: "comma" },
      { run: exec("-B", "{work}/a\\:b:/x", SMALL, "cat", "/x"), out: "colon" },
    ],
  },
  {
    id: "125",
    title: "--mount",
    steps: [
      { run: exec("--mount", "type=bind,src={work},dst=/mnt,ro", SMALL, "touch", "/mnt/x"), exit: 1 },
      { run: exec("--mount", "type=bogus,src={work},dst=/mnt", SMALL, "true"), exit: 255, err: /bogus/ },
      { run: sh("mkdir -p inner; echo in >inner/f") },
      {
        run: exec(
          "--mount",
          "type=bind,src={work}/inner,dst=/mnt/sub",
          "--mount",
          "type=bind,src={work},dst=/mnt",
          SMALL,
          "cat",
          "/mnt/sub/f",
        ),
        out: "in",
      },
    ],
  },
  {
    id: "126",
    title: "an image as the source of a bind",
    steps: [
      { run: sh("mkdir tree && echo inside >tree/f && mksquashfs tree img.sqfs -quiet -no-progress >/dev/null") },
      { run: exec("--bind", "{work}/img.sqfs:/d:image-src=/", SMALL, "cat", "/d/f"), out: "inside" },
      { run: exec("--bind", "{work}/img.sqfs:/d:image-src=/nosuch", SMALL, "true"), exit: 255, err: /nosuch/ },
      { run: exec("--bind", `${SMALL}:/d:image-src=/,id=99`, SMALL, "true"), exit: 255 },
      { run: exec("--bind", "{work}/img.sqfs:/d:imagesrc=/", SMALL, "true"), exit: 255, err: /imagesrc/ },
    ],
  },
  {
    id: "127",
    title: "--writable and a bind target that is missing",
    differs: "a folder is made as mount point in a folder image; a file, as with the peer, is refused",
    steps: [
      { run: sh("cp -r {images}/sandbox sb && touch F") },
      { run: exec("--writable", "-B", "{work}/F:/a/b/c", "sb", "true"), exit: 255, err: /\/a\/b\/c/ },
    ],
  },
  {
    id: "128",
    title: "--home",
    steps: [
      { run: sh("mkdir D; echo here >D/mark") },
      { run: exec("-H", "{work}/D", SMALL, "sh", "-c", "cat $HOME/mark; echo $HOME"), out: "here\n{work}/D" },
      { run: exec("-H", "{work}/D:/home/x", SMALL, "sh", "-c", "cat /home/x/mark; echo $HOME"), out: "here\n/home/x" },
      { run: exec("-H", "/tmp", SMALL, "sh", "-c", "echo $HOME"), out: "/tmp" },
    ],
  },
  {
    id: "129",
    title: "--scratch, kept with --workdir",
    steps: [
      { run: exec("--scratch", "/scr", SMALL, "touch", "/scr/a") },
      { run: ["mkdir", "W"] },
      { run: exec("--scratch", "/scr", "-W", "W", SMALL, "touch", "/scr/a") },
      { run: ["test", "-f", "W/scratch/scr/a"] },
    ],
  },
  {
    id: "130",
    title: "--hostname",
    steps: [
      { run: exec("--hostname", "foo", SMALL, "hostname"), out: "foo" },
      { run: exec("--hostname", "foo", SMALL, "cat", "/etc/hostname"), out: "foo" },
    ],
  },
  {
    id: "131",
    title: "--net",
    steps: [
      { run: exec("--net", SMALL, "true"), exit: 255, err: /network/i },
      { run: exec("--net", "--network", "none", SMALL, "ls", "/sys/class/net"), out: /./ },
      {
        run: exec(
          "--net",
          "--network",
          "none",
          SMALL,
          "sh",
          "-c",
          "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '",
        ),
        out: /^lo$/m,
        notOut: /eth|ens/,
      },
    ],
  },
  {
    id: "132",
    title: "--fakeroot",
    steps: [
      { run: exec("--fakeroot", SMALL, "id", "-u"), out: "0" },
      { run: exec("--fakeroot", SMALL, "sh", "-c", "wc -l </proc/self/uid_map"), out: "2" },
      { run: exec("--fakeroot", SMALL, "sh", "-c", "echo $HOME"), out: "/root" },
    ],
  },
  {
    id: "133",
    title: "--fakeroot without subordinate ids",
    needs: ["unshare"],
    as: "root",
    steps: [
      {
        run: sh(
          "unshare --mount sh -c 'mount --bind /dev/null /etc/subuid && exec setpriv --reuid {user} --regid {user} --init-groups berth exec --fakeroot {images}/small.sif sh -c \"id -u; wc -l </proc/self/uid_map\"'",
        ),
        cwd: "/",
        out: "0\n1",
        err: /subuid|root-mapped|subordinate/i,
      },
    ],
  },
  {
    id: "134",
    title: "an overlay folder",
    steps: [
      { run: ["mkdir", "D"] },
      { run: exec("--overlay", "D", SMALL, "touch", "/f") },
      { run: exec("--overlay", "D", SMALL, "ls", "/f"), out: "/f" },
      { run: exec("--overlay", "D:ro", SMALL, "ls", "/f"), out: "/f" },
      { run: exec("--overlay", "D", "--writable-tmpfs", SMALL, "true"), exit: 255, err: /writable-tmpfs/ },
      { run: exec("--overlay", "D", "--writable", SMALL, "true"), exit: 255, err: /writable/ },
    ],
  },
  {
    id: "135",
    title: "an overlay that removes a file",
    steps: [
      { run: ["mkdir", "D"] },
      { run: exec("--overlay", "D", SMALL, "rm", "/etc/hostname") },
      { run: exec("--overlay", "D", SMALL, "ls", "/etc/hostname"), exit: 1 },
    ],
  },
  {
    id: "136",
    title: "two writable overlays",
    needs: ["mksquashfs"],
    steps: [
      { run: ["mkdir", "D", "E", "T"] },
      { run: exec("--overlay", "D", "--overlay", "E", SMALL, "true"), exit: 255, err: /overlay/ },
      { run: sh("echo packed >T/packed; mksquashfs T T.squashfs -quiet -no-progress") },
      { run: exec("--overlay", "T.squashfs", SMALL, "cat", "/packed"), out: "packed" },
      { run: exec("--overlay", "T.squashfs:ro", SMALL, "cat", "/packed"), out: "packed" },
      { run: exec("--overlay", "D", "--overlay", "T.squashfs", SMALL, "cat", "/packed"), out: "packed" },
    ],
  },
  {
    id: "137",
    title: "overlay create",
    needs: ["mke2fs", "fuse2fs", "fuse-overlayfs", "openssl"],
    steps: [
      { run: ["berth", "overlay", "create", "--size", "1", "small.img"], exit: 255, err: /64 MiB/ },
      { run: ["berth", "overlay", "create", "--size", "128", "a.img"] },
      { run: ["berth", "overlay", "create", "--sparse", "b.img"] },
      { run: ["berth", "overlay", "create", "a.img"], exit: 255, err: /exists/ },
      { run: exec("--overlay", "a.img", SMALL, "sh", "-c", "echo kept >/kept") },
      { run: exec("--overlay", "a.img:ro", SMALL, "cat", "/kept"), out: "kept" },
      { run: exec("--overlay", "a.img", "--overlay", "b.img", SMALL, "true"), exit: 255, err: /two writable/ },
      { run: sh(`cp ${SMALL} own.sif && chmod u+w own.sif && berth overlay create own.sif`) },
      { run: ["berth", "overlay", "create", "own.sif"], exit: 255, err: /has an overlay already/ },
      { run: exec("--writable", "own.sif", "sh", "-c", "echo own >/own") },
      { run: exec("own.sif", "cat", "/own"), out: "own" },
      { run: exec("own.sif", "touch", "/x"), exit: 1, err: /Read-only/ },
      { run: sh("openssl genpkey -algorithm ed25519 -out key.pem 2>/dev/null") },
      { run: sh(`cp ${SMALL} signed.sif && chmod u+w signed.sif && berth sign --key key.pem signed.sif`) },
      { run: ["berth", "overlay", "create", "signed.sif"], exit: 255, err: /signed/ },
      { run: ["berth", "overlay", "create", "--create-dir", "/opt/made", "c.img"] },
      { run: exec("--overlay", "c.img", SMALL, "ls", "/opt"), out: "made" },
    ],
  },
  {
    id: "138",
    title: "--device by a CDI specification",
    steps: [
      { run: sh("mkdir cdi; echo mark >mark") },
      {
        run: sh("cat >cdi/vendor.json"),
        stdin:
          '{"cdiVersion":"0.6.0","kind":"vendor.example/class","devices":[{"name":"one","containerEdits":{"env":["CDI_MARK=1"],"mounts":[{"hostPath":"{work}/mark","containerPath":"/cdi-mark","options":["ro","bind"]}]}}]}',
      },
      {
        run: exec(
          "--contain",
          "--device",
          "vendor.example/class=one",
          "--cdi-dirs",
          "{work}/cdi",
          SMALL,
          "sh",
          "-c",
          "cat /cdi-mark; echo $CDI_MARK",
        ),
        out: "mark\n1",
      },
      { run: exec("--contain", SMALL, "ls", "/cdi-mark"), exit: 1 },
      {
        run: exec("--device", "vendor.example/class=nosuch", "--cdi-dirs", "{work}/cdi", SMALL, "true"),
        exit: 255,
        err: /nosuch/,
      },
    ],
  },
  {
    id: "139",
    title: "the layer over the image is the kernel's overlay",
    steps: [
      {
        run: exec("-B", "{work}:/made/here", SMALL, "sh", "-c", "grep ' / ' /proc/self/mounts | tail -n1"),
        out: / \/ overlay /,
      },
    ],
  },
  {
    id: "140",
    title: "start folders that are links, in the home, or not in the image",
    steps: [
      { run: sh("mkdir real; ln -s real link") },
      { run: exec(SMALL, "pwd", "-P"), cwd: "{work}/link", out: "{work}/real" },
      { run: exec(SMALL, "pwd"), cwd: "{home}", out: "{home}" },
      { run: exec(SMALL, "pwd"), cwd: "{work}/real", out: "{work}/real" },
    ],
  },
];
