/// The token that opens the conversation. It comes behind the `#` of the address, which browsers send to no server.

import type { Drawer } from "../shared/storage";

/// Takes it out of the address, and so out of the browser's history, and keeps it for a reload; else the one that was kept.
export function takeToken(tab: Drawer): string | undefined {
  const given = location.hash.slice(1);
  if (!given) return tab.get<string>("token");
  history.replaceState(null, "", location.pathname + location.search);
  tab.set("token", given);
  return given;
}
