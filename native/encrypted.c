// squashfuse_ll serves what gocryptfs decrypts from what squashfuse_ll serves. Each server has the one below it open and nobody
// else has: with the innermost mount they end one after the other. Nothing decrypted is ever written anywhere.
#include "encrypted.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "pass.h"
#include "say.h"
#include "server.h"
#include "sys.h"

enum { PROGRAM, NAME, PASSPHRASE }; // the arguments of `decrypt`

static int mount_squashfs(const struct plan *plan, int file, uint64_t offset, const char *what) {
  char options[64];
  snprintf(options, sizeof options, "allow_other,offset=%llu", (unsigned long long)offset);
  char *argv[] = {(char *)(uintptr_t)plan->first[OP_FUSE_PROGRAM]->text[0], (char[]){"-o"}, options, (char[]){SERVER_FILE}, (char[]){SERVER_POINT}, NULL};
  int mount = server_mount(&(struct server){.what = what, .argv = argv, .file = file});
  close(file); // the server holds it from here
  return mount;
}

// By a file without a name: arguments can be read by everybody, and a file on a disk could be left behind.
static int passphrase_file(const char *passphrase) {
  int file = memfd_create("passphrase", MFD_CLOEXEC);
  size_t length = strlen(passphrase);
  if (file < 0 || write(file, passphrase, length) != (ssize_t)length || fchmod(file, 0400) < 0)
    die("cannot hand the passphrase over: %s", strerror(errno));
  return pass_above(file);
}

static int mount_decrypted(const struct record *decrypt, int cipher, const char *what) {
  int secret = passphrase_file(decrypt->text[PASSPHRASE]);
  explicit_bzero((char *)(uintptr_t)decrypt->text[PASSPHRASE], strlen(decrypt->text[PASSPHRASE]));
  char *argv[] = {(char *)(uintptr_t)decrypt->text[PROGRAM], (char[]){"-ro"}, (char[]){"-q"}, (char[]){"-nosyslog"}, (char[]){"-passfile"},
                  (char[]){SERVER_FILE}, (char[]){SERVER_TREES "/0"}, (char[]){SERVER_POINT}, NULL};
  int mount = server_mount(&(struct server){.what = what, .argv = argv, .file = secret, .trees = {cipher}, .count = 1});
  close(secret);
  close(cipher);
  return mount;
}

int encrypted_mount(const struct plan *plan) {
  const struct record *root = plan->first[OP_ROOT], *decrypt = plan->first[OP_DECRYPT];
  const char *what = root->text[1];
  int file = open(what, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (file < 0) die("cannot open the image %s: %s", what, strerror(errno));
  int cipher = mount_squashfs(plan, pass_above(file), root->value[2], what);
  attach_over_root(cipher, what); // only what is attached can be handed to the next server; it goes when the root changes
  int plain = mount_decrypted(decrypt, cipher, what);
  int inner = openat(plain, decrypt->text[NAME], O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (inner < 0) die("cannot open %s inside the encrypted image %s: %s", decrypt->text[NAME], what, strerror(errno));
  close(plain); // the open file keeps it
  int mount = mount_squashfs(plan, pass_above(inner), 0, what);
  if (sys_mount_setattr(mount, 0, MOUNT_ATTR_RDONLY) < 0) die("cannot protect the mount of %s: %s", what, strerror(errno));
  struct stat about; // as for every FUSE mount: its root's mode is known from here
  if (fstatat(mount, "", &about, AT_EMPTY_PATH) < 0) die("the decrypted image %s does not answer: %s", what, strerror(errno));
  return mount;
}
