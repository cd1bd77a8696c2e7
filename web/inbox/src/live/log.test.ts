import { describe, expect, test } from "vitest";
import { anEvent } from "../test/builders";
import { EMPTY_LOG, readFrom, splice } from "./log";
import { LogStore } from "./logs";

const seqs = (log: { events: readonly { seq: number }[] }) => log.events.map((event) => event.seq);

describe("the log", () => {
  test("goes on where it stood", () => {
    const log = splice(splice(EMPTY_LOG, 0, [anEvent(1), anEvent(2)]), 2, [anEvent(3)]);
    expect(seqs(log)).toEqual([1, 2, 3]);
    expect(log.lastSeq).toBe(3);
  });

  test("takes what comes again in place of what was there", () => {
    const log = splice(splice(EMPTY_LOG, 0, [anEvent(1), anEvent(2)]), 1, [anEvent(2, { text: "as it really was" })]);
    expect(log.events[1]?.text).toBe("as it really was");
    expect(seqs(log)).toEqual([1, 2]);
  });

  test("forgets what an attempt that did not last had left behind", () => {
    const log = splice(splice(EMPTY_LOG, 0, [anEvent(1), anEvent(2), anEvent(3)]), 1, [anEvent(2)]);
    expect(seqs(log)).toEqual([1, 2]);
  });

  test("is read on from its end, and again a little when the row did not grow", () => {
    const log = splice(
      EMPTY_LOG,
      0,
      Array.from({ length: 50 }, (_, index) => anEvent(index + 1)),
    );
    expect(readFrom(log, 51)).toBe(50);
    expect(readFrom(log, 50)).toBe(30);
    expect(readFrom(log, 48)).toBe(28);
    expect(readFrom(EMPTY_LOG, 0)).toBe(0);
  });
});

describe("the store of logs", () => {
  const server = (events: ReturnType<typeof anEvent>[], pageSize: number) => {
    const asked: number[] = [];
    const read = async (_: string, after: number) => {
      asked.push(after);
      const page = events.filter((event) => event.seq > after).slice(0, pageSize);
      return { events: page, last_seq: page.at(-1)?.seq ?? after };
    };
    return { asked, read };
  };

  test("reads page after page, to where the row stands", async () => {
    const { asked, read } = server(
      [1, 2, 3, 4, 5].map((seq) => anEvent(seq)),
      2,
    );
    const logs = new LogStore(
      read,
      () => 5,
      () => undefined,
    );
    await logs.read("c");
    expect(seqs(logs.get("c").log)).toEqual([1, 2, 3, 4, 5]);
    expect(asked).toEqual([0, 2, 4]);
  });

  test("reads once more when touched while reading", async () => {
    const events = [anEvent(1)];
    const { read } = server(events, 10);
    const logs = new LogStore(
      read,
      () => events.length,
      () => undefined,
    );
    const reading = logs.read("c");
    events.push(anEvent(2));
    void logs.read("c");
    await reading;
    expect(seqs(logs.get("c").log)).toEqual([1, 2]);
  });

  test("keeps what it has when the server cannot be reached", async () => {
    let broken = false;
    const { read } = server([anEvent(1)], 10);
    const logs = new LogStore(
      (id, after) => (broken ? Promise.reject(new Error()) : read(id, after)),
      () => 1,
      () => undefined,
    );
    await logs.read("c");
    broken = true;
    await logs.read("c");
    expect(logs.get("c").status).toBe("ready");
    expect(seqs(logs.get("c").log)).toEqual([1]);
    await logs.read("other");
    expect(logs.get("other").status).toBe("failed");
  });

  test("leaves alone what nobody opened", () => {
    const { asked, read } = server([], 10);
    new LogStore(
      read,
      () => 0,
      () => undefined,
    ).touch("c");
    expect(asked).toEqual([]);
  });
});
