// JavaScript runtimes have no call for extended attributes, and file capabilities are ones. The paths were resolved by the
// caller; nothing else writes to them meanwhile.
#include "pack-attributes.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "say.h"

enum { MAX_LIST = 1 << 16, MAX_VALUE = 1 << 16 };

// The user's own attributes without the overlay's, and file capabilities. Labels of this machine's security modules stay.
bool attribute_travels(const char *name) {
  if (strcmp(name, "security.capability") == 0) return true;
  return strncmp(name, "user.", 5) == 0 && strncmp(name, "user.overlay.", 13) != 0;
}

static void set(const char *path, const char *name, const char *value, size_t length) {
  if (lsetxattr(path, name, value, length, 0) == 0) return;
  // A file system without them, a link, or an attribute that this user may not set: the file is as good as it can be.
  if (errno == ENOTSUP || errno == EPERM || errno == EINVAL) return;
  die("cannot set the attribute %s of %s: %s", name, path, strerror(errno));
}

static void copy(const char *from, const char *to) {
  static char list[MAX_LIST], value[MAX_VALUE];
  ssize_t length = llistxattr(from, list, sizeof list);
  for (ssize_t at = 0; at < length; at += (ssize_t)strlen(list + at) + 1) {
    if (!attribute_travels(list + at)) continue;
    ssize_t got = lgetxattr(from, list + at, value, sizeof value);
    if (got >= 0) set(to, list + at, value, (size_t)got);
  }
}

static int digit(char c) {
  const char *digits = "0123456789abcdef", *found = c == 0 ? NULL : strchr(digits, c);
  return found == NULL ? -1 : (int)(found - digits);
}

static void set_hex(const char *path, const char *name, const char *hex) {
  static char value[MAX_VALUE];
  size_t length = strlen(hex) / 2;
  if (length > sizeof value) die("the attribute %s of %s is too long", name, path);
  for (size_t i = 0; i < length; i++) {
    int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) die("the attribute %s of %s is no hexadecimal number", name, path);
    value[i] = (char)(high * 16 + low);
  }
  if (attribute_travels(name)) set(path, name, value, length);
}

static char *next(char **word, size_t *room) { return getdelim(word, room, 0, stdin) > 0 ? *word : NULL; }

void attributes_apply(void) {
  char *words[4] = {NULL};
  size_t rooms[4] = {0};
  while (next(&words[0], &rooms[0]) != NULL) {
    size_t count = strcmp(words[0], "copy") == 0 ? 3 : 4;
    for (size_t i = 1; i < count; i++)
      if (next(&words[i], &rooms[i]) == NULL) die("the list of attributes ends in the middle of a record");
    if (count == 3) copy(words[1], words[2]);
    else set_hex(words[1], words[2], words[3]);
  }
}
