import { earliest } from "../base/mod.ts";
/** A part of each day, in minutes from midnight UTC; it may go over midnight. */
export interface QuietHours {
  readonly fromMinute: number;
  readonly toMinute: number;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/** Whether a moment, wall clock, lies in one of them. The end does not belong to it. */
export function isQuiet(hours: readonly QuietHours[], nowMs: number): boolean {
  const minute = Math.floor(nowMs / MINUTE_MS) % DAY_MINUTES;
  return hours.some(({ fromMinute, toMinute }) =>
    fromMinute < toMinute
      ? minute >= fromMinute && minute < toMinute
      : minute >= fromMinute || minute < toMinute
  );
}

/** The next moment at which quiet may begin or end, wall clock; undefined without hours. */
export function nextChangeMs(hours: readonly QuietHours[], nowMs: number): number | undefined {
  const minute = Math.floor(nowMs / MINUTE_MS);
  const moments = hours.flatMap(({ fromMinute, toMinute }) => [fromMinute, toMinute]).map((ofDay) => {
    const ahead = (ofDay - minute % DAY_MINUTES + DAY_MINUTES) % DAY_MINUTES;
    return (minute + (ahead === 0 ? DAY_MINUTES : ahead)) * MINUTE_MS;
  });
  return earliest(...moments);
}
