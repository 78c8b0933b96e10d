// What each kind of argument may hold.
#include "plan-argument.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plan-layer.h"
#include "plan.h"

static const char *const USERNS_WORDS[] = {"none", "self", "root", "ranges", NULL};
static const char *const UG_WORDS[] = {"u", "g", NULL};
static const char *const NS_WORDS[] = {"pid", "ipc", "uts", "net", "cgroup", NULL};
static const char *const ROOT_WORDS[] = {"dir", "kernel", "fuse", "encrypted", NULL};
static const char *const OVERLAY_WORDS[] = {"squashfs", "ext-ro", "ext-rw", NULL};
static const char *const LAYER_WORDS[] = {"none", "auto", "tmpfs", "dirs", "direct", NULL};
static const char *const CAPS_WORDS[] = {"none", "namespace", NULL};
static const char *const PRETEND_WORDS[] = {"ids", NULL};
static const char *const FLAG_WORDS[] = {"ro", "rw", "dev", "try", "norec", "inside", "file", "slave", "private", NULL};
static const char *const POINT_WORDS[] = {"dir", "file", NULL};
// In the order of Linux's RLIMIT_ numbers, which are the same on every architecture berth runs on.
static const char *const RLIMIT_WORDS[] = {"cpu",    "fsize",   "data", "stack", "core",       "rss",      "nproc", "nofile",
                                           "memlock", "as",     "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime", NULL};

__attribute__((format(printf, 2, 3))) static bool refuse(char *why, const char *format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(why, PLAN_ERROR_SIZE, format, list);
  va_end(list);
  return false;
}

static bool parse_number(const char *text, unsigned base, uint64_t most, uint64_t *value) {
  if (*text == 0) return false;
  uint64_t sum = 0;
  for (; *text != 0; text++) {
    if (*text < '0' || *text >= (char)('0' + base)) return false;
    uint64_t digit = (uint64_t)(*text - '0');
    if (sum > (most - digit) / base) return false;
    sum = sum * base + digit;
  }
  *value = sum;
  return true;
}

static bool parse_word(const char *const words[], const char *text, size_t length, uint64_t *value) {
  for (size_t i = 0; words[i] != NULL; i++) {
    if (strlen(words[i]) != length || memcmp(words[i], text, length) != 0) continue;
    *value = i;
    return true;
  }
  return false;
}

static bool parse_flags(const char *text, uint64_t *value) {
  uint64_t flags = 0;
  while (*text != 0) {
    size_t length = strcspn(text, ",");
    uint64_t word;
    if (!parse_word(FLAG_WORDS, text, length, &word)) return false;
    flags |= UINT64_C(1) << word;
    text += length;
    if (*text == ',' && *++text == 0) return false;
  }
  *value = flags;
  return (flags & (BIND_RO | BIND_RW)) != (BIND_RO | BIND_RW) && (flags & (BIND_SLAVE | BIND_PRIVATE)) != (BIND_SLAVE | BIND_PRIVATE) &&
         (!(flags & BIND_FILE) || flags & BIND_INSIDE);
}

static bool is_path(const char *text) { return text[0] == '/' && strnlen(text, PATH_MAX) < PATH_MAX; }

static bool parse_env(const char *text) { return *text != '=' && strchr(text, '=') != NULL; }

static bool parse_variable(const char *text) { return *text != 0 && strchr(text, '=') == NULL; }

static bool words(char *why, const char *const table[], const char *text, uint64_t *value) {
  return parse_word(table, text, strlen(text), value) || refuse(why, "\"%.40s\" is not a word known here", text);
}

static bool numbers(char *why, const char *text, unsigned base, uint64_t most, uint64_t *value) {
  return parse_number(text, base, most, value) ||
         refuse(why, "\"%.40s\" is not %s number of at most %llu", text, base == 8 ? "an octal" : "a", (unsigned long long)most);
}

bool plan_argument(enum kind kind, const char *text, uint64_t *value, char *why) {
  switch (kind) {
  case K_NOTHING: case K_TEXT: return true;
  case K_UPPER: if (*text == 0 || plan_layer_is(text, strnlen(text, PATH_MAX))) return true; // fall through
  case K_PATH: return is_path(text) || refuse(why, "\"%.40s\" is not an absolute path shorter than 4096 bytes", text);
  case K_LOWERS: return plan_layer_lines(text, value) || refuse(why, "not lines of at most 64 absolute paths or overlay images");
  case K_NAME: return (*text != 0 && strnlen(text, PATH_MAX) < PATH_MAX) || refuse(why, "an empty or overlong name");
  case K_WAY: return *text == '/' || refuse(why, "\"%.40s\" is not an absolute path", text);
  case K_WORD: return *text != 0 || refuse(why, "an empty name");
  case K_ENV: return parse_env(text) || refuse(why, "not of the form NAME=VALUE");
  case K_NUMBER: return numbers(why, text, 10, INT64_MAX, value);
  case K_ID: return numbers(why, text, 10, UINT32_MAX - 1, value);
  case K_FD: return (numbers(why, text, 10, INT_MAX, value) && *value > 2) || refuse(why, "not a descriptor above 2");
  case K_MODE: return numbers(why, text, 8, 07777, value);
  case K_LIMIT:
    if (strcmp(text, "inf") != 0) return numbers(why, text, 10, INT64_MAX, value);
    *value = PLAN_INFINITE;
    return true;
  case K_USERNS: return words(why, USERNS_WORDS, text, value);
  case K_UG: return words(why, UG_WORDS, text, value);
  case K_NS: return words(why, NS_WORDS, text, value);
  case K_ROOT: return words(why, ROOT_WORDS, text, value);
  case K_OVERLAY: return words(why, OVERLAY_WORDS, text, value);
  case K_LAYER: return words(why, LAYER_WORDS, text, value);
  case K_CAPS: return words(why, CAPS_WORDS, text, value);
  case K_PRETEND: return words(why, PRETEND_WORDS, text, value);
  case K_RLIMIT: return words(why, RLIMIT_WORDS, text, value);
  case K_FLAGS:
    return parse_flags(text, value) ||
           refuse(why, "\"%.60s\" is not a list of ro or rw, dev, try, norec, inside (and file), slave or private", text);
  case K_POINT: return words(why, POINT_WORDS, text, value);
  case K_VARIABLE: return parse_variable(text) || refuse(why, "not the name of a variable");
  }
  return refuse(why, "an unknown kind of argument");
}
