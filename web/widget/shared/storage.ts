/// A site's corner of localStorage or sessionStorage. Where the browser refuses storage, memory for as long as the page.

export class Drawer {
  private readonly memory = new Map<string, string>();
  private readonly prefix: string;

  constructor(
    site: string,
    private readonly area: () => Storage,
  ) {
    this.prefix = `chatref:${site}:`;
  }

  get<T>(key: string): T | undefined {
    try {
      const text = this.memory.get(key) ?? this.area().getItem(this.prefix + key);
      return text === null ? undefined : (JSON.parse(text) as T);
    } catch {
      return undefined;
    }
  }

  set(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    try {
      this.area().setItem(this.prefix + key, text);
      this.memory.delete(key);
    } catch {
      this.memory.set(key, text);
    }
  }

  remove(key: string): void {
    this.memory.delete(key);
    try {
      this.area().removeItem(this.prefix + key);
    } catch {
      // Refused storage holds nothing to remove.
    }
  }

  keys(start: string): string[] {
    const found = [...this.memory.keys()];
    try {
      for (const key of Object.keys(this.area())) {
        if (key.startsWith(this.prefix)) found.push(key.slice(this.prefix.length));
      }
    } catch {
      // Only what is in memory, then.
    }
    return found.filter((key) => key.startsWith(start));
  }

  /// The drawer's own key behind a `storage` event of another tab, or undefined if it is somebody else's.
  ownKey(event: StorageEvent): string | undefined {
    return event.key?.startsWith(this.prefix) ? event.key.slice(this.prefix.length) : undefined;
  }
}

export const kept = (site: string): Drawer => new Drawer(site, () => window.localStorage);
export const forThisTab = (site: string): Drawer => new Drawer(site, () => window.sessionStorage);
