import { beforeEach, expect, test, vi } from "vitest";
import { Departures } from "./departures";

let departures: Departures;
const go = vi.fn();

beforeEach(() => {
  departures = new Departures();
  go.mockClear();
});

test("who leaves nothing behind goes at once", () => {
  departures.depart(go);
  expect(go).toHaveBeenCalledOnce();
  expect(departures.asking()).toBe(false);
});

test("edits ask first, and whoever stays keeps them", () => {
  departures.hold();
  departures.depart(go);
  expect(departures.asking()).toBe(true);
  departures.stay();
  expect([departures.asking(), departures.held()]).toEqual([false, true]);
  expect(go).not.toHaveBeenCalled();
});

test("who leaves all the same goes once, and is not asked on the way", () => {
  const release = departures.hold();
  const elsewhere = vi.fn();
  departures.depart(elsewhere);
  departures.depart(() => departures.depart(go));
  departures.leave();
  release();
  expect(go).toHaveBeenCalledOnce();
  expect(elsewhere).not.toHaveBeenCalled();
  expect([departures.asking(), departures.held()]).toEqual([false, false]);
});

test("what was saved holds nobody", () => {
  const release = departures.hold();
  release();
  departures.depart(go);
  expect(go).toHaveBeenCalledOnce();
});

test("a question ends with what it is about, and not before", () => {
  const releases = [departures.hold(), departures.hold()];
  departures.depart(go);
  releases[0]!();
  expect(departures.asking()).toBe(true);
  releases[1]!();
  expect(departures.asking()).toBe(false);
  expect(go).not.toHaveBeenCalled();
});

test("the screen hears of each change", () => {
  const heard: boolean[][] = [];
  const stop = departures.subscribe(() => heard.push([departures.held(), departures.asking()]));
  departures.hold();
  departures.depart(go);
  departures.leave();
  stop();
  departures.hold();
  expect(heard).toEqual([
    [true, false],
    [true, true],
    [false, false],
  ]);
});
