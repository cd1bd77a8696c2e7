import { describe, expect, test, vi } from "vitest";
import { aRow } from "../test/builders";
import { RowStore } from "./rows";
import { steady } from "./steady";
import { type View, belongs, compare, needsHuman, pathOf, placeOf } from "./views";

const me = { id: "me", name: "Ada" };

describe("the rows", () => {
  test("keep the newest version, whatever the order of arrival", () => {
    const rows = new RowStore();
    rows.put([aRow({ changed_at: "2026-03-02T10:00:00.000Z", tags: ["new"] })]);
    rows.put([aRow({ changed_at: "2026-03-02T09:00:00.000Z", tags: ["old"] })]);
    expect(rows.get("c-1")?.tags).toEqual(["new"]);
  });

  test("show a click at once and take it back when it was refused", () => {
    const rows = new RowStore();
    const changed = vi.fn();
    rows.subscribe(changed);
    rows.put([aRow({ state: "escalated" })]);
    const pending = rows.patch("c-1", { state: "human_owned", owner: me });
    expect(rows.get("c-1")?.owner).toEqual(me);
    pending.drop();
    expect(rows.get("c-1")).toMatchObject({ state: "escalated", owner: null });
    expect(changed).toHaveBeenCalledTimes(3);
  });

  test("keep what was accepted until the stream says more", () => {
    const rows = new RowStore();
    rows.put([aRow({ state: "escalated" })]);
    rows.patch("c-1", { state: "human_owned", owner: me }).keep();
    expect(rows.get("c-1")?.state).toBe("human_owned");
  });

  test("believe the stream over the guess", () => {
    const rows = new RowStore();
    rows.put([aRow({ state: "escalated" })]);
    const pending = rows.patch("c-1", { tags: ["guess"] });
    rows.put([aRow({ changed_at: "2026-03-02T11:00:00.000Z", tags: ["guess", "and more"] })]);
    pending.keep();
    expect(rows.get("c-1")?.tags).toEqual(["guess", "and more"]);
  });
});

describe("the views", () => {
  const escalated = aRow({
    state: "escalated",
    waiting_since: "2026-03-02T09:00:00.000Z",
    team: { slug: "billing", name: "B" },
  });
  const answered = aRow({ state: "human_owned", owner: me });
  const waiting = aRow({ state: "human_owned", owner: me, waiting_since: "2026-03-02T09:00:00.000Z", tags: ["vip"] });
  const resolved = aRow({ state: "resolved" });
  const silent = aRow({ last_seq: 0 });
  const members = (view: View) =>
    [escalated, answered, waiting, resolved, silent].filter((row) => belongs(row, view, "me"));

  test("hold what the server's hold", () => {
    expect(members({ kind: "needs_human" })).toEqual([escalated, waiting]);
    expect(members({ kind: "unassigned" })).toEqual([escalated]);
    expect(members({ kind: "mine" })).toEqual([answered, waiting]);
    expect(members({ kind: "all" })).toEqual([escalated, answered, waiting]);
    expect(members({ kind: "resolved" })).toEqual([resolved]);
    expect(members({ kind: "team", slug: "billing" })).toEqual([escalated]);
    expect(members({ kind: "tag", tag: "vip" })).toEqual([waiting]);
    expect(needsHuman(answered)).toBe(false);
  });

  test("sort by the longest wait, then by the latest change", () => {
    const at = (id: string, since: string | null, changed: string) =>
      aRow({ id, waiting_since: since && `2026-03-02T${since}:00.000Z`, changed_at: `2026-03-02T${changed}:00.000Z` });
    const rows = [
      at("none-old", null, "08:00"),
      at("short", "09:05", "09:05"),
      at("none-new", null, "09:00"),
      at("long", "09:01", "09:01"),
    ];
    expect(rows.sort(compare("waiting")).map((row) => row.id)).toEqual(["long", "short", "none-new", "none-old"]);
    expect(rows.sort(compare("latest")).map((row) => row.id)).toEqual(["short", "long", "none-new", "none-old"]);
  });

  test("sort by priority, then by the wait", () => {
    const rows = [
      aRow({ id: "low", priority: "low" }),
      aRow({ id: "urgent", priority: "urgent" }),
      aRow({ id: "normal" }),
    ];
    expect(rows.sort(compare("priority")).map((row) => row.id)).toEqual(["urgent", "normal", "low"]);
  });

  test.each<View>([
    { kind: "needs_human" },
    { kind: "mine" },
    { kind: "team", slug: "billing" },
    { kind: "tag", tag: "a b/c" },
  ])("have an address: %o", (view) => {
    expect(placeOf(pathOf(view))).toEqual({ view, conversationId: null, details: false });
    expect(placeOf(`${pathOf(view, "c-1")}/details`)).toEqual({ view, conversationId: "c-1", details: true });
  });

  test("do not answer to another address", () => {
    expect(placeOf("/")).toBeNull();
    expect(placeOf("/team")).toBeNull();
    expect(placeOf("/elsewhere/c-1")).toBeNull();
  });
});

describe("a list with the pointer in it", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((id) => aRow({ id })) as [
    ReturnType<typeof aRow>,
    ReturnType<typeof aRow>,
    ReturnType<typeof aRow>,
    ReturnType<typeof aRow>,
  ];
  const all = new Map([a, b, c, d].map((row) => [row.id, row]));
  const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id);

  test("follows the order when the pointer is elsewhere", () => {
    expect(steady([c, a], null, all)).toEqual({ shown: [c, a], fresh: 0 });
  });

  test("keeps rows in place, lets newcomers above wait, shows those below", () => {
    const { shown, fresh } = steady([c, b, a, d], ["a", "b"], all);
    expect(ids(shown)).toEqual(["a", "b", "d"]);
    expect(fresh).toBe(1);
  });

  test("keeps a row that has left the list until the pointer leaves", () => {
    expect(ids(steady([b], ["a", "b"], all).shown)).toEqual(["a", "b"]);
  });
});
