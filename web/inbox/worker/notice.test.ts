import { describe, expect, it } from "vitest";
import { addressOf, noticeOf, shows, type Notice } from "./notice";

const SCOPE = "https://chat.example.com/inbox/";
const NOTICE: Notice = {
  title: "Mia is waiting",
  body: "Cancel subscription",
  url: "https://chat.example.com/inbox/all/7",
  tag: "7",
  conversation_id: "7",
};

describe("noticeOf", () => {
  it("reads what the server pushes", () => {
    expect(noticeOf(JSON.stringify(NOTICE))).toEqual(NOTICE);
  });

  it.each(["", "null", "[]", "7", "{", '{"title": "Mia is waiting"}', JSON.stringify({ ...NOTICE, tag: 7 })])(
    "takes %j for nothing",
    (text) => {
      expect(noticeOf(text)).toBeNull();
    },
  );
});

describe("addressOf", () => {
  it.each([
    [NOTICE.url, "https://chat.example.com/inbox/all/7"],
    ["/inbox/mine/7?a#b", "https://chat.example.com/inbox/mine/7?a#b"],
    ["http://127.0.0.1:8080/inbox/all/7", "https://chat.example.com/inbox/all/7"],
    ["https://evil.example.com/", SCOPE],
    ["https://chat.example.com/inbox/../demo/", SCOPE],
    ["javascript:alert(1)", SCOPE],
    ["https://", SCOPE],
  ])("leads from %s to %s", (url, address) => {
    expect(addressOf({ ...NOTICE, url }, SCOPE)).toBe(address);
  });
});

describe("shows", () => {
  it("knows a conversation in whatever list it is open", () => {
    expect(shows(`${SCOPE}all/7`, NOTICE, SCOPE)).toBe(true);
    expect(shows(`${SCOPE}team/billing/7/details`, NOTICE, SCOPE)).toBe(true);
    expect(shows(`${SCOPE}all/77`, NOTICE, SCOPE)).toBe(false);
    expect(shows(`${SCOPE}all`, NOTICE, SCOPE)).toBe(false);
  });

  it("goes by the address where there is no conversation", () => {
    const several = { ...NOTICE, url: `${SCOPE}needs-human`, conversation_id: "" };
    expect(shows(`${SCOPE}needs-human`, several, SCOPE)).toBe(true);
    expect(shows(`${SCOPE}mine`, several, SCOPE)).toBe(false);
  });
});
