// The upper folder of an overlay as a layer (image-spec layer.md): a device 0:0 is a file that was removed, an attribute of
// the overlay says that a folder hides what lay below it. In other folders there is neither, and they are packed as they are.
#include "pack-walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "pack-attributes.h"
#include "pack-tar.h"
#include "say.h"

enum { MAX_DEPTH = 900, MAX_VALUE = 1 << 16 };

static const struct pack_options *wanted;
static char *path; // of the present entry
static size_t path_room;

static void *no_less(void *memory) {
  if (memory == NULL) die("not enough memory");
  return memory;
}

static void path_set(size_t length, const char *name, const char *end) {
  size_t need = length + strlen(name) + strlen(end) + 1;
  if (need > path_room) path = no_less(realloc(path, path_room = 2 * need));
  strcpy(path + length, name);
  strcat(path + length, end);
}

// The first name of each file that has several: an open table, always less than half full.
struct seen {
  dev_t dev;
  ino_t ino;
  char *first;
};
static struct seen *table;
static size_t table_size, table_used;

static struct seen *place_of(dev_t dev, ino_t ino) {
  size_t at = (size_t)((uint64_t)ino * UINT64_C(0x9e3779b97f4a7c15) >> 20 ^ dev) & (table_size - 1);
  while (table[at].first != NULL && (table[at].dev != dev || table[at].ino != ino)) at = (at + 1) & (table_size - 1);
  return &table[at];
}

static void table_grow(void) {
  struct seen *old = table;
  size_t old_size = table_size;
  table_size = old_size == 0 ? 256 : 2 * old_size;
  table = no_less(calloc(table_size, sizeof *table));
  for (size_t i = 0; i < old_size; i++)
    if (old[i].first != NULL) *place_of(old[i].dev, old[i].ino) = old[i];
  free(old);
}

// The earlier name of the same file, or NULL after noting this one.
static const char *earlier_name(const struct stat *about) {
  if (about->st_nlink < 2) return NULL;
  if (2 * table_used >= table_size) table_grow();
  struct seen *place = place_of(about->st_dev, about->st_ino);
  if (place->first != NULL) return place->first;
  *place = (struct seen){about->st_dev, about->st_ino, no_less(strdup(path))};
  table_used++;
  return NULL;
}

static int by_name(const void *one, const void *other) { return strcmp(*(char *const *)one, *(char *const *)other); }

static char **names_of(int dir, size_t *count) {
  char **names = NULL;
  size_t room = 0;
  int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *stream = own < 0 ? NULL : fdopendir(own);
  if (stream == NULL) die("cannot read the folder %s: %s", path, strerror(errno));
  *count = 0;
  for (;;) {
    errno = 0;
    struct dirent *entry = readdir(stream);
    if (entry == NULL && errno != 0) die("cannot read the folder %s: %s", path, strerror(errno));
    if (entry == NULL) break;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (*count == room) names = no_less(realloc(names, (room = 2 * room + 32) * sizeof *names));
    names[(*count)++] = no_less(strdup(entry->d_name));
  }
  closedir(stream);
  if (*count > 0) qsort(names, *count, sizeof *names, by_name);
  return names;
}

static void add_xattrs(int file) {
  static char list[1 << 16], value[MAX_VALUE];
  char *names[4096];
  size_t count = 0;
  ssize_t length = flistxattr(file, list, sizeof list);
  for (ssize_t at = 0; at < length; at += (ssize_t)strlen(list + at) + 1)
    if (attribute_travels(list + at) && count < sizeof names / sizeof *names) names[count++] = list + at;
  qsort(names, count, sizeof *names, by_name);
  for (size_t i = 0; i < count; i++) {
    ssize_t got = fgetxattr(file, names[i], value, sizeof value);
    if (got < 0) die("cannot read the attribute %s of %s: %s", names[i], path, strerror(errno));
    tar_xattr(names[i], value, (size_t)got);
  }
}

static bool is_opaque(int dir) {
  char value;
  return (fgetxattr(dir, "user.overlay.opaque", &value, 1) == 1 && value == 'y') ||
         (fgetxattr(dir, "trusted.overlay.opaque", &value, 1) == 1 && value == 'y');
}

