// The form of every entry is settled: the same entries give the same bytes, whoever writes them and whenever.
#include "pack-tar.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

enum { BLOCK = 512, MAX_OCTAL_ID = 07777777 };
static const int64_t MAX_OCTAL_LONG = 077777777777;

static char held[1 << 18];
static size_t holding;

static char *records; // of the next entry's extended header
static size_t records_length;

static void send_all(const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t wrote = write(STDOUT_FILENO, bytes, length);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) die("cannot write the archive: %s", strerror(errno));
    bytes += wrote;
    length -= (size_t)wrote;
  }
}

static void flush(void) {
  send_all(held, holding);
  holding = 0;
}

void tar_body(const char *bytes, size_t length) {
  if (holding + length > sizeof held) flush();
  if (length >= sizeof held) {
    send_all(bytes, length);
    return;
  }
  memcpy(held + holding, bytes, length);
  holding += length;
}

void tar_pad(int64_t size) {
  static const char zeros[BLOCK];
  size_t over = (size_t)(size % BLOCK);
  if (over > 0) tar_body(zeros, BLOCK - over);
}

void tar_end(void) {
  static const char zeros[2 * BLOCK];
  tar_body(zeros, sizeof zeros);
  flush();
}

// A record counts its own length, digits included.
static void add_record(const char *key, const char *value, size_t length) {
  size_t rest = strlen(key) + length + 3; // space, equals sign, newline
  size_t digits = 1;
  for (size_t whole = rest + digits; whole >= 10; whole /= 10) digits++;
  size_t again = 1;
  for (size_t whole = rest + digits; whole >= 10; whole /= 10) again++;
  size_t whole = rest + again;
  char *more = realloc(records, records_length + whole + 1);
  if (more == NULL) die("not enough memory");
  records = more;
  int head = sprintf(records + records_length, "%zu %s=", whole, key);
  memcpy(records + records_length + head, value, length);
  records_length += whole;
  records[records_length - 1] = '\n';
}

static void add_number(const char *key, int64_t value) {
  char text[24];
  add_record(key, text, (size_t)sprintf(text, "%lld", (long long)value));
}

void tar_xattr(const char *name, const char *value, size_t length) {
  char key[300];
  if (strchr(name, '=') != NULL) return; // a record's key ends at the first: it would come back as another attribute
  if ((size_t)snprintf(key, sizeof key, "SCHILY.xattr.%s", name) < sizeof key) add_record(key, value, length);
}

static void octal(char *field, int digits, uint64_t value) {
  char text[24];
  snprintf(text, sizeof text, "%0*llo", digits, (unsigned long long)value);
  memcpy(field, text, (size_t)digits);
}

static void send_block(const struct tar_entry *entry, const char *name, size_t name_length, const char *prefix, size_t prefix_length) {
  char block[BLOCK] = {0};
  size_t link = strlen(entry->link);
  memcpy(block, name, name_length);
  octal(block + 100, 7, entry->mode & 07777u);
  octal(block + 108, 7, entry->uid > MAX_OCTAL_ID ? 0 : entry->uid);
  octal(block + 116, 7, entry->gid > MAX_OCTAL_ID ? 0 : entry->gid);
  octal(block + 124, 11, entry->size > MAX_OCTAL_LONG ? 0 : (uint64_t)entry->size);
  octal(block + 136, 11, entry->mtime < 0 || entry->mtime > MAX_OCTAL_LONG ? 0 : (uint64_t)entry->mtime);
  block[156] = entry->type;
  memcpy(block + 157, entry->link, link > 100 ? 100 : link);
  memcpy(block + 257, "ustar\00000", 8);
  if (entry->type == '3' || entry->type == '4') {
    octal(block + 329, 7, entry->major);
    octal(block + 337, 7, entry->minor);
  }
  memcpy(block + 345, prefix, prefix_length);
  memset(block + 148, ' ', 8);
  unsigned sum = 0;
  for (size_t i = 0; i < BLOCK; i++) sum += (unsigned char)block[i];
  octal(block + 148, 6, sum);
  block[154] = 0;
  tar_body(block, sizeof block);
}

static void send_records(void) {
  static const struct tar_entry PLAIN = {.type = 'x', .path = "x", .link = "", .mode = 0644};
  struct tar_entry header = PLAIN;
  header.size = (int64_t)records_length;
  send_block(&header, "x", 1, "", 0);
  tar_body(records, records_length);
  tar_pad(header.size);
  records_length = 0;
}

// Where ustar may split a long name: at a slash with something on both sides; NULL when it does not fit.
static const char *split(const char *path, size_t length) {
  const char *slash = length > 101 ? strchr(path + length - 101, '/') : NULL;
  if (slash == NULL || slash == path || slash - path > 155 || slash >= path + length - 1) return NULL;
  return slash;
}

void tar_header(const struct tar_entry *entry) {
  size_t length = strlen(entry->path), shown = length, before = 0;
  const char *name = entry->path;
  const char *slash = length > 100 ? split(entry->path, length) : NULL;
  if (slash != NULL) {
    before = (size_t)(slash - entry->path);
    name = slash + 1;
    shown = length - before - 1;
  } else if (length > 100) {
    add_record("path", entry->path, length);
    shown = 100;
  }
  if (strlen(entry->link) > 100) add_record("linkpath", entry->link, strlen(entry->link));
  if (entry->uid > MAX_OCTAL_ID) add_number("uid", entry->uid);
  if (entry->gid > MAX_OCTAL_ID) add_number("gid", entry->gid);
  if (entry->size > MAX_OCTAL_LONG) add_number("size", entry->size);
  if (entry->mtime > MAX_OCTAL_LONG) add_number("mtime", entry->mtime);
  if (records_length > 0) send_records();
  send_block(entry, name, shown, entry->path, before);
}
