const ISO = /^P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/u;

/** Milliseconds of an ISO 8601 duration of days and less (`PT1M30S`), or of a number of seconds; null for anything else. */
export function durationMs(duration: string | number): number | null {
  if (typeof duration === "number") return duration * 1000;
  const parts = ISO.exec(duration);
  if (!parts || duration === "P" || duration.endsWith("T")) return null;
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1000;
}