static struct tar_entry entry_of(const struct stat *about, char type) {
  int64_t time = about->st_mtim.tv_sec;
  return (struct tar_entry){.type = type, .path = path, .link = "", .mode = about->st_mode, .uid = wanted->all_root ? 0 : about->st_uid,
                            .gid = wanted->all_root ? 0 : about->st_gid, .mtime = time > wanted->latest ? wanted->latest : time};
}

static int open_entry(int dir, const char *name, int more) {
  int file = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | more);
  if (file < 0) die("cannot read %s: %s", path, strerror(errno));
  return file;
}

static void pack_file(int dir, const char *name, struct tar_entry *entry) {
  static char bytes[1 << 18];
  struct stat about;
  int file = open_entry(dir, name, 0);
  if (fstat(file, &about) < 0) die("cannot look at %s: %s", path, strerror(errno));
  entry->size = about.st_size;
  add_xattrs(file);
  tar_header(entry);
  for (int64_t left = entry->size; left > 0;) {
    ssize_t got = read(file, bytes, left < (int64_t)sizeof bytes ? (size_t)left : sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) die("cannot read %s: %s", path, strerror(errno));
    if (got == 0) die("%s became shorter while it was read", path);
    tar_body(bytes, (size_t)got);
    left -= got;
  }
  tar_pad(entry->size);
  close(file);
}

static void pack_link(int dir, const char *name, struct tar_entry *entry) {
  char target[PATH_MAX + 1];
  ssize_t length = readlinkat(dir, name, target, sizeof target);
  if (length < 0 || length > PATH_MAX) die("cannot read the link %s: %s", path, strerror(errno));
  target[length] = 0;
  entry->type = '2';
  entry->link = target;
  entry->mode = 0777;
  tar_header(entry);
}

static void pack_removed(size_t length, const char *name) {
  char marker[NAME_MAX + 8];
  snprintf(marker, sizeof marker, ".wh.%s", name);
  path_set(length, marker, "");
  tar_header(&(struct tar_entry){.type = '0', .path = path, .link = "", .mode = 0600});
}

static void pack_node(const struct stat *about, char type) {
  struct tar_entry entry = entry_of(about, type);
  entry.major = major(about->st_rdev);
  entry.minor = minor(about->st_rdev);
  tar_header(&entry);
}

static void pack_folder(int dir, size_t length, size_t depth);

static void pack_below(int dir, const char *name, size_t depth, const struct stat *about) {
  size_t length = strlen(path) + 1;
  int below = open_entry(dir, name, O_DIRECTORY);
  path_set(length - 1, "/", "");
  struct tar_entry entry = entry_of(about, '5');
  add_xattrs(below);
  tar_header(&entry);
  if (is_opaque(below)) pack_removed(length, ".wh..opq");
  path_set(length, "", "");
  pack_folder(below, length, depth + 1);
  close(below);
}

static void pack_other(int dir, const char *name, const struct stat *about) {
  const char *earlier = earlier_name(about);
  struct tar_entry entry = entry_of(about, '0');
  if (earlier != NULL) {
    entry.type = '1';
    entry.link = earlier;
    tar_header(&entry);
  } else if (S_ISREG(about->st_mode)) pack_file(dir, name, &entry);
  else if (S_ISLNK(about->st_mode)) pack_link(dir, name, &entry);
  else pack_node(about, S_ISCHR(about->st_mode) ? '3' : S_ISBLK(about->st_mode) ? '4' : '6');
}

static void pack_entry(int dir, size_t length, const char *name, size_t depth) {
  struct stat about;
  path_set(length, name, "");
  if (fstatat(dir, name, &about, AT_SYMLINK_NOFOLLOW) < 0) die("cannot look at %s: %s", path, strerror(errno));
  if (S_ISDIR(about.st_mode)) pack_below(dir, name, depth, &about);
  else if (S_ISCHR(about.st_mode) && about.st_rdev == 0) pack_removed(length, name);
  else if (!S_ISSOCK(about.st_mode)) pack_other(dir, name, &about); // a socket means nothing without its process
}

static void pack_folder(int dir, size_t length, size_t depth) {
  size_t count;
  if (depth > MAX_DEPTH) die("%s is nested too deeply", path);
  char **names = names_of(dir, &count);
  for (size_t i = 0; i < count; i++) {
    pack_entry(dir, length, names[i], depth);
    free(names[i]);
  }
  free(names);
}

void pack_tree(int dir, const struct pack_options *options) {
  wanted = options;
  path_set(0, "", "");
  pack_folder(dir, 0, 0);
}
