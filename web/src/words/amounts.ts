// Numbers as people read them: times, spans, sizes. Pure; the moment is handed in.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `1.5 GiB`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1).replace(/\.0$/, "")} ${UNITS[unit]}`;
}

const SPANS = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
] as const;

/** A span of seconds in its largest unit: `5 min`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [size, unit] = SPANS.find(([one]) => whole >= one) ?? [1, "s"];
  return `${Math.floor(whole / size)} ${unit}`;
}

/** `5 min ago`, `in 2 h`, `now`; both in seconds since 1970. */
export function ago(at: number, now: number): string {
  const past = now - at;
  if (Math.abs(past) < 5) return "now";
  return past > 0 ? `${span(past)} ago` : `in ${span(-past)}`;
}

/** `2026-03-01 14:05:09` in the person's own time. */
export function moment(at: number): string {
  const date = new Date(at * 1000);
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `sha256:0123abcd4567`: enough to tell digests apart. */
export function shortDigest(digest: string): string {
  return /^sha256:[0-9a-f]{12}/.test(digest) ? digest.slice(0, 19) : digest;
}

/** `1 service`, `3 services`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
