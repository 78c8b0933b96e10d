// Directories are given by their descriptors: what their paths lead to may change at any time.
#include "overlay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "say.h"
#include "sys.h"

enum { MAX_SOURCE = 255 }; // of a word that a file system is told

// Descriptors by their /proc names: no character of a path can then be taken for the overlay's punctuation.
static void name_descriptor(char *text, size_t size, int descriptor) { snprintf(text, size, "/proc/self/fd/%d", descriptor); }

static bool set_directory(int fs, const char *key, int descriptor) {
  char path[32];
  name_descriptor(path, sizeof path, descriptor);
  return sys_fsconfig(fs, FSCONFIG_SET_STRING, key, path) == 0;
}

// Shown in tables of mounts, where it tells whose a published root is that outlived its set-up.
static const char *source_of(const struct plan *plan) {
  const struct record *publish = plan->first[OP_PUBLISH];
  return publish == NULL || strlen(publish->text[0]) > MAX_SOURCE ? "berth" : publish->text[0];
}

static bool configure(int fs, const struct stack *stack, const char *source, bool userns) {
  char lowers[(PLAN_MAX_LOWERS + 2) * 32];
  size_t used = 0;
  for (size_t i = 0; i < stack->lowers; i++) {
    if (i > 0) lowers[used++] = ':';
    name_descriptor(lowers + used, sizeof lowers - used, stack->lower[i]);
    used += strlen(lowers + used);
  }
  return sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", source) == 0 && sys_fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir", lowers) == 0 &&
         (stack->upper < 0 || (set_directory(fs, "upperdir", stack->upper) && set_directory(fs, "workdir", stack->work))) &&
         (!userns || sys_fsconfig(fs, FSCONFIG_SET_FLAG, "userxattr", NULL) == 0) && sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) == 0;
}

int overlay_make(const struct plan *plan, const struct stack *stack) {
  int fs = sys_fsopen("overlay");
  if (fs < 0) die("cannot lay anything over the image: %s (this kernel has no overlay file system; see `berth doctor`)", strerror(errno));
  if (!configure(fs, stack, source_of(plan), plan_choice(plan, OP_USERNS, USERNS_NONE) != USERNS_NONE)) {
    int reason = errno;
    char why[256] = "";
    ssize_t length = read(fs, why, sizeof why - 1); // the kernel's own words, where it has any
    why[length > 0 ? length : 0] = 0;
    die("cannot lay an overlay over %s: %s%s%s%s", plan->first[OP_ROOT]->text[1], strerror(reason), *why ? ": " : "", why,
        reason == EINVAL ? " (mounts below an image directory, or an overlay directory on a network file system, cannot be layered)" : "");
  }
  int mount = sys_fsmount(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (stack->upper < 0 ? MOUNT_ATTR_RDONLY : 0u));
  if (mount < 0) die("cannot mount an overlay over %s: %s", plan->first[OP_ROOT]->text[1], strerror(errno));
  close(fs);
  return mount;
}

void overlay_close(const struct stack *stack, int kept) {
  for (size_t i = 0; i < stack->lowers; i++)
    if (stack->lower[i] != kept) close(stack->lower[i]);
  if (stack->upper >= 0) close(stack->upper);
  if (stack->work >= 0) close(stack->work);
}
