// fuse-overlayfs over directories that it finds below SERVER_TREES: the writable one first, then the read-only ones, top first,
// the image last.
#include "merge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "layer.h"
#include "overlay-image.h"
#include "say.h"
#include "server.h"
#include "sys.h"

static void write_options(const struct plan *plan, const struct server *server, bool writable, char *options, size_t size) {
  uint64_t userns = plan_choice(plan, OP_USERNS, USERNS_NONE);
  // fuse2fs shows no access control lists inside a user namespace; fuse-overlayfs would fail for want of them.
  size_t used = (size_t)snprintf(options, size, "allow_other,noacl");
  // Not for a read-only tree: the kernel's overlay above would take the caller for the owner of every file and open it as only
  // an owner may (O_NOATIME).
  if (writable && (userns == USERNS_SELF || userns == USERNS_ROOT))
    used += (size_t)snprintf(options + used, size - used, ",squash_to_uid=%u,squash_to_gid=%u", geteuid(), getegid());
  for (size_t i = writable ? 1 : 0; i < server->count && used < size; i++)
    used += (size_t)snprintf(options + used, size - used, "%s" SERVER_TREES "/%zu", i == (writable ? 1 : 0) ? ",lowerdir=" : ":", i);
  if (writable && used < size) snprintf(options + used, size - used, ",upperdir=" SERVER_TREES "/0/upper,workdir=" SERVER_TREES "/0/work");
}

int merge_open(const struct plan *plan, int image) {
  const struct record *layer = plan->first[OP_LAYER];
  bool writable = *layer->text[2] != 0;
  char options[1024];
  struct server server = {.what = plan->first[OP_ROOT]->text[1], .file = -1};
  // Upper and work are one mount, or nothing could be renamed from one to the other.
  if (writable) server.trees[server.count++] = layer_open(plan, layer->text[2], NULL);
  server.count += layer_open_lowers(plan, layer->text[3], server.trees + server.count);
  server.trees[server.count++] = image;
  write_options(plan, &server, writable, options, sizeof options);
  char *argv[] = {(char *)(uintptr_t)plan->first[OP_FUSE_OVERLAYFS_PROGRAM]->text[0], (char[]){"-o"}, options, (char[]){SERVER_POINT}, NULL};
  server.argv = argv;
  int root = server_mount(&server);
  for (size_t i = 0; i < server.count; i++)
    if (server.trees[i] != image) close(server.trees[i]);
  struct stat about; // as for every FUSE mount: its root's mode is known from here
  if (fstatat(root, "", &about, AT_EMPTY_PATH) < 0) die("the merged layers do not answer: %s", strerror(errno));
  if (!writable) {
    if (sys_mount_setattr(root, 0, MOUNT_ATTR_RDONLY) < 0) die("cannot protect the merged layers: %s", strerror(errno));
    attach_over_root(root, "the merged layers");
  }
  return root;
}
