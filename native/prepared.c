// The file is trusted as far as its owner is: it can only name what the caller may do anyway.
#include "prepared.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plan.h"

static const char MAGIC[] = "BERTHPREPARED1\n";

static const char *const CONDITIONS[] = {"identifier", "image", "default-type", "volumes", "modules", "default-modules", "workdir", "entry", "cmd"};

static bool is_condition(const char *name) {
  for (size_t i = 0; i < sizeof CONDITIONS / sizeof *CONDITIONS; i++)
    if (strcmp(CONDITIONS[i], name) == 0) return true;
  return false;
}

static const char *job(void) {
  // In a part of a heterogeneous job Slurm's variable names the first part; the plugin says which one it is.
  const char *number = getenv("BERTH_JOB_ID");
  if (number == NULL) number = getenv("SLURM_JOB_ID");
  if (number == NULL) return "0";
  size_t digits = strspn(number, "0123456789");
  return digits > 0 && digits <= 20 && number[digits] == 0 ? number : "0";
}

static int open_file(void) {
  char path[PATH_MAX];
  const char *folder = getenv("BERTH_NODE_DIR");
  if (folder == NULL || *folder == 0) folder = "/run/berth-node";
  int length = snprintf(path, sizeof path, "%s/%u.%s/prepared", folder, (unsigned)getuid(), job());
  return length < 0 || (size_t)length >= sizeof path ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

static char *read_file(int file, size_t *length) {
  struct stat about;
  if (fstat(file, &about) < 0 || !S_ISREG(about.st_mode) || (about.st_uid != 0 && about.st_uid != getuid())) return NULL;
  if (about.st_size <= 0 || about.st_size > PLAN_MAX_BYTES) return NULL;
  char *bytes = malloc((size_t)about.st_size);
  if (bytes == NULL) return NULL;
  for (*length = 0; *length < (size_t)about.st_size;) {
    ssize_t got = read(file, bytes + *length, (size_t)about.st_size - *length);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return free(bytes), NULL;
    *length += (size_t)got;
  }
  return bytes;
}

// Behind a word; the last byte of the file is a NUL.
static const char *behind(const char *word) { return word + strlen(word) + 1; }

static const char *behind_condition(const char *at) { return strcmp(at, "default-modules") == 0 ? behind(at) : behind(behind(at)); }

bool prepared_read(struct prepared *prepared) {
  size_t length = 0, head = sizeof MAGIC - 1;
  int file = open_file();
  char *bytes = file < 0 ? NULL : read_file(file, &length);
  if (file >= 0) close(file);
  if (bytes == NULL || length <= head || memcmp(bytes, MAGIC, head) != 0 || bytes[length - 1] != 0) return false;
  const char *at = bytes + head, *end = bytes + length;
  *prepared = (struct prepared){.conditions = at, .end = end};
  while (at < end && is_condition(at)) {
    if (strcmp(at, "default-modules") != 0 && behind(at) == end) return false;
    at = behind_condition(at);
  }
  prepared->records = at;
  return at < end;
}

const char *prepared_next(const struct prepared *prepared, const char *name, const char *after) {
  const char *at = after == NULL ? prepared->conditions : behind(after);
  for (; at < prepared->records; at = behind_condition(at))
    if (strcmp(at, name) == 0) return behind(at);
  return NULL;
}

bool prepared_has(const struct prepared *prepared, const char *name, const char *value) {
  for (const char *at = NULL; (at = prepared_next(prepared, name, at)) != NULL;)
    if (strcmp(at, value) == 0) return true;
  return false;
}
