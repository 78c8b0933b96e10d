// newer STAMP PATH…: succeeds when a file or folder at or below a PATH is newer than STAMP (tests apart). ./berth asks it at every call
// whether to build again; find(1) would take three times as long to load and to answer.
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DEPTH = 64 };

static struct timespec stamp;

static bool is_test(const char *name) {
  const char *end = strstr(name, ".test.ts");
  return end != NULL && end[8] == 0;
}

static bool later(const struct timespec *time) {
  return time->tv_sec > stamp.tv_sec || (time->tv_sec == stamp.tv_sec && time->tv_nsec > stamp.tv_nsec);
}

// A folder's own time is that of what was added to it or removed from it.
static bool newer_at(int parent, const char *name, int depth) {
  struct stat about;
  if (fstatat(parent, name, &about, AT_SYMLINK_NOFOLLOW) < 0) return false;
  if (later(&about.st_mtim)) return true;
  if (!S_ISDIR(about.st_mode) || depth == MAX_DEPTH) return false;
  int handle = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  DIR *folder = handle < 0 ? NULL : fdopendir(handle);
  if (folder == NULL) return false;
  bool found = false;
  for (struct dirent *entry; !found && (entry = readdir(folder)) != NULL;)
    if (entry->d_name[0] != '.' && !is_test(entry->d_name)) found = newer_at(handle, entry->d_name, depth + 1);
  closedir(folder);
  return found;
}

int main(int argc, char **argv) {
  struct stat about;
  if (argc < 3 || stat(argv[1], &about) < 0) {
    fputs("usage: newer STAMP PATH...\n", stderr);
    return 2;
  }
  stamp = about.st_mtim;
  for (int i = 2; i < argc; i++)
    if (newer_at(AT_FDCWD, argv[i], 0)) return 0;
  return 1;
}
