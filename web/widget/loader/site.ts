/// How the site wants its chat to look. Kept from the last visit, so that the launcher does not wait for the network.

import { kept } from "../shared/storage";
import type { SiteInfo } from "../shared/wire";

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

export class UnknownSite extends Error {}

/// Calls `show` with what is known, and again when the server says something else. Tries until it is stopped.
export async function readSite(
  host: string,
  site: string,
  show: (info: SiteInfo) => void,
  signal: AbortSignal,
): Promise<void> {
  const drawer = kept(site);
  const known = drawer.get<SiteInfo>("site");
  if (known) show(known);
  for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      const address = `${host}/widget/v1/sites/${encodeURIComponent(site)}`;
      const response = await fetch(address, { credentials: "omit", signal });
      if (response.ok) {
        const info = (await response.json()) as SiteInfo;
        drawer.set("site", info);
        if (JSON.stringify(info) !== JSON.stringify(known)) show(info);
        return;
      }
      if (response.status < 500 && response.status !== 429) {
        throw new UnknownSite(`There is no chat for site "${site}" here (${response.status})`);
      }
    } catch (error) {
      if (error instanceof UnknownSite) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause * (0.75 + Math.random() / 2)));
  }
}
